/**
 * The shop's own tiles: in the grid, in search results and in a shelf's own markup.
 *
 * @import {Item} from "./items.js"
 * @import {Part} from "../types.js"
 */
import { h } from "../element/dom.js";
import { writeParts } from "../element/words.js";
import { money } from "./items.js";

/**
 * @param {Pick<Item, "id" | "url" | "image" | "brand" | "price" | "currency" | "title">} item
 * @param {{title?: Part[], text?: string}} [options] `title`: the title with highlighted words, as a search returns it.
 * `text`: a description, for a shelf's own markup.
 */
export function tile(
  { id, url, image, brand, price, currency, title },
  { title: titleParts = [{ text: title }], text } = {},
) {
  const link = h("a", { href: url });
  writeParts(link, titleParts);
  return h(
    "li",
    { class: "tile", "data-item": id },
    h(
      "div",
      { class: "tile-picture" },
      h("img", { src: image, alt: "", width: 320, height: 320, decoding: "async", fetchpriority: "low" }),
    ),
    h("p", { class: "tile-brand" }, brand),
    h("p", { class: "tile-title" }, link),
    ...(text ? [h("p", { class: "tile-text" }, text)] : []),
    h("p", { class: "tile-price" }, money(price, currency)),
  );
}

/**
 * The tile of a category, with the picture of its first item and a link to all its products.
 * @param {{key: string, name: string, items: Item[]}} category
 * @param {string} count The number of its products in words: "12 products".
 */
export const categoryTile = ({ key, name, items }, count) =>
  h(
    "li",
    { class: "category" },
    h("img", { src: items[0].image, alt: "", width: 320, height: 320, fetchpriority: "low" }),
    h("a", { href: `search.html?category=${encodeURIComponent(key)}` }, name),
    h("span", {}, count),
  );
