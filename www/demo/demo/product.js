/** A product's page: its details, the cart button, and a shelf of similar products. Tracks the view. */
import { h } from "../element/dom.js";
import { getCart, setQuantity } from "./cart.js";
import { items, money } from "./items.js";
import { byId, client, ignore, messages } from "./page.js";
import { tile } from "./tile.js";

/** @import {Item} from "./items.js" */

const id = new URLSearchParams(location.search).get("item") ?? "";
if (id) client.track("view_item", { item: id }).catch(ignore);
byId("like-this").setAttribute("item", id);

/** @param {Item} item */
function draw(item) {
  document.title = `${item.title} · Halfmoon`;
  byId("crumb").replaceChildren(
    h("a", { href: `search.html?category=${encodeURIComponent(item.words.en.category)}` }, item.category),
  );
  Object.assign(byId("picture"), { src: item.image });
  byId("brand").textContent = item.brand;
  byId("title").textContent = item.title;
  byId("price").textContent = money(item.price, item.currency);
  byId("description").textContent = item.description;
  byId("product").dataset.state = "ready";
}

/** @param {Item} item */
function listenForCart(item) {
  const button = /** @type {HTMLButtonElement} */ (byId("add-to-cart"));
  const drawQuantity = () => {
    const quantity = getCart()[item.id];
    byId("cart-status").replaceChildren(
      ...(quantity ? [h("a", { href: "cart.html" }, messages.inCart), ` (${quantity})`] : []),
    );
  };
  button.disabled = false;
  button.addEventListener("click", () => {
    setQuantity(item.id, (getCart()[item.id] ?? 0) + 1);
    client.track("add_to_cart", { item: item.id }).catch(ignore);
    drawQuantity();
  });
  drawQuantity();
}

/** Draws products of the same category; they are shown until the shelf has its list. @param {Item} item @param {Item[]} all */
function drawSimilar(item, all) {
  const similar = all.filter(({ id, category }) => category === item.category && id !== item.id).slice(0, 6);
  byId("similar").replaceChildren(...similar.map((other) => tile(other, { text: other.description })));
}

const all = await items;
const item = all.find((each) => each.id === id);
if (item) {
  draw(item);
  listenForCart(item);
  drawSimilar(item, all);
} else {
  byId("title").textContent = messages.unknown;
  byId("product").dataset.state = "unknown";
}
