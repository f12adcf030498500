/**
 * The shop's products, from its own file. The shop works with these alone; the recommender is an addition.
 *
 * @typedef {{title: string, description: string, category: string}} Words
 * @typedef {{id: string, url: string, image: string, brand: string, price?: number, currency?: string}} Facts
 * @typedef {Facts & Words & {words: Record<string, Words>}} Item
 */

import { money as inLanguage } from "../element/format.js";

export const lang = document.documentElement.lang;
const primary = lang.split("-")[0];

/** @type {Promise<Item[]>} */
export const items = fetch("shop/items.jsonl").then(async (response) => {
  if (!response.ok) throw new Error(`The shop's products could not be read (${response.status}).`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => {
    const item = JSON.parse(line);
    return { ...item, ...(item.words[primary] ?? item.words.en) };
  });
});

/** The categories in the order of the file; named in English in addresses. */
export async function categories() {
  /** @type {Map<string, {key: string, name: string, items: Item[]}>} */
  const found = new Map();
  for (const item of await items) {
    const key = item.words.en.category;
    if (!found.has(key)) found.set(key, { key, name: item.category, items: [] });
    found.get(key)?.items.push(item);
  }
  return [...found.values()];
}

/** @param {number | undefined} amount @param {string | undefined} currency ISO 4217; a price on request has neither. */
export const money = (amount, currency) =>
  amount == null ? "" : inLanguage({ amount, currency: currency ?? "" }, lang);
