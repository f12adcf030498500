/**
 * Search results and category pages. The shop's own match by words stands until the recommender has answered,
 * and wherever it cannot.
 */
import { categories, items } from "./items.js";
import { byId, client, ignore, say } from "./page.js";
import { tile } from "./tile.js";

const LIMIT = 24;
const parameters = new URLSearchParams(location.search);
const query = (parameters.get("q") ?? "").trim();
const category = parameters.get("category");

/** @param {Node[]} tiles @param {string} note */
function show(tiles, note) {
  byId("results").replaceChildren(...tiles);
  byId("results-note").textContent = tiles.length ? note : say.nothing;
}

/** @param {string} key */
async function showCategory(key) {
  const found = (await categories()).find((each) => each.key === key);
  head(found?.name ?? key);
  show((found?.items ?? []).map((item) => tile(item)), say.count(found?.items.length ?? 0));
}

async function showResults() {
  head(say.results(query));
  Object.assign(document.querySelector("input[name=q]") ?? {}, { value: query });
  byId("results-note").textContent = say.searching;
  client.track("search", { text: query }).catch(ignore);
  const answer = client.search(query, { limit: LIMIT });
  const plain = await containing(query);
  let answered = false;
  const shown = answer.then((cards) => {
    answered = true;
    byId("results").dataset.by = "meaning";
    show(cards.map((card) => tile({ ...card, id: card.item, title: "", price: card.price?.amount ?? 0, currency: card.price?.currency ?? "USD" }, { title: card.title })), say.found(cards.length));
  }, () => show(plain.map((item) => tile(item)), say.foundPlain(plain.length)));
  if (!answered && plain.length) byId("results").replaceChildren(...plain.map((item) => tile(item)));
  await shown;
}

/** Products in which every word of the query occurs. @param {string} text */
async function containing(text) {
  const words = text.toLowerCase().split(/\s+/);
  const has = (/** @type {import("./items.js").Item} */ { title, description, brand, category }) => {
    const own = `${title} ${description} ${brand} ${category}`.toLowerCase();
    return words.every((word) => own.includes(word));
  };
  return (await items).filter(has).slice(0, LIMIT);
}

/** @param {string} title */
function head(title) {
  document.title = `${title} · Halfmoon`;
  byId("results-title").textContent = title;
}

if (category) await showCategory(category);
else if (query) await showResults();
else location.replace("index.html");
