/**
 * The list of a first visit, which is the same for every visitor without a history: it is a part of the catalogue, and is
 * drawn while the recommender is loading. Knows files and conditions, but neither drawing nor ranking.
 *
 * Only a browser without our files requests it, whatever the visitor did before: so the requests tell nothing of a history.
 *
 * @import {Options} from "../types.js"
 * @import {Shelf, ShelfRequest} from "../wire.js"
 */

/** The cache of the worker's files (file_cache.rs), and the database of the visitor's log (connection.rs). */
const CACHE = "nearmind-files-1";
const DATABASE = "nearmind";

/**
 * The list of a first visit; null if the request is for another one, the visitor is known, or the recommender is as quick.
 * Rejects if a file is missing or altered.
 * @param {Options} options
 * @param {ShelfRequest} request for a list about the visitor
 * @returns {Promise<Shelf | null>}
 */
export async function firstList({ catalog, persist = !navigator.globalPrivacyControl, pictures, isolation }, request) {
  if (!isDefault(request) || pictures === "private" || isolation || catalog.startsWith("kept:")) return null;
  if (persist && (await caches.has(CACHE))) return null;
  const url = new URL(catalog, document.baseURI);
  const { firstLists } = await json(url.href.endsWith("/") ? `${url}manifest.json` : url);
  const entry = firstLists?.[request.lang?.split("-")[0] ?? ""] ?? firstLists?.en; // as the worker falls back to English
  if (!entry) return null;
  const bytes = entry.sha256.match(/../g).map((/** @type {string} */ digits) => Number.parseInt(digits, 16));
  const list = await json(new URL(entry.file, url), `sha256-${btoa(String.fromCharCode(...bytes))}`);
  if (persist && (await mayBeKnown())) return null;
  return { ...list, cards: list.cards.slice(0, request.limit) };
}

/** The most cards of a first list (first_lists.rs). */
const MOST = 12;

/** Whether a request about the visitor asks for nothing else. @param {ShelfRequest} request */
const isDefault = ({ scene, context, filter, rules, exclude, seed, limit = 0 }) =>
  limit <= MOST && ![scene, context, filter, rules, exclude?.length, seed].some(Boolean);

/** Whether this browser has a log, or cannot say. */
const mayBeKnown = async () => (await indexedDB.databases?.())?.some(({ name }) => name === DATABASE) ?? true;

/** A JSON file. @param {URL | string} url @param {string} [integrity] @returns {Promise<any>} */
const json = async (url, integrity) => (await fetch(url, { integrity })).json();
