/** The cart: counts, total, and an order that is none. Tells the recommender what came, went and was bought. */
import { h, set } from "../element/dom.js";
import { cart, empty, put } from "./cart.js";
import { items, money } from "./items.js";
import { byId, client, ignore, say } from "./page.js";

// The room is known before the products are.
const waiting = Object.keys(cart()).length;
set(byId("cart-empty"), "hidden", waiting > 0);
set(byId("cart-sum"), "hidden", waiting === 0);
byId("cart-lines").style.minBlockSize = `${waiting * 7.5625}rem`;

const all = new Map((await items).map((item) => [item.id, item]));

function draw() {
  const lines = Object.entries(cart()).flatMap(([id, count]) => {
    const item = all.get(id);
    return item ? [{ item, count }] : [];
  });
  byId("cart-lines").style.minBlockSize = "";
  byId("cart-lines").replaceChildren(...lines.map(({ item, count }) => line(item, count)));
  const total = lines.reduce((sum, { item, count }) => sum + (item.price ?? 0) * count, 0);
  byId("total").textContent = money(total, lines[0]?.item.currency ?? "USD");
  set(byId("cart-empty"), "hidden", lines.length > 0);
  set(byId("cart-sum"), "hidden", lines.length === 0);
}

/** @param {import("./items.js").Item} item @param {number} count */
function line(item, count) {
  const quantity = h("input", {
    type: "number",
    min: 1,
    max: 99,
    value: count,
    "aria-label": say.quantity(item.title),
  });
  quantity.addEventListener("change", () => {
    put(item.id, Math.min(99, Math.max(1, Math.floor(quantity.valueAsNumber) || 1)));
    draw();
  });
  const remove = h("button", { class: "plain", type: "button" }, say.remove);
  remove.addEventListener("click", () => {
    put(item.id, 0);
    client.track("remove_from_cart", { item: item.id }).catch(ignore);
    draw();
  });
  return h(
    "li",
    { class: "cart-line", "data-item": item.id },
    h("img", { src: item.image, alt: "", width: 320, height: 320 }),
    h(
      "div",
      { class: "cart-words" },
      h("p", { class: "tile-brand" }, item.brand),
      h("a", { href: item.url }, item.title),
      remove,
    ),
    quantity,
    h("p", { class: "cart-price" }, money(item.price && item.price * count, item.currency)),
  );
}

byId("order").addEventListener("click", () => {
  for (const item of Object.keys(cart())) client.track("purchase", { item }).catch(ignore);
  empty();
  draw();
  byId("cart-said").textContent = say.ordered;
});
draw();
