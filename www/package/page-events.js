/**
 * Reads the events that a shop's page sends to its analytics through GA4's `dataLayer`, past and future, in the form of
 * gtag (`gtag("event", "view_item", {items: [{item_id}]})`) and of Tag Manager (`{event: "view_item", ecommerce: {...}}`);
 * and the product that it describes to search engines in JSON-LD; of a page that is an item itself, the address. It does
 * not change what the page sends. There is one reader per log, so that each event is recorded once, whichever worker
 * records it.
 *
 * @import {EventName, Nearmind} from "./types.js"
 */

/** @type {EventName[]} */
const NAMES = ["view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase"];
const PRODUCT = /^(https?:\/\/schema\.org\/)?(Product|ProductGroup|IndividualProduct|Book|Movie|Course|NewsArticle)$/;
/** Keys of JSON-LD that identify a product, the best first. */
const IDS = ["sku", "productID", "mpn", "gtin", "gtin13", "isbn", "identifier", "@id", "url"];

/** The key of the stored log, which all clients share. */
const STORED = {};
/** By log: the stored one, or that of a client that stores nothing. @type {WeakMap<object, PageEvents>} */
const readers = new WeakMap();

export class PageEvents {
  /** Id of the item that this page is about, once it is known. @type {string | null} */
  product = null;
  /** The client that records events; null once tracking has been turned off for the last shelf. @type {Nearmind | null} */
  #nearmind;
  #viewed = new Set();
  /** @type {Map<object, () => void>} */
  #shelves = new Map();

  /** Returns the only reader for this client's log. @param {Nearmind} nearmind */
  static forClient(nearmind) {
    const log = nearmind.state.persist ? STORED : nearmind;
    const reader = readers.get(log) ?? new PageEvents(nearmind);
    readers.set(log, reader);
    return reader;
  }

  /** @param {Nearmind} nearmind */
  constructor(nearmind) {
    this.#nearmind = nearmind;
    const page = /** @type {{dataLayer?: unknown}} */ (globalThis);
    const layer = (page.dataLayer ??= []);
    if (Array.isArray(layer)) {
      for (const entry of [...layer]) this.#read(entry);
      const { push } = layer;
      layer.push = (...entries) => {
        const length = push.apply(layer, entries);
        if (this.#nearmind) for (const entry of entries) this.#read(entry);
        return length;
      };
    }
    const item = productOf(document) ?? addressOf(document);
    if (item) this.#view(item);
  }

  /**
   * @param {object} shelf
   * @param {Nearmind} nearmind
   * @param {() => void} productChanged Called when the page's product is found or changes.
   */
  join(shelf, nearmind, productChanged) {
    this.#nearmind = nearmind;
    this.#shelves.set(shelf, productChanged);
  }

  /**
   * @param {object} shelf
   * @param {boolean} turnOff Whether to stop recording with the last shelf. Not for a shelf that only left the page,
   * because it may come back.
   */
  leave(shelf, turnOff) {
    this.#shelves.delete(shelf);
    if (turnOff && !this.#shelves.size) this.#nearmind = null;
  }

  /** @param {any} entry An entry of the dataLayer: the arguments of gtag, or an object. */
  #read(entry) {
    const [name, about] = entry?.[0] === "event" ? [entry[1], entry[2]] : [entry?.event, entry?.ecommerce ?? entry];
    if (name === "search" || name === "view_search_results") {
      const text = about?.search_term;
      if (typeof text === "string" && text.trim()) this.#track("search", { text: text.trim() });
    }
    if (!NAMES.includes(name) || !Array.isArray(about?.items)) return;
    for (const each of about.items) {
      const item = text(each?.item_id ?? each?.id);
      if (!item) continue;
      if (name === "view_item") this.#view(item);
      else this.#track(name, { item });
    }
  }

  /** Records a view. A page may report the same one in the dataLayer and in JSON-LD. @param {string} item */
  #view(item) {
    if (this.#viewed.has(item)) return;
    this.#viewed.add(item);
    this.product = item;
    this.#track("view_item", { item });
    for (const productChanged of this.#shelves.values()) productChanged();
  }

  /** @param {EventName} name @param {{item?: string, text?: string}} about */
  #track(name, about) {
    this.#nearmind?.track(name, about).catch(() => {});
  }
}

/** The id or name of the first product in the page's JSON-LD, chosen as a bake chooses it (crates/feeds/src/parse/jsonld.rs). @param {Document} page */
export function productOf(page) {
  for (const script of page.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      // Shops' templates leave line breaks in strings, which JSON does not allow.
      const found = productIn(JSON.parse((script.textContent ?? "").replace(/\p{Cc}/gu, " ")));
      if (found) return found;
    } catch {
      // Invalid JSON: search engines skip it, too.
    }
  }
  return null;
}

/**
 * The address of a page that is an item itself, as `nearmind bake --site` names it: one that marks its main text.
 * @param {Document} page
 */
function addressOf(page) {
  if (!page.querySelector("[data-nearmind-body]")) return null;
  const canonical = page.querySelector("link[rel=canonical]")?.getAttribute("href");
  return canonical || location.pathname.replace(/index\.html$/, "");
}

/** @param {any} data @returns {string | null} */
function productIn(data) {
  if (Array.isArray(data)) return data.map(productIn).find(Boolean) ?? null;
  if (typeof data !== "object" || !data) return null;
  const types = [data["@type"]].flat();
  if (types.some((type) => PRODUCT.test(type))) return first(data, groupKeys(data)) ?? first(data, IDS);
  return productIn(data["@graph"] ?? data.mainEntity ?? null);
}

/** For a variant, the keys of the product that it belongs to: the catalogue has products. @param {any} data */
const groupKeys = (data) => ["productGroupID", "inProductGroupWithID", ...(data.hasVariant ? ["@id", "name"] : [])];

/** The first of these keys with a value. @param {any} data @param {string[]} keys @returns {string | null} */
const first = (data, keys) => keys.map((key) => text([data[key]].flat()[0])).find(Boolean) ?? null;

/** @param {unknown} value */
const text = (value) =>
  typeof value === "number" || (typeof value === "string" && value.trim()) ? `${value}`.trim() : null;
