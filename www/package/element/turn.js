/**
 * The two buttons that scroll the list of cards, each disabled when that end of the list is visible. Knows nodes only.
 */

/** A card counts as fully visible from this ratio on, so that part of a pixel does not matter. */
const FULLY_VISIBLE = 0.97;
/** Part of the list's width that a press scrolls: about one card stays visible. */
const STEP = 0.85;

export class Turn {
  #list;
  #back;
  #forth;
  /** The first and the last place, and whether each is fully visible. @type {Map<Element, boolean>} */
  #ends = new Map();
  #observer;

  /** @param {{list: {node: HTMLElement}, back: HTMLButtonElement, forth: HTMLButtonElement}} frame */
  constructor({ list, back, forth }) {
    this.#list = list.node;
    this.#back = back;
    this.#forth = forth;
    back.addEventListener("click", () => this.#scroll(-1));
    forth.addEventListener("click", () => this.#scroll(1));
    this.#observer = new IntersectionObserver((entries) => this.#update(entries), {
      root: this.#list,
      threshold: FULLY_VISIBLE,
    });
    new MutationObserver(() => this.#watch()).observe(this.#list, { childList: true });
    this.#watch();
  }

  #watch() {
    const { firstElementChild: first, lastElementChild: last } = this.#list;
    if (!first || !last || (this.#ends.has(first) && this.#ends.has(last))) return;
    this.#observer.disconnect();
    this.#ends = new Map([first, last].map((end) => [end, this.#ends.get(end) ?? false]));
    for (const end of this.#ends.keys()) this.#observer.observe(end);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #update(entries) {
    for (const { target, intersectionRatio } of entries) this.#ends.set(target, intersectionRatio >= FULLY_VISIBLE);
    const { firstElementChild: first, lastElementChild: last } = this.#list;
    this.#back.disabled = Boolean(first && this.#ends.get(first));
    this.#forth.disabled = Boolean(last && this.#ends.get(last));
  }

  /** @param {1 | -1} direction Towards the end or the start. */
  #scroll(direction) {
    const isRtl = getComputedStyle(this.#list).direction === "rtl";
    const left = direction * (isRtl ? -1 : 1) * this.#list.clientWidth * STEP;
    const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#list.scrollBy({ left, behavior: reducedMotion ? "auto" : "smooth" });
  }
}
