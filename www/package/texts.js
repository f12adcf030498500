/**
 * Adds texts to what the worker sends as data: headings, reasons, notes, messages. Only what a first list needs is here;
 * sentences are loaded when there is something to put into words. Knows no language.
 *
 * @import {Update} from "./types.js"
 * @import {Update as UpdateData} from "./wire.js"
 */
import { loadTexts } from "./languages.js";

/**
 * @param {UpdateData} update
 * @param {string} lang BCP 47
 * @returns {Promise<Update>}
 */
export async function withTexts(update, lang) {
  const plain = withoutSentences(update, await loadTexts(lang, "shelf"));
  if (!needsSentences(plain)) return plain;
  try {
    const [{ withSentences }, texts] = await loadSentences(lang);
    return withSentences(plain, texts);
  } catch {
    return plain; // offline: without reasons, and a problem in its own words
  }
}

/** Also called ahead, so that no request depends on what the visitor does. @param {string} lang BCP 47 */
export const loadSentences = (lang) => Promise.all([import("./sentences.js"), loadTexts(lang, "sentences")]);

/** @param {any} update @param {import("./languages/en/shelf.js").ShelfTexts} texts @returns {Update} */
function withoutSentences(update, texts) {
  const { type, basis, about, sceneHeading, cards } = update;
  if (type === "error") return { ...update, message: update.detail || update.code };
  if (!cards) return update;
  const heading = sceneHeading ?? (about ? texts.moreLike(about) : texts.headings[/** @type {"item"} */ (basis)]);
  return { ...update, heading, note: "", cards: cards.map((/** @type {any} */ card) => ({ ...card, reason: [] })) };
}

/** @param {Update} update */
const needsSentences = (update) =>
  update.type === "shelf"
    ? update.notice || update.cards.some(({ claim }) => claim)
    : ["explanation", "why-not", "error", "warning"].includes(update.type);
