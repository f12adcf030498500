/** The cart: a map of item ids to quantities. It works without the recommender. */
import { getStored, setStored } from "./storage.js";

/** @returns {Record<string, number>} Quantity by item id. */
export function getCart() {
  try {
    return JSON.parse(getStored("cart") ?? "{}");
  } catch {
    return {};
  }
}

/** @param {string} item @param {number} quantity 0 removes the item. */
export function setQuantity(item, quantity) {
  const { [item]: _, ...others } = getCart();
  setStored("cart", JSON.stringify(quantity > 0 ? { ...others, [item]: quantity } : others));
  drawCartCount();
}

export function clearCart() {
  setStored("cart", "{}");
  drawCartCount();
}

/** Draws the number of products in the cart beside the link to it. */
export function drawCartCount() {
  const count = Object.values(getCart()).reduce((sum, quantity) => sum + quantity, 0);
  const badge = document.getElementById("cart-count");
  if (!badge) return;
  badge.textContent = String(count);
  badge.hidden = count === 0;
}
