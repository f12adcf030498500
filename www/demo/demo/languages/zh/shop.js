/**
 * The demo shop in Chinese: the texts of its pages and what its scripts say.
 *
 * @import {ShopMessages} from "../en/shop.js"
 */

/** Texts of the pages. A key is the value of an element's `data-t`, `data-t-placeholder` or `data-t-label`. */
export const page = {
  skip: "跳到商品",
  shop: "半月",
  search: "按词或按意思搜索",
  searchLabel: "搜索",
  settings: "设置",
  theme: "深色或浅色",
  cart: "购物车",
  heroTitle: "说说您喜欢什么，\n只有您知道。",
  heroText: "语言模型就在您的浏览器里挑选商品。无需账号，没有跟踪，一个字也不会离开这台设备。",
  wish: "您喜欢什么？",
  wishButton: "推荐给我",
  examples: "示例",
  wish1: "雨天骑车穿的防水夹克",
  wish2: "悠闲的早晨，一杯好咖啡",
  wish3: "带孩子去露营",
  wish4: "送给爱在夜里读书的人",
  picks: "本周精选",
  categories: "分类",
  everything: "全部商品",
  more: "显示更多",
  about: "半月是一家演示商店。商品、图片和价格均为虚构，无法真正下单。",
  similar: "相似商品",
  addToCart: "加入购物车",
  back: "全部商品",
  cartTitle: "购物车",
  cartEmpty: "购物车还是空的。",
  browse: "去逛逛",
  total: "合计",
  order: "下单",
  orderNote: "这是演示，不会真的付款。",
  profile: "本设备对您的了解",
  tryTitle: "试试您自己的商品目录",
};

/** @type {ShopMessages} */
export const shop = {
  count: (count) => `${count} 件商品`,
  wished: (text) => `推荐已按“${text}”更新。`,
  results: (query) => `“${query}”的搜索结果`,
  searching: "正在搜索……",
  found: (count) => `找到 ${count} 件商品`,
  foundWords: (count) => `${count} 件商品包含这些词`,
  nothing: "没有找到相关的商品。换个说法试试，或者看看这些分类。",
  unknown: "没有这件商品。",
  inCart: "已在购物车",
  remove: "移除",
  quantity: (title) => `${title}的数量`,
  ordered: "谢谢。这是演示，并没有真的下单；推荐会考虑您购买的商品。",
};
