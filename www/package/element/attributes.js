/**
 * The attributes that all elements share: where the files are, the device, what may be stored, the language.
 *
 * @import {Options} from "../types.js"
 */

/** A change of one of these needs another worker. */
export const SOURCES = ["catalog", "model", "encoder", "device", "storage", "worker", "isolation", "pictures"];

/** The language by the element's own `lang` or that of the nearest ancestor. @param {Element} tag */
export const langOf = (tag) => tag.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang || "en";

/** The options of the client; null without `catalog`. @param {Element} tag @returns {(Options & {lang: string}) | null} */
export function optionsOf(tag) {
  const read = (/** @type {string} */ name) => tag.getAttribute(name) ?? undefined;
  const catalog = read("catalog");
  if (!catalog) return null;
  return {
    catalog,
    model: read("model") || undefined,
    encoder: /** @type {Options["encoder"]} */ (read("encoder")),
    device: /** @type {Options["device"]} */ (read("device")),
    lang: langOf(tag),
    persist: read("storage") === "memory" ? false : undefined,
    worker: read("worker"),
    isolation: read("isolation") === "strict" ? "strict" : undefined,
    pictures: read("pictures") === "private" ? "private" : undefined,
  };
}
