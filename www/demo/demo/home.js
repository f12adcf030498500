/** The home page: the wish, the mosaic, the categories, and all products as plain links. */
import { h } from "../element/dom.js";
import { categories, items, lang, money } from "./items.js";
import { byId, client, messages } from "./page.js";
import { categoryTile, tile } from "./tile.js";

/** Products that are shown at first, and added by each click on "Show more". */
const PAGE_SIZE = 30;

function listenForWishes() {
  const form = /** @type {HTMLFormElement} */ (byId("wish"));
  const input = /** @type {HTMLInputElement} */ (byId("wish-text"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    wish(input.value.trim());
  });
  byId("wishes").addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button");
    if (!button) return;
    input.value = button.textContent ?? "";
    wish(input.value);
  });
}

/** @param {string} text */
async function wish(text) {
  if (!text) return;
  const tracked = client.track("wish", { text }).catch(() => /** @type {import("../types.js").Update[]} */ ([]));
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("for-you").scrollIntoView({ behavior: reducedMotion ? "auto" : "smooth", block: "nearest" });
  // If the recommender cannot use the wish, its note says why.
  const shelves = (await tracked).filter((update) => update.type === "shelf");
  byId("wish-status").textContent = shelves.map(({ note }) => note).find(Boolean) ?? messages.wished(text);
}

/** Translates the picks, which the page has in English. */
async function translatePicks() {
  const itemsById = new Map((await items).map((item) => [item.id, item]));
  for (const pick of byId("picks").querySelectorAll("li")) {
    const item = itemsById.get(pick.dataset.item ?? "");
    if (!item) continue;
    const write = (/** @type {string} */ selector, /** @type {string} */ text) =>
      Object.assign(pick.querySelector(selector) ?? {}, { textContent: text });
    write("a", item.title);
    write(".tile-brand", item.brand);
    write(".tile-text", item.description);
    write(".tile-price", money(item.price, item.currency));
  }
}

async function drawCategories() {
  const all = await categories();
  byId("categories").replaceChildren(
    ...all.map((category) => categoryTile(category, messages.count(category.items.length))),
  );
  byId("mosaic").replaceChildren(
    ...all
      .slice(0, 6)
      .map(({ items }) => h("li", {}, h("img", { src: items[0].image, alt: "", width: 320, height: 320 }))),
  );
}

/** All items, one of each category in turn, so that the first ones represent the whole shop. */
async function interleaveCategories() {
  const columns = (await categories()).map(({ items }) => items);
  const longest = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: longest }, (_, row) => columns.flatMap((column) => column.slice(row, row + 1))).flat();
}

async function drawProducts() {
  const all = await interleaveCategories();
  const more = byId("more");
  let shown = 0;
  const showMore = () => {
    byId("products").append(...all.slice(shown, shown + PAGE_SIZE).map((item) => tile(item)));
    shown = Math.min(shown + PAGE_SIZE, all.length);
    more.hidden = shown >= all.length;
  };
  more.addEventListener("click", () => {
    const first = shown;
    showMore();
    byId("products").children[first]?.querySelector("a")?.focus({ preventScroll: true });
  });
  showMore();
}

/** Lets the browser handle input between two pieces of work. */
const yieldToEventLoop = () => new Promise((resolve) => setTimeout(resolve));

listenForWishes();
if (!lang.startsWith("en")) await translatePicks();
await drawCategories();
await yieldToEventLoop();
await drawProducts();
