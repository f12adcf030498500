/**
 * Text parts to nodes. A part with a share is a word that explains the card's place: it is tinted by its share.
 * Sight gets tints, ears get one sentence (`matching`): a string of marks is no way to read a title.
 * Tints change no metrics, so highlights that arrive later move nothing.
 *
 * @import {Part} from "../types.js"
 */
import { h } from "./dom.js";

/**
 * @param {Element} node
 * @param {Part[]} parts
 */
export function writeParts(node, parts) {
  const drawn = JSON.stringify(parts);
  if (drawnParts.get(node) === drawn) return;
  drawnParts.set(node, drawn);
  const most = Math.max(...parts.map(({ share }) => share ?? 0));
  node.replaceChildren(...parts.map(({ text, share }) => (share ? word(text, share / most) : text)));
}

/** What each node shows, to leave it alone when nothing has changed. @type {WeakMap<Element, string>} */
const drawnParts = new WeakMap();

/** @param {string} text @param {number} strength 0..1 */
function word(text, strength) {
  const node = h("span", { part: "word" }, text);
  node.style.setProperty("--strength", strength.toFixed(2));
  return node;
}

/** @param {Part[]} parts */
export const plain = (parts) => parts.map(({ text }) => text).join("");

/** The words that count, most telling first, each once. @param {Part[]} parts */
export function matching(parts) {
  const marked = parts.filter(({ share }) => share).sort((a, b) => (b.share ?? 0) - (a.share ?? 0));
  return [...new Set(marked.map(({ text }) => text.trim()))];
}
