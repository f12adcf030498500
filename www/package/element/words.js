/**
 * Text parts to nodes. A part with a share is a word that explains the card's place: it is tinted by its share.
 * Sight gets tints, ears get one sentence (`matching`): a string of marks is no way to read a title.
 * Tints change no metrics, so highlights that arrive later move nothing.
 *
 * @import {Part} from "../types.js"
 */
import { h } from "./dom.js";

/**
 * A word that stays marked stays the same node, or at least does not fade in again: a new ranking blinks nowhere.
 * @param {Element} node
 * @param {Part[]} parts
 */
export function writeParts(node, parts) {
  const before = drawnParts.get(node) ?? [];
  drawnParts.set(node, parts);
  const most = Math.max(...parts.map(({ share }) => share ?? 0));
  const same =
    before.length === parts.length &&
    parts.every(({ text, share }, at) => text === before[at].text && !share === !before[at].share);
  if (same) {
    for (const [at, { share }] of parts.entries()) if (share) tint(node.childNodes[at], share / most);
    return;
  }
  const stood = new Set(before.filter(({ share }) => share).map(({ text }) => text));
  node.replaceChildren(...parts.map(({ text, share }) => (share ? word(text, share / most, stood.has(text)) : text)));
}

/** What each node shows. @type {WeakMap<Element, Part[]>} */
const drawnParts = new WeakMap();

/** @param {string} text @param {number} strength 0..1 @param {boolean} stood */
function word(text, strength, stood) {
  const node = h("span", { part: "word" }, text);
  if (stood) node.style.animation = "none";
  tint(node, strength);
  return node;
}

/** @param {Node} node @param {number} strength 0..1 */
function tint(node, strength) {
  /** @type {HTMLElement} */ (node).style.setProperty("--strength", strength.toFixed(2));
}

/**
 * The words of a card that are still being read: as they were marked, so that nothing blinks, if they are the same.
 * @template {{title: Part[], description: Part[]}} Texts @param {Texts} before @param {Texts} now
 */
export function stands(before, now) {
  const same = (/** @type {"title" | "description"} */ field) => plain(before[field]) === plain(now[field]);
  return same("title") && same("description") ? before : now;
}

/** @param {Part[]} parts */
export const plain = (parts) => parts.map(({ text }) => text).join("");

/** The words that count, most telling first, each once. @param {Part[]} parts */
export function matching(parts) {
  const marked = parts.filter(({ share }) => share).sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  return [...new Set(marked.map(({ text }) => text.trim()))];
}
