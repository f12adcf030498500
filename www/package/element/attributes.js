/**
 * What every tag of ours says in attributes: where the files lie, who computes, what may be stored, in which language.
 *
 * @import {Options} from "../types.js"
 */

/** Another of these is another worker. */
export const SOURCES = ["catalog", "model", "device", "storage", "worker", "isolation", "pictures"];

/** Its own attribute or the nearest ancestor's. @param {Element} tag */
export const langOf = (tag) => tag.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang || "en";

/** As they are now; null where those are missing that every tag needs. @param {Element} tag @returns {(Options & {lang: string}) | null} */
export function optionsOf(tag) {
  const told = (/** @type {string} */ name) => tag.getAttribute(name) ?? undefined;
  const [catalog, model] = [told("catalog"), told("model")];
  if (!catalog || !model) return null;
  return {
    catalog,
    model,
    device: /** @type {Options["device"]} */ (told("device")),
    lang: langOf(tag),
    persist: told("storage") === "memory" ? false : undefined,
    worker: told("worker"),
    isolation: told("isolation") === "strict" ? "strict" : undefined,
    pictures: told("pictures") === "private" ? "private" : undefined,
  };
}
