/**
 * The element's own words, by language. What Rust says (headings, reasons) comes in the page's language already;
 * this is what the page's thread has to say by itself.
 */

const EN = {
  "for-you": "For you",
  "more-like-this": "More like this",
  like: "Like",
  dislike: "Not for me",
  hide: "Hide",
  why: "Why this?",
  opinions: (/** @type {string} */ title) => `Your opinion of ${title}`,
  liked: (/** @type {string} */ title) => `You like “${title}”.`,
  disliked: (/** @type {string} */ title) => `Less like “${title}”.`,
  hidden: (/** @type {string} */ title) => `“${title}” is hidden.`,
  undone: "Taken back.",
  undo: "Undo",
  matching: (/** @type {string[]} */ words) => `Words that match: ${words.join(", ")}.`,
  list: (/** @type {number} */ count) => `${count} ${count === 1 ? "product" : "products"}.`,
  back: "Back",
  forth: "Forward",
  catalog: "Loading the catalogue",
  model: "Loading the model",
  probe: "Checking this device",
  privacy: "On this device only",
  empty: "Nothing to recommend yet.",
  failed: "No recommendations right now.",
  retry: "Try again",
  // By code, for people; the event that developers hear has the address and the cause.
  problems: /** @type {Record<string, string>} */ ({
    download: "A file did not arrive whole: check the connection.",
    insecure: "The page must be opened over https.",
    catalog: "The shop's catalogue cannot be read.",
    model: "The model does not work on this device.",
    "start-failed": "This browser could not start the program.",
    "worker-failed": "This browser could not start the program.",
  }),
};

/** @type {typeof EN} */
const ZH = {
  "for-you": "为您推荐",
  "more-like-this": "相似商品",
  like: "喜欢",
  dislike: "不感兴趣",
  hide: "隐藏",
  why: "为什么推荐？",
  opinions: (title) => `您对“${title}”的看法`,
  liked: (title) => `已喜欢“${title}”。`,
  disliked: (title) => `将减少与“${title}”类似的商品。`,
  hidden: (title) => `已隐藏“${title}”。`,
  undone: "已撤销。",
  undo: "撤销",
  matching: (words) => `匹配的词：${words.join("、")}。`,
  list: (count) => `${count} 件商品。`,
  back: "向前翻",
  forth: "向后翻",
  catalog: "正在加载商品目录",
  model: "正在加载模型",
  probe: "正在检查本设备",
  privacy: "仅在本设备上计算",
  empty: "还没有可推荐的商品。",
  failed: "暂时没有推荐。",
  retry: "重试",
  problems: {
    download: "有文件未能完整下载，请检查网络。",
    insecure: "须通过 https 打开本页。",
    catalog: "无法读取商品目录。",
    model: "模型无法在此设备上运行。",
    "start-failed": "浏览器无法启动程序。",
    "worker-failed": "浏览器无法启动程序。",
  },
};

/** @typedef {typeof EN} Say */

/** @param {string} lang BCP 47 @returns {Say} */
export const messages = (lang) => (/^zh\b/i.test(lang) ? ZH : EN);
