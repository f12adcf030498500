/**
 * The two buttons that turn a list of cards, once there are cards. What is in sight the browser's observer tells; nobody
 * turns to where nothing is. Knows nodes only.
 */

/** So much of a card is all of it: a part of a pixel is no reason to turn. */
const WHOLE = 0.97;
/** Of what is in sight: a card or so stays, to go on from. */
const STEP = 0.85;

export class Turn {
  #list;
  #back;
  #forth;
  /** The ends of the list, and whether each is in sight. @type {Map<Element, boolean>} */
  #ends = new Map();
  #sight;

  /** @param {{list: {node: HTMLElement}, back: HTMLButtonElement, forth: HTMLButtonElement}} frame */
  constructor({ list, back, forth }) {
    this.#list = list.node;
    this.#back = back;
    this.#forth = forth;
    back.addEventListener("click", () => this.#turn(-1));
    forth.addEventListener("click", () => this.#turn(1));
    this.#sight = new IntersectionObserver((seen) => this.#see(seen), { root: this.#list, threshold: WHOLE });
    new MutationObserver(() => this.#watch()).observe(this.#list, { childList: true });
    this.#watch();
  }

  #watch() {
    const { firstElementChild: first, lastElementChild: last } = this.#list;
    if (!first || !last || (this.#ends.has(first) && this.#ends.has(last))) return;
    this.#sight.disconnect();
    this.#ends = new Map([first, last].map((end) => [end, this.#ends.get(end) ?? false]));
    for (const end of this.#ends.keys()) this.#sight.observe(end);
  }

  /** @param {IntersectionObserverEntry[]} seen */
  #see(seen) {
    for (const { target, intersectionRatio } of seen) this.#ends.set(target, intersectionRatio >= WHOLE);
    const { firstElementChild: first, lastElementChild: last } = this.#list;
    this.#back.disabled = Boolean(first && this.#ends.get(first));
    this.#forth.disabled = Boolean(last && this.#ends.get(last));
  }

  /** @param {1 | -1} way */
  #turn(way) {
    const { direction } = getComputedStyle(this.#list);
    const left = way * (direction === "rtl" ? -1 : 1) * this.#list.clientWidth * STEP;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#list.scrollBy({ left, behavior: calm ? "auto" : "smooth" });
  }
}
