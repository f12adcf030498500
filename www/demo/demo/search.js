/**
 * Search results and category pages. The shop's own match by words stands until the recommender has answered,
 * and wherever it cannot.
 */
import { categories, items } from "./items.js";
import { byId, client, say } from "./page.js";
import { categoryTile, tile } from "./tile.js";

const LIMIT = 24;
const parameters = new URLSearchParams(location.search);
const query = (parameters.get("q") ?? "").trim();
const category = parameters.get("category");
/** How often results have been shown: the last answer stands, whichever is drawn first. */
let answers = 0;

/** @param {Node[]} tiles @param {string} note */
async function show(tiles, note) {
  const isEmpty = !tiles.length && note !== say.searching;
  const answer = ++answers;
  // Nobody is left in front of an empty page: what there is stands where the results would.
  const shown = isEmpty ? (await categories()).map((each) => categoryTile(each, say.count(each.items.length))) : tiles;
  if (answer !== answers) return;
  byId("results").className = isEmpty ? "categories" : "grid";
  byId("results").replaceChildren(...shown);
  byId("results-note").textContent = isEmpty ? say.nothing : note;
}

/** @param {string} key */
async function showCategory(key) {
  const found = (await categories()).find((each) => each.key === key);
  head(found?.name ?? key);
  show(
    (found?.items ?? []).map((item) => tile(item)),
    say.count(found?.items.length ?? 0),
  );
}

async function showResults() {
  head(say.results(query));
  Object.assign(document.querySelector("input[name=q]") ?? {}, { value: query });
  byId("results-note").textContent = say.searching;
  // By word as soon as the catalogue is there, by meaning as soon as the model is.
  client.subscribe((update) => {
    if (update.type === "catalog-ready" || update.type === "model-ready") askRecommender();
    if (update.type === "error" && update.fatal) showPlain();
  });
  askRecommender();
  await showPlain();
}

async function askRecommender() {
  const cards = await client.search(query, { limit: LIMIT }).catch(() => []);
  const { items, device, problem } = client.state;
  if (items === null || problem) return;
  byId("results").dataset.by = device ? "meaning" : "word";
  show(cards.map(found), device ? say.found(cards.length) : say.searching);
}

/** The shop's own match, unless there is a better one. */
async function showPlain() {
  const plain = await containing(query);
  if (byId("results").dataset.by && !client.state.problem) return;
  show(
    plain.map((item) => tile(item)),
    client.state.problem ? say.foundPlain(plain.length) : say.searching,
  );
}

/** @param {import("../types.js").Card} card */
function found({ item, url, image, brand, price, title }) {
  return tile({ id: item, url, image, brand, price: price?.amount, currency: price?.currency, title: "" }, { title });
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
