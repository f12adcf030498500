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
const CODES = ["de", "en", "es", "fr", "ja", "zh"];

/** The modules that have been loaded, by their path in `languages/` without `.js`. @type {Record<string, any>} */
const loaded = { "en/shelf": { shelf: english } };

/** The page's own texts, by code and file. @type {Record<string, Record<string, object>>} */
const added = {};

/** @param {string} lang BCP 47 */
const primary = (lang) => lang.toLowerCase().split("-")[0];

/** The language of the interface for a page in `lang`. @param {string} lang BCP 47 */
const codeOf = (lang) => [...CODES, ...Object.keys(added)].find((code) => code === primary(lang)) ?? "en";

/**
 * Adds texts to a language, or replaces some. A new language has the English texts where the page gives none. Call it before
 * a shelf is on the page.
 * @param {string} lang BCP 47
 * @param {Partial<Record<keyof Texts, object>>} texts By file, with the keys of `languages/en`.
 */
export function addTexts(lang, texts) {
  added[primary(lang)] = merge(added[primary(lang)] ?? {}, texts);
}

/** `base` with the values of `own` in the place of its own, in nested objects, too. @param {any} base @param {any} own */
function merge(base, own) {
  const merged = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const isNested = value?.constructor === Object && base[key];
    merged[key] = isNested ? merge(base[key], value) : value;
  }
  return merged;
}

/**
 * The texts of a file, with the page's own.
 * @template {keyof Texts} Name
 * @param {string} lang
 * @param {Name} name
 * @param {any} texts
 * @returns {Texts[Name]}
 */
const withAdded = (lang, name, texts) => merge(texts, added[codeOf(lang)]?.[name] ?? {});

/**
 * The texts of a shelf: English until those of the language have been loaded.
 * @param {string} lang BCP 47
 * @returns {ShelfTexts}
 */
export const shelfTexts = (lang) =>
  withAdded(lang, "shelf", (loaded[`${codeOf(lang)}/shelf`] ?? loaded["en/shelf"]).shelf);

/**
 * Loads the texts of one file, once. If they cannot be loaded in the language, returns the English ones.
 * @template {keyof Texts} Name
 * @param {string} lang BCP 47
 * @param {Name} name The file: `shelf`, `sentences` or `panel`.
 * @returns {Promise<Texts[Name]>}
 */
export async function loadTexts(lang, name) {
  const load = async (/** @type {string} */ file) => (loaded[file] ??= await import(`./languages/${file}.js`));
  const code = CODES.includes(codeOf(lang)) ? codeOf(lang) : "en";
  const texts = await load(`${code}/${name}`).catch(() => load(`en/${name}`));
  return withAdded(lang, name, texts[name]);
}
