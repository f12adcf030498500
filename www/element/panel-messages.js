/**
 * The panel's words, by language; they come with the panel.
 *
 * @import {DeviceReason} from "../types.js"
 */

const EN = {
  panel: "What this device knows",
  close: "Close",
  where: "Where it runs",
  cpu: "Processor",
  gpu: "Graphics",
  pending: "The model is still loading.",
  perText: (/** @type {string} */ ms) => `${ms} ms a text`,
  reasons: {
    "asked-cpu": () => "The page asks for the processor.",
    "asked-gpu": () => "The page asks for the graphics, and it computes rightly.",
    untried: () => "The graphics has not been tried yet.",
    absent: () => "The processor computes: this browser offers no graphics to programs.",
    unfit: (/** @type {DeviceReason} */ { why }) =>
      `The processor computes: the graphics cannot run this model (${why}).`,
    wrong: (/** @type {DeviceReason} */ { cosine }) =>
      `The processor computes, because the graphics answers wrongly${cosine == null ? "" : ` (a known text: ${cosine.toFixed(3)} instead of 1)`}.`,
    slower: () => "The processor computes, because the graphics is slower here.",
    quicker: () => "The graphics computes rightly, and is quicker.",
    lost: (/** @type {DeviceReason} */ { why }) =>
      `The processor computes, because the graphics was lost (${why}).`,
  },
  stored: (/** @type {string} */ size) => `Your visits (${size})`,
  promise: "All of this is computed and kept in this browser. Nothing of it is sent anywhere.",
  memory: "Your browser asks not to be tracked: nothing is stored, and leaving the page forgets everything.",
  nothing: "Nothing yet.",
  events: {
    view_item: "Viewed",
    select_item: "Opened",
    add_to_cart: "Put in the cart",
    remove_from_cart: "Taken out of the cart",
    purchase: "Bought",
    search: "Searched",
    like: "Liked",
    dislike: "Not for me",
    hide: "Hidden",
    wish: "Said",
    view_item_list: "Saw a list",
  },
  forget: "Forget me",
  sure: "Erase everything that this device knows of you? This cannot be undone.",
  erase: "Erase everything",
  keep: "Keep it",
  forgotten: "Everything is erased.",
};

/** @type {typeof EN} */
const ZH = {
  panel: "本设备知道什么",
  close: "关闭",
  where: "在哪里计算",
  cpu: "处理器",
  gpu: "显卡",
  pending: "模型仍在加载。",
  perText: (ms) => `每条文本 ${ms} 毫秒`,
  reasons: {
    "asked-cpu": () => "页面要求使用处理器。",
    "asked-gpu": () => "页面要求使用显卡，其计算结果正确。",
    untried: () => "尚未尝试显卡。",
    absent: () => "由处理器计算：此浏览器不向网页提供显卡。",
    unfit: ({ why }) => `由处理器计算：显卡无法运行此模型（${why}）。`,
    wrong: ({ cosine }) =>
      `由处理器计算，因为显卡的结果有误${cosine == null ? "" : `（已知文本的相似度为 ${cosine.toFixed(3)}，应为 1）`}。`,
    slower: () => "由处理器计算，因为此处显卡较慢。",
    quicker: () => "由显卡计算：结果正确且更快。",
    lost: ({ why }) => `由处理器计算，因为显卡已失去连接（${why}）。`,
  },
  stored: (size) => `您的浏览记录（${size}）`,
  promise: "一切都在这个浏览器里计算和保存，不会发送到任何地方。",
  memory: "您的浏览器要求不被跟踪：不保存任何内容，离开页面即全部忘记。",
  nothing: "还没有记录。",
  events: {
    view_item: "看过",
    select_item: "点开",
    add_to_cart: "加入购物车",
    remove_from_cart: "移出购物车",
    purchase: "购买",
    search: "搜索",
    like: "喜欢",
    dislike: "不感兴趣",
    hide: "隐藏",
    wish: "说过",
    view_item_list: "看过列表",
  },
  forget: "忘记我",
  sure: "要清除本设备所知道的关于您的一切吗？此操作无法撤销。",
  erase: "全部清除",
  keep: "保留",
  forgotten: "已全部清除。",
};

/** @typedef {typeof EN} PanelSay */

/** @param {string} lang BCP 47 @returns {PanelSay} */
export const panelMessages = (lang) => (/^zh\b/i.test(lang) ? ZH : EN);
