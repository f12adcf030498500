/** What a shelf says by itself, in Chinese. */

/** @type {import("../en/shelf.js").ShelfTexts} */
export const shelf = {
  headings: {
    "cold-start": "各类精选",
    profile: "为您推荐",
    item: "相似商品",
    cart: "搭配您的购物车",
    text: "与本页相关",
    trending: "热门",
  },
  moreLike: (title) => `与“${title}”相似`,
  like: "喜欢",
  dislike: "不感兴趣",
  hide: "隐藏",
  why: "为什么推荐？",
  opinions: (title) => `您对“${title}”的看法`,
  liked: (title) => `已喜欢“${title}”。`,
  disliked: (title) => `将减少推荐与“${title}”类似的商品。`,
  hidden: (title) => `已隐藏“${title}”。`,
  undone: "已撤销。",
  undo: "撤销",
  matching: (words) => `匹配的词：${words.join("、")}。`,
  list: (count) => `${count} 件商品。`,
  back: "向前翻",
  forth: "向后翻",
  catalog: "正在加载商品目录",
  model: "正在加载模型",
  privacy: "仅在本设备上计算",
  empty: "还没有可推荐的商品。",
  failed: (why) => `暂时没有推荐。${why}`,
  retry: "重试",
};
