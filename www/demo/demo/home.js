/** The home page: the wish, the mosaic, categories, and the whole shop as plain links. */
import { h } from "../element/dom.js";
import { categories, items, lang, money } from "./items.js";
import { byId, client, say } from "./page.js";
import { categoryTile, tile } from "./tile.js";

const STEP = 30;

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
  const moved = client.track("wish", { text }).catch(() => /** @type {import("../types.js").Update[]} */ ([]));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("for-you").scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
  // The recommender says so itself where it can make nothing of it.
  const shelves = (await moved).filter((update) => update.type === "shelf");
  byId("wish-said").textContent = shelves.map(({ note }) => note).find(Boolean) ?? say.said(text);
}

/** The picks are written into the page in English. */
async function translatePicks() {
  const all = new Map((await items).map((item) => [item.id, item]));
  for (const pick of byId("picks").querySelectorAll("li")) {
    const item = all.get(pick.dataset.item ?? "");
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
    ...all.map((category) => categoryTile(category, say.count(category.items.length))),
  );
  byId("mosaic").replaceChildren(
    ...all
      .slice(0, 6)
      .map(({ items }) => h("li", {}, h("img", { src: items[0].image, alt: "", width: 320, height: 320 }))),
  );
}

/** One of each category in turn, so that the page shows the whole shop and not its first shelf. */
async function mixed() {
  const each = (await categories()).map(({ items }) => items);
  const longest = Math.max(...each.map(({ length }) => length));
  return Array.from({ length: longest }, (_, row) => each.flatMap((column) => column.slice(row, row + 1))).flat();
}

async function drawProducts() {
  const all = await mixed();
  const more = byId("more");
  let shown = 0;
  const step = () => {
    byId("products").append(...all.slice(shown, shown + STEP).map((item) => tile(item)));
    shown = Math.min(shown + STEP, all.length);
    more.hidden = shown >= all.length;
  };
  more.addEventListener("click", () => {
    const first = shown;
    step();
    byId("products").children[first]?.querySelector("a")?.focus({ preventScroll: true });
  });
  step();
}

/** Lets the page answer between two pieces of work. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

listenForWishes();
if (!lang.startsWith("en")) await translatePicks();
await drawCategories();
await breathe();
await drawProducts();
