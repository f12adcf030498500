/** The cart's page: quantities, total, and an order button that only pretends. Sends the cart's events to the recommender. */
import { h, set } from "../element/dom.js";
import { clearCart, getCart, setQuantity } from "./cart.js";
import { items, money } from "./items.js";
import { byId, client, ignore, messages } from "./page.js";

// Reserve the space before the products are loaded, so that nothing moves.
const lineCount = Object.keys(getCart()).length;
set(byId("cart-empty"), "hidden", lineCount > 0);
set(byId("cart-sum"), "hidden", lineCount === 0);
byId("cart-lines").style.minBlockSize = `${lineCount * 7.5625}rem`;

const itemsById = new Map((await items).map((item) => [item.id, item]));

function draw() {
  const lines = Object.entries(getCart()).flatMap(([id, quantity]) => {
    const item = itemsById.get(id);
    return item ? [{ item, quantity }] : [];
  });
  byId("cart-lines").style.minBlockSize = "";
  byId("cart-lines").replaceChildren(...lines.map(({ item, quantity }) => cartLine(item, quantity)));
  const total = lines.reduce((sum, { item, quantity }) => sum + (item.price ?? 0) * quantity, 0);
  byId("total").textContent = money(total, lines[0]?.item.currency ?? "USD");
  set(byId("cart-empty"), "hidden", lines.length > 0);
  set(byId("cart-sum"), "hidden", lines.length === 0);
}

/** @param {import("./items.js").Item} item @param {number} quantity */
function cartLine(item, quantity) {
  const input = h("input", {
    type: "number",
    min: 1,
    max: 99,
    value: quantity,
    "aria-label": messages.quantity(item.title),
  });
  input.addEventListener("change", () => {
    setQuantity(item.id, Math.min(99, Math.max(1, Math.floor(input.valueAsNumber) || 1)));
    draw();
  });
  const remove = h("button", { class: "plain", type: "button" }, messages.remove);
  remove.addEventListener("click", () => {
    setQuantity(item.id, 0);
    client.track("remove_from_cart", { item: item.id }).catch(ignore);
    draw();
  });
  return h(
    "li",
    { class: "cart-line", "data-item": item.id },
    h("img", { src: item.image, alt: "", width: 320, height: 320 }),
    h(
      "div",
      { class: "cart-text" },
      h("p", { class: "tile-brand" }, item.brand),
      h("a", { href: item.url }, item.title),
      remove,
    ),
    input,
    h("p", { class: "cart-price" }, money(item.price && item.price * quantity, item.currency)),
  );
}

byId("order").addEventListener("click", () => {
  for (const item of Object.keys(getCart())) client.track("purchase", { item }).catch(ignore);
  clearCart();
  draw();
  byId("cart-status").textContent = messages.ordered;
});
draw();
