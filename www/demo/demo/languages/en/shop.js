/** What the scripts of the demo shop say, in English. The pages themselves are in English. */

const products = (/** @type {number} */ count) => `${count} ${count === 1 ? "product" : "products"}`;

/** @typedef {typeof shop} ShopMessages */

export const shop = {
  count: products,
  wished: (/** @type {string} */ text) => `Recommendations updated for “${text}”.`,
  results: (/** @type {string} */ query) => `Results for “${query}”`,
  searching: "Searching …",
  found: products,
  foundWords: (/** @type {number} */ count) => `${products(count)} with all of these words`,
  nothing: "No products found. Try other words, or browse the categories.",
  unknown: "This product does not exist.",
  inCart: "In the cart",
  remove: "Remove",
  quantity: (/** @type {string} */ title) => `Quantity of ${title}`,
  ordered:
    "Thank you. This is a demo, so nothing was ordered. Your recommendations now take your purchase into account.",
};
