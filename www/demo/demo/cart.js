/** What is in the cart: item to count. The recommender hears of changes; the cart does not depend on it. */
import { recall, remember } from "./store.js";

/** @returns {Record<string, number>} */
export function cart() {
  try {
    return JSON.parse(recall("cart") ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} item @param {number} count 0 takes it out. */
export function put(item, count) {
  const { [item]: _, ...others } = cart();
  remember("cart", JSON.stringify(count > 0 ? { ...others, [item]: count } : others));
  showCount();
}

export function empty() {
  remember("cart", "{}");
  showCount();
}

export function showCount() {
  const count = Object.values(cart()).reduce((sum, each) => sum + each, 0);
  const badge = document.getElementById("cart-count");
  if (!badge) return;
  badge.textContent = String(count);
  badge.hidden = count === 0;
}
