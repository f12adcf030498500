/**
 * Words of the page's own for the interface, or another language. Fetched only by pages that use it.
 *
 * @import {Texts} from "./languages.js"
 */
import { CODES, loaded, loadTexts } from "./languages.js";

/** @type {(keyof Texts)[]} */
const FILES = ["shelf", "sentences", "panel"];

/**
 * Adds texts to a language, or replaces some. A new language has the English texts where the page gives none. Wait for it
 * before a shelf is on the page.
 * @param {string} lang BCP 47
 * @param {Partial<Record<keyof Texts, object>>} texts By file, with the keys of `languages/en`.
 */
export async function addTexts(lang, texts) {
  const code = lang.toLowerCase().split("-")[0];
  const isNew = !CODES.includes(code);
  for (const file of FILES.filter((name) => isNew || texts[name])) {
    loaded[`${code}/${file}`] = { [file]: merge(await loadTexts(code, file), texts[file] ?? {}) };
  }
  if (isNew) CODES.push(code);
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
