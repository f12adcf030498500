/**
 * The list of a first visit, which is the same for every visitor without a history: it is a part of the catalogue, and is
 * drawn while the recommender is loading. Knows files and conditions, but neither drawing nor ranking.
 *
 * Only a browser without our files requests it, whatever the visitor did before: so the requests tell nothing of a history.
 *
 * @import {Options, Shelf, ShelfRequest} from "../types.js"
 * @typedef {{file: string, sha256: string}} FileEntry
 */

/** The cache of the worker's files (file_cache.rs), and the database of the visitor's log (connection.rs). */
const CACHE = "nearmind-files-1";
const DATABASE = "nearmind";

/**
 * The list of a first visit; null if the request is for another one, the visitor is known, or the recommender is as quick.
 * @param {Options & {persist: boolean}} options
 * @param {ShelfRequest} request
 * @returns {Promise<Shelf | null>}
 */
export async function firstList({ catalog, persist, pictures, isolation }, request) {
  if (!isDefault(request) || pictures === "private" || isolation || !catalog.startsWith("http")) return null;
  if (persist && (await caches.has(CACHE))) return null;
  const folder = new URL(".", catalog);
  const manifest = await json(catalog.endsWith("/") ? `${catalog}manifest.json` : catalog);
  const entry = entryOf(manifest?.firstLists ?? {}, request.lang ?? "en");
  if (!entry) return null;
  const [list, isKnown] = await Promise.all([json(new URL(entry.file, folder).href, entry.sha256), persist && known()]);
  return list && !isKnown ? { ...list, cards: list.cards.slice(0, request.limit) } : null;
}

/** The most cards of a first list (first_lists.rs). */
const MOST = 12;

/** Whether the request is for a list about the visitor without anything else. @param {ShelfRequest} request */
const isDefault = ({ kind, item, scene, context, filter, rules, exclude, seed, limit = 0 }) =>
  kind === "for-you" && limit <= MOST && ![item, scene, context, filter, rules, exclude?.length, seed].some(Boolean);

/** The list for a language, or else the one whose texts its items would have. @param {Record<string, FileEntry>} lists @param {string} lang */
function entryOf(lists, lang) {
  const all = Object.values(lists);
  return lists[lang.split("-")[0].toLowerCase()] ?? lists.en ?? (all.length === 1 ? all[0] : null);
}

/** Whether this browser has a log. Where it cannot say, the visitor may be known. */
async function known() {
  const databases = await indexedDB.databases?.();
  return !databases || databases.some(({ name }) => name === DATABASE);
}

/** A JSON file; null if it cannot be had. @param {string} url @param {string} [sha256] in hexadecimal */
async function json(url, sha256) {
  const bytes = sha256?.match(/../g)?.map((digits) => Number.parseInt(digits, 16));
  const integrity = bytes && `sha256-${btoa(String.fromCharCode(...bytes))}`;
  const response = await fetch(url, integrity ? { integrity } : {});
  return response.ok ? response.json() : null;
}
