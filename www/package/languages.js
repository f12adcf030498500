/**
 * Loads the texts of the interface. A language is a folder in `languages/` whose name is in the list below, with three
 * files: `shelf` (labels and headings of a shelf), `sentences` (for what the worker sends as data) and `panel` (the
 * profile, "Why this?" and the developer's panel). Only the English texts of a shelf are always loaded.
 *
 * @import {ShelfTexts} from "./languages/en/shelf.js"
 * @import {Sentences} from "./languages/en/sentences.js"
 * @import {PanelTexts} from "./languages/en/panel.js"
 * @typedef {{shelf: ShelfTexts, sentences: Sentences, panel: PanelTexts}} Texts
 */
import { shelf as english } from "./languages/en/shelf.js";

/** The languages of the interface, as primary subtags. Pages in another language get English texts. */
export const CODES = ["de", "en", "es", "fr", "ja", "zh"];

/** The modules that have been loaded, by their path in `languages/` without `.js`. @type {Record<string, any>} */
export const loaded = { "en/shelf": { shelf: english } };

/** The language of the interface for a page in `lang`. @param {string} lang BCP 47 */
const codeOf = (lang) => CODES.find((code) => code === lang.toLowerCase().split("-")[0]) ?? "en";

/**
 * The texts of a shelf: English until those of the language have been loaded.
 * @param {string} lang BCP 47
 * @returns {ShelfTexts}
 */
export const shelfTexts = (lang) => (loaded[`${codeOf(lang)}/shelf`] ?? loaded["en/shelf"]).shelf;

/**
 * Loads the texts of one file, once. If they cannot be loaded in the language, returns the English ones.
 * @template {keyof Texts} Name
 * @param {string} lang BCP 47
 * @param {Name} name The file: `shelf`, `sentences` or `panel`.
 * @returns {Promise<Texts[Name]>}
 */
export async function loadTexts(lang, name) {
  const load = async (/** @type {string} */ file) => (loaded[file] ??= await import(`./languages/${file}.js`));
  const texts = await load(`${codeOf(lang)}/${name}`).catch(() => load(`en/${name}`));
  return texts[name];
}
