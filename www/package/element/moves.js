/**
 * Animates cards to their new places: they slide from their places in the last frame, and new ones fade in. Loaded after
 * the first cards. Measures in an animation frame, where the layout is computed anyway. Knows nodes and items.
 */

const SLIDE_MS = 260;

export class Moves {
  #list;
  #due = false;
  #toStart = false;
  /** Position of each item's card in the last frame, in CSS pixels from the list's corner. @type {Map<string, {x: number, y: number}>} */
  #places = new Map();
  #width = 0;

  /** @param {import("./list.js").CardList} list */
  constructor(list) {
    this.#list = list;
    this.later(false);
  }

  /** Called when the list has been drawn. @param {boolean} toStart Whether to scroll to its start. */
  later(toStart) {
    this.#toStart ||= toStart;
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    const { node, views } = this.#list;
    this.#due = false;
    if (this.#toStart) node.scrollLeft = 0;
    this.#toStart = false;
    const [before, width] = [this.#places, this.#width];
    this.#width = node.clientWidth;
    this.#places = new Map([...views.keys()].map((item, at) => [item, placeOf(node.children[at])]));
    if (width === this.#width) this.#slide(before);
  }

  /** @param {Map<string, {x: number, y: number}>} before */
  #slide(before) {
    if (!before.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [item, { node }] of this.#list.views) {
      const from = before.get(item);
      if (!from) {
        node.animate([{ opacity: 0 }, { opacity: 1 }], { duration: SLIDE_MS, easing: "ease-out" });
        continue;
      }
      const to = this.#places.get(item) ?? from;
      const [x, y] = [from.x - to.x, from.y - to.y];
      if (x || y) {
        node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
          duration: SLIDE_MS,
          easing: "cubic-bezier(.2, .7, .2, 1)",
        });
      }
    }
  }
}

/** @param {Element} node */
function placeOf(node) {
  const { offsetLeft: x, offsetTop: y } = /** @type {HTMLElement} */ (node);
  return { x, y };
}
