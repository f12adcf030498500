/**
 * What a shop's page tells others anyway: its analytics through GA4's `dataLayer`, past and future, in the form of gtag
 * (`gtag("event", "view_item", {items: [{item_id}]})`) and of Tag Manager (`{event: "view_item", ecommerce: {...}}`);
 * and search engines through JSON-LD. Read, never changed; nothing else listens less well for it. One listener a log,
 * which hears each thing once, whichever worker writes it down.
 *
 * @import {EventName, Nearmind} from "./types.js"
 */

/** @type {EventName[]} */
const NAMES = ["view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase"];
const PRODUCT = /^(https?:\/\/schema\.org\/)?(Product|ProductGroup|IndividualProduct|Book|Movie|Course|NewsArticle)$/;
/** What names it, the best first. */
const IDS = ["sku", "productID", "mpn", "gtin", "gtin13", "isbn", "identifier", "@id", "url"];

/** Stands for the log that is stored: all clients have the same. */
const STORED = {};
/** By the log: the stored one, or the client that stores nothing. @type {WeakMap<object, PageEvents>} */
const listening = new WeakMap();

export class PageEvents {
  /** The item that this page is about, once the page has said it. @type {string | null} */
  product = null;
  /** Who writes down what is heard; nobody once the last that listened has been told not to. @type {Nearmind | null} */
  #nearmind;
  #viewed = new Set();
  /** @type {Map<object, () => void>} */
  #waiting = new Map();

  /** The only one for this client's log. @param {Nearmind} nearmind */
  static of(nearmind) {
    const log = nearmind.state.persist ? STORED : nearmind;
    const known = listening.get(log) ?? new PageEvents(nearmind);
    listening.set(log, known);
    return known;
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
    const item = productOf(document);
    if (item) this.#view(item);
  }

  /** @param {object} who @param {Nearmind} nearmind @param {() => void} tell Hears when the page's product becomes known or another. */
  join(who, nearmind, tell) {
    this.#nearmind = nearmind;
    this.#waiting.set(who, tell);
  }

  /** @param {object} who @param {boolean} deaf It is to hear no more; who has only left the page may come again. */
  leave(who, deaf) {
    this.#waiting.delete(who);
    if (deaf && !this.#waiting.size) this.#nearmind = null;
  }

  /** @param {any} entry What was pushed: the arguments of gtag, or an object. */
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

  /** A page may say it twice, here and there; it was one look. @param {string} item */
  #view(item) {
    if (this.#viewed.has(item)) return;
    this.#viewed.add(item);
    this.product = item;
    this.#track("view_item", { item });
    for (const tell of this.#waiting.values()) tell();
  }

  /** @param {EventName} name @param {{item?: string, text?: string}} about */
  #track(name, about) {
    this.#nearmind?.track(name, about).catch(() => {});
  }
}

/** The first product of the page's JSON-LD, by the id or name that a bake gives it (crates/feeds/src/parse/jsonld.rs). @param {Document} page */
export function productOf(page) {
  for (const script of page.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      // Shops' templates leave line breaks in strings, which JSON does not allow.
      const found = productIn(JSON.parse((script.textContent ?? "").replace(/\p{Cc}/gu, " ")));
      if (found) return found;
    } catch {
      // Search engines skip it too.
    }
  }
  return null;
}

/** @param {any} data @returns {string | null} */
function productIn(data) {
  if (Array.isArray(data)) return data.map(productIn).find(Boolean) ?? null;
  if (typeof data !== "object" || !data) return null;
  const types = [data["@type"]].flat();
  if (types.some((type) => PRODUCT.test(type))) return first(data, groupKeys(data)) ?? first(data, IDS);
  return productIn(data["@graph"] ?? data.mainEntity ?? null);
}

/** Of a product with variants it is the product that is recommended. @param {any} data */
const groupKeys = (data) => ["productGroupID", "inProductGroupWithID", ...(data.hasVariant ? ["@id", "name"] : [])];

/** The first of these that says something. @param {any} data @param {string[]} keys @returns {string | null} */
const first = (data, keys) => keys.map((key) => text([data[key]].flat()[0])).find(Boolean) ?? null;

/** @param {unknown} value */
const text = (value) =>
  typeof value === "number" || (typeof value === "string" && value.trim()) ? `${value}`.trim() : null;
