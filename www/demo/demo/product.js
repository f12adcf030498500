/** A product's page: what it is, the cart, and the shelf of what is like it. Tells the recommender of the view. */
import { h } from "../element/dom.js";
import { cart, put } from "./cart.js";
import { items, money } from "./items.js";
import { byId, client, ignore, say } from "./page.js";
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
function offer(item) {
  const button = /** @type {HTMLButtonElement} */ (byId("add-to-cart"));
  const already = () =>
    byId("cart-said").replaceChildren(
      ...(cart()[item.id] ? [h("a", { href: "cart.html" }, say.inCart), ` (${cart()[item.id]})`] : []),
    );
  button.disabled = false;
  button.addEventListener("click", () => {
    put(item.id, (cart()[item.id] ?? 0) + 1);
    client.track("add_to_cart", { item: item.id }).catch(ignore);
    already();
  });
  already();
}

/** What stands where the shelf will be. @param {Item} item @param {Item[]} all */
function drawOthers(item, all) {
  const others = all.filter(({ id, category }) => category === item.category && id !== item.id).slice(0, 6);
  byId("others").replaceChildren(...others.map((other) => tile(other, { text: other.description })));
}

const all = await items;
const item = all.find((each) => each.id === id);
if (item) {
  draw(item);
  offer(item);
  drawOthers(item, all);
} else {
  byId("title").textContent = say.unknown;
  byId("product").dataset.state = "unknown";
}
