/**
 * Text parts to nodes. A part with a share is a highlighted word, tinted by its share. Screen readers get one sentence
 * with the words (`matching`) instead. Tints change no text metrics, so that late highlights move nothing.
 *
 * @import {Part} from "../types.js"
 */
import { h } from "./dom.js";

/**
 * Writes text parts. A word that stays highlighted does not fade in again, so that a new ranking does not flicker.
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
  const marked = new Set(before.filter(({ share }) => share).map(({ text }) => text));
  node.replaceChildren(...parts.map(({ text, share }) => (share ? word(text, share / most, marked.has(text)) : text)));
}

/** The parts that each node shows. @type {WeakMap<Element, Part[]>} */
const drawnParts = new WeakMap();

/** @param {string} text @param {number} strength 0..1 @param {boolean} wasMarked */
function word(text, strength, wasMarked) {
  const node = h("span", { part: "word" }, text);
  if (wasMarked) node.style.animation = "none";
  tint(node, strength);
  return node;
}

/** @param {Node} node @param {number} strength 0..1 */
function tint(node, strength) {
  /** @type {HTMLElement} */ (node).style.setProperty("--strength", strength.toFixed(2));
}

/**
 * The texts of a card whose words are not highlighted yet: the former ones, with highlights, if the text is the same.
 * @template {{title: Part[], description: Part[]}} Texts @param {Texts} before @param {Texts} now
 */
export function keepHighlights(before, now) {
  const same = (/** @type {"title" | "description"} */ field) => plain(before[field]) === plain(now[field]);
  return same("title") && same("description") ? before : now;
}

/** @param {Part[]} parts */
export const plain = (parts) => parts.map(({ text }) => text).join("");

/** The highlighted words, each once, the largest share first. @param {Part[]} parts */
export function matching(parts) {
  const marked = parts.filter(({ share }) => share).sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  return [...new Set(marked.map(({ text }) => text.trim()))];
}
