/**
 * The visitor's other pages. One that leaves before the worker has written an event leaves it here, and the next page of
 * the same tab delivers it; nothing is held once the worker has it. An event that killed the worker is set aside, and
 * delivered again by a page of the next day. Other tabs share the log: whoever has written tells them, and they read it
 * again. No tab leads, since IndexedDB orders what is written, and nothing but the fact crosses.
 *
 * @import {Event} from "./types.js"
 */
const PREFIX = "nearmind.event ";
const FORGOTTEN = "nearmind.forgotten";
const DAY_MS = 86_400_000;

export class Outbox {
  /** Those that the worker of this page has not acknowledged. @type {Set<string>} */
  #waiting = new Set();
  #persist;
  /** @type {BroadcastChannel | undefined} */
  #tabs;

  /**
   * @param {boolean} persist Without it nothing outlives the page.
   * @param {(forgotten: boolean) => void} changed In another tab.
   */
  constructor(persist, changed) {
    this.#persist = persist;
    if (!globalThis.BroadcastChannel) return;
    this.#tabs = new BroadcastChannel("nearmind");
    this.#tabs.onmessage = ({ data }) => {
      const forgotten = data === "forget";
      if (forgotten) this.#empty();
      if (persist || forgotten) changed(forgotten);
    };
  }

  /** @param {string} command that has changed the log */
  wrote(command) {
    if (this.#persist || command === "forget") this.#tabs?.postMessage(command);
  }

  /** What earlier pages of this tab left behind, and what was set aside a day ago, oldest first. @returns {Event[]} */
  left() {
    if (!this.#persist) return [];
    const [now, forgotten] = [Date.now(), Number(attempt(() => localStorage.getItem(FORGOTTEN)))];
    const [left, aside] = AREAS.map(kept);
    const events = [...left, ...aside.filter(({ until }) => until <= now)].map(({ event }) => event);
    // A tab that slept while the visitor had everything forgotten. A clock that was wrong then is not believed.
    for (const event of events) if (event.timeMs <= forgotten && forgotten <= now) this.remove(event);
    return events
      .filter((event) => event.timeMs > forgotten || forgotten > now)
      .filter((event) => !this.#waiting.has(keyOf(event)))
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  /** @param {Event} event */
  add(event) {
    this.#waiting.add(keyOf(event));
    this.#write(0, event);
  }

  /** @param {Event} event */
  remove(event) {
    this.#waiting.delete(keyOf(event));
    for (const area of AREAS) attempt(() => area().removeItem(keyOf(event)));
  }

  /** @param {Event} event */
  setAside(event) {
    this.remove(event);
    this.#write(1, event, Date.now() + DAY_MS);
  }

  /** The visitor has everything forgotten. */
  clear() {
    this.#empty();
    if (this.#persist) attempt(() => localStorage.setItem(FORGOTTEN, `${Date.now()}`));
  }

  #empty() {
    this.#waiting.clear();
    for (const area of AREAS) for (const { event } of kept(area)) this.remove(event);
  }

  /** @param {0 | 1} area @param {Event} event */
  #write(area, event, until = 0) {
    if (this.#persist) attempt(() => AREAS[area]().setItem(keyOf(event), JSON.stringify({ until, event })));
  }
}

/** Of the tab; of all tabs, for what was set aside. A browser may refuse either. */
const AREAS = [() => sessionStorage, () => localStorage];

/** @param {() => Storage} area @returns {{until: number, event: Event}[]} */
const kept = (area) =>
  Object.entries(attempt(area) ?? {})
    .filter(([key]) => key.startsWith(PREFIX))
    .flatMap(([, value]) => attempt(() => [JSON.parse(value)]) ?? []);

/** @param {Event} event */
const keyOf = ({ timeMs, name, item, text }) => PREFIX + JSON.stringify([timeMs, name, item, text]);

/** Where there is no storage an event may be lost when the page is left at once, and nothing else. @template T @param {() => T} work */
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
