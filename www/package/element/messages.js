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
  failed: (/** @type {string} */ why) => `No recommendations right now. ${why}`,
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

/** @typedef {typeof EN} Say */

/** Those that have come; English is always here. @type {Record<string, Say>} */
const known = { en: EN };

/** @param {string} lang BCP 47 */
const languageOf = (lang) => (/^zh\b/i.test(lang) ? "zh" : "en");

/** Another language is fetched when a page speaks it. Nothing where it is here. @param {string} lang BCP 47 */
export function loadMessages(lang) {
  if (known[languageOf(lang)]) return null;
  return import("./messages-zh.js").then(({ ZH }) => void (known.zh = ZH));
}

/** @param {string} lang BCP 47 @returns {Say} */
export const messages = (lang) => known[languageOf(lang)] ?? EN;
