/**
 * Search results and category pages. The shop's own search by words is shown until the recommender has answered, and if
 * the recommender fails.
 */
import { categories, items } from "./items.js";
import { byId, client, messages } from "./page.js";
import { categoryTile, tile } from "./tile.js";

const LIMIT = 24;
const parameters = new URLSearchParams(location.search);
const query = (parameters.get("q") ?? "").trim();
const category = parameters.get("category");
/** The number of calls of `show`. Only the last call draws. */
let shows = 0;

/** @param {Node[]} tiles @param {string} note */
async function show(tiles, note) {
  const isEmpty = !tiles.length && note !== messages.searching;
  const call = ++shows;
  // Without results, show the categories instead of an empty page.
  const shown = isEmpty
    ? (await categories()).map((each) => categoryTile(each, messages.count(each.items.length)))
    : tiles;
  if (call !== shows) return;
  byId("results").className = isEmpty ? "categories" : "grid";
  byId("results").replaceChildren(...shown);
  byId("results-note").textContent = isEmpty ? messages.nothing : note;
}

/** @param {string} key */
async function showCategory(key) {
  const match = (await categories()).find((each) => each.key === key);
  setTitle(match?.name ?? key);
  show(
    (match?.items ?? []).map((item) => tile(item)),
    messages.count(match?.items.length ?? 0),
  );
}

async function showResults() {
  setTitle(messages.results(query));
  Object.assign(document.querySelector("input[name=q]") ?? {}, { value: query });
  byId("results-note").textContent = messages.searching;
  // Searches by words once the catalogue is loaded, and by meaning once the word vectors are there, and the model.
  client.subscribe((update) => {
    if (["catalog-ready", "word-vectors-ready", "model-ready"].includes(update.type)) searchRecommender();
    if (update.type === "error" && update.fatal) showWordMatches();
  });
  searchRecommender();
  await showWordMatches();
}

async function searchRecommender() {
  const cards = await client.search(query, { limit: LIMIT }).catch(() => []);
  const { items, device, words, problem } = client.state;
  if (items === null || problem) return;
  byId("results").dataset.by = device || words ? "meaning" : "word";
  show(cards.map(cardTile), device || words ? messages.found(cards.length) : messages.searching);
}

/** Shows the shop's own search results, unless the recommender has answered. */
async function showWordMatches() {
  const matches = await itemsContaining(query);
  if (byId("results").dataset.by && !client.state.problem) return;
  show(
    matches.map((item) => tile(item)),
    client.state.problem ? messages.foundWords(matches.length) : messages.searching,
  );
}

/** @param {import("../types.js").Card} card */
function cardTile({ item, url, image, brand, price, title }) {
  return tile({ id: item, url, image, brand, price: price?.amount, currency: price?.currency, title: "" }, { title });
}

/** The items that contain every word of the text. @param {string} text */
async function itemsContaining(text) {
  const words = text.toLowerCase().split(/\s+/);
  const matches = (/** @type {import("./items.js").Item} */ { title, description, brand, category }) => {
    const text = `${title} ${description} ${brand} ${category}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return (await items).filter(matches).slice(0, LIMIT);
}

/** @param {string} title */
function setTitle(title) {
  document.title = `${title} · Halfmoon`;
  byId("results-title").textContent = title;
}

if (category) await showCategory(category);
else if (query) await showResults();
else location.replace("index.html");
