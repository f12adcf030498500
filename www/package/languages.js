/**
 * The texts of a language, surface by surface: `shelf` (what a shelf says by itself), `sentences` (what the worker sends
 * as data), `panel` (the profile, "Why this?" and the developer's panel). A language is a folder in `languages/` with a
 * file a surface, and its code in the list below. Knows no texts but the English ones of a shelf, which are always here.
 *
 * @import {ShelfTexts} from "./languages/en/shelf.js"
 * @import {Sentences} from "./languages/en/sentences.js"
 * @import {PanelTexts} from "./languages/en/panel.js"
 * @typedef {{shelf: ShelfTexts, sentences: Sentences, panel: PanelTexts}} Texts
 */
import { shelf as english } from "./languages/en/shelf.js";

/** Pages in any other language read English. */
const CODES = ["en", "zh"];

/** Files that have been loaded, by their path in `languages/`. @type {Record<string, any>} */
const loaded = { "en/shelf": { shelf: english } };

/** @param {string} lang BCP 47 */
const codeOf = (lang) => CODES.find((code) => code === lang.toLowerCase().split("-")[0]) ?? "en";

/**
 * The texts of a shelf: English until those of the language have been loaded.
 * @param {string} lang BCP 47
 * @returns {ShelfTexts}
 */
export const shelfTexts = (lang) => (loaded[`${codeOf(lang)}/shelf`] ?? loaded["en/shelf"]).shelf;

/**
 * The texts of a surface, fetched once. Those of a language that cannot be fetched are English.
 * @template {keyof Texts} Surface
 * @param {string} lang BCP 47
 * @param {Surface} surface
 * @returns {Promise<Texts[Surface]>}
 */
export async function loadTexts(lang, surface) {
  const load = async (/** @type {string} */ file) => (loaded[file] ??= await import(`./languages/${file}.js`));
  const texts = await load(`${codeOf(lang)}/${surface}`).catch(() => load(`en/${surface}`));
  return texts[surface];
}
