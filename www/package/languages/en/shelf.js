/** What a shelf says by itself, in English. Every other language has the same keys: the type checker compares them. */

/** @typedef {typeof shelf} ShelfTexts */

export const shelf = {
  // By what the list is based on.
  headings: {
    "cold-start": "A little of everything",
    profile: "For you",
    item: "More like this",
    cart: "Goes with your cart",
    text: "Fits this page",
    trending: "Popular now",
    viewed: "Recently viewed",
  },
  moreLike: (/** @type {string} */ title) => `More like ${title}`,
  like: "Like",
  dislike: "Not for me",
  hide: "Hide",
  why: "Why this?",
  opinions: (/** @type {string} */ title) => `Your opinion of ${title}`,
  liked: (/** @type {string} */ title) => `You like “${title}”.`,
  disliked: (/** @type {string} */ title) => `You will see less like “${title}”.`,
  hidden: (/** @type {string} */ title) => `“${title}” is hidden.`,
  undone: "Undone.",
  undo: "Undo",
  matching: (/** @type {string[]} */ words) => `Words that match: ${words.join(", ")}.`,
  list: (/** @type {number} */ count) => `${count} ${count === 1 ? "product" : "products"}.`,
  back: "Back",
  forth: "Forward",
  // By what is loading.
  catalog: "Loading the catalogue",
  model: "Loading the model",
  privacy: "On this device only",
  empty: "Nothing to recommend yet.",
  failed: (/** @type {string} */ why) => `No recommendations right now. ${why}`,
  retry: "Try again",
};
