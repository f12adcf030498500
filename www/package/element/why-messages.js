/** What the "why?" panel says by itself, by language. Reasons and names of parts come from the worker, translated. */

const EN = {
  why: (/** @type {string} */ title) => `Why “${title}”?`,
  close: "Close",
  gone: "It is not in this list any more.",
  place: (/** @type {number} */ place, /** @type {number} */ of) => `Place ${place} of ${of}.`,
  varied: (/** @type {number} */ place) => `By score alone it would be ${place}; variety moved it.`,
  parts: "What its place is made of",
  interests: "By interest",
  events: "What of your visit counts for it",
  without: (/** @type {number | null} */ place) =>
    place === null ? "Without it: not in the list" : `Without it: place ${place}`,
  remove: (/** @type {string} */ label) => `Forget: ${label}`,
  removed: "Forgotten, as if it had never happened.",
  looked: "What the model looked at",
  noReason: "Attention shows where the model looked. It is not a reason: the words marked above are.",
  words: (/** @type {string[]} */ words) => `Looked at most: ${words.join(", ")}.`,
  untold: "This device does not tell.",
  another: "Why not another product?",
  find: "Name it",
  search: "Search",
  none: "Nothing of that name.",
};

/** @type {typeof EN} */
const ZH = {
  why: (title) => `为什么推荐“${title}”？`,
  close: "关闭",
  gone: "它已不在此列表中。",
  place: (place, of) => `第 ${place} 位，共 ${of} 位。`,
  varied: (place) => `只看得分它会排第 ${place} 位，为了多样性作了调整。`,
  parts: "排名由什么构成",
  interests: "按兴趣",
  events: "您的哪些行为起了作用",
  without: (place) => (place === null ? "没有它：不在列表中" : `没有它：第 ${place} 位`),
  remove: (label) => `忘记：${label}`,
  removed: "已忘记，如同从未发生。",
  looked: "模型看了哪里",
  noReason: "注意力显示模型看了哪里，但这不是理由：上面标出的词才是。",
  words: (words) => `看得最多的词：${words.join("、")}。`,
  untold: "此设备不提供该信息。",
  another: "为什么没有另一件商品？",
  find: "商品名称",
  search: "搜索",
  none: "没有找到。",
};

/** @typedef {typeof EN} WhySay */

/** @param {string} lang BCP 47 @returns {WhySay} */
export const whyMessages = (lang) => (/^zh\b/i.test(lang) ? ZH : EN);
