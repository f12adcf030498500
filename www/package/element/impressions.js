/** Reports each card once after it has been seen: half of it for a second. Knows nodes only. */

const SEEN_MS = 1000;

export class Impressions {
  #seen = new Set();
  /** @type {Map<Element, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  #observer;

  /** @param {(item: string, node: HTMLElement) => void} report */
  constructor(report) {
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          clearTimeout(this.#timers.get(target));
          const item = /** @type {HTMLElement} */ (target).dataset.item;
          if (!isIntersecting || !item || this.#seen.has(item)) continue;
          this.#timers.set(
            target,
            setTimeout(() => {
              this.#seen.add(item);
              report(item, /** @type {HTMLElement} */ (target));
            }, SEEN_MS),
          );
        }
      },
      { threshold: 0.5 },
    );
  }

  /** @param {Iterable<Element>} nodes */
  watch(nodes) {
    this.stop();
    for (const node of nodes) this.#observer.observe(node);
  }

  stop() {
    this.#observer.disconnect();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
