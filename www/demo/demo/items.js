/**
 * The shop's products, from its own file. The shop works with these alone; the recommender is an addition.
 *
 * @typedef {{title: string, description: string, category: string}} ItemText
 * @typedef {{id: string, url: string, image: string, brand: string, price?: number, currency?: string}} ItemFields
 * @typedef {ItemFields & ItemText & {words: Record<string, ItemText>}} Item `words`: the texts by language, as in the feed.
 */

import { money as formatMoney } from "../element/format.js";

export const lang = document.documentElement.lang;
const primary = lang.split("-")[0];

/** @type {Promise<Item[]>} */
export const items = fetch("shop/items.jsonl").then(async (response) => {
  if (!response.ok) throw new Error(`Could not load the products from ${response.url}: status ${response.status}.`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => {
    const item = JSON.parse(line);
    return { ...item, ...(item.words[primary] ?? item.words.en) };
  });
});

/** The categories in the order of the file. `key` is the English name, for URLs. */
export async function categories() {
  /** @type {Map<string, {key: string, name: string, items: Item[]}>} */
  const byKey = new Map();
  for (const item of await items) {
    const key = item.words.en.category;
    if (!byKey.has(key)) byKey.set(key, { key, name: item.category, items: [] });
    byKey.get(key)?.items.push(item);
  }
  return [...byKey.values()];
}

/** @param {number | undefined} amount @param {string | undefined} currency ISO 4217. Items without a price have neither. */
export const money = (amount, currency) =>
  amount == null ? "" : formatMoney({ amount, currency: currency ?? "" }, lang);
