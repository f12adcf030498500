/**
 * Keeps events until the worker has stored them, and tells other tabs about changes of the log. A page that is left too
 * early leaves its events here, and the next page of the same tab sends them again. An event that has crashed the worker
 * is set aside, and sent again after a day. Tabs share the log: each tells the others that it has changed, and they read
 * it again. No tab leads, since IndexedDB orders the writes; no data is sent between tabs.
 *
 * @import {Event} from "./types.js"
 */
const PREFIX = "nearmind.event ";
const FORGOTTEN = "nearmind.forgotten";
const DAY_MS = 86_400_000;

export class Outbox {
  /** Keys of events that this page's worker has not acknowledged. @type {Set<string>} */
  #waiting = new Set();
  #persist;
  /** @type {BroadcastChannel | undefined} */
  #tabs;

  /**
   * @param {boolean} persist Whether events may outlive the page.
   * @param {(forgotten: boolean) => void} changed Called when another tab has changed the log.
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

  /** Tells the other tabs. @param {string} command Name of the command that has changed the log. */
  wrote(command) {
    if (this.#persist || command === "forget") this.#tabs?.postMessage(command);
  }

  /** Events that earlier pages of this tab left, and those set aside a day ago, oldest first. @returns {Event[]} */
  leftEvents() {
    if (!this.#persist) return [];
    const [now, forgotten] = [Date.now(), Number(attempt(() => localStorage.getItem(FORGOTTEN)))];
    const [left, aside] = AREAS.map(storedEvents);
    const events = [...left, ...aside.filter(({ until }) => until <= now)].map(({ event }) => event);
    // Events from before the visitor erased everything in another tab, unless the clock was wrong then.
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

  /** Removes all events, here and in tabs that are not running. */
  clear() {
    this.#empty();
    if (this.#persist) attempt(() => localStorage.setItem(FORGOTTEN, `${Date.now()}`));
  }

  #empty() {
    this.#waiting.clear();
    for (const area of AREAS) for (const { event } of storedEvents(area)) this.remove(event);
  }

  /** @param {0 | 1} area @param {Event} event */
  #write(area, event, until = 0) {
    if (this.#persist) attempt(() => AREAS[area]().setItem(keyOf(event), JSON.stringify({ until, event })));
  }
}

/** Storage of the tab, and of all tabs for events that are set aside. A browser may refuse either. */
const AREAS = [() => sessionStorage, () => localStorage];

/** @param {() => Storage} area @returns {{until: number, event: Event}[]} */
const storedEvents = (area) =>
  Object.entries(attempt(area) ?? {})
    .filter(([key]) => key.startsWith(PREFIX))
    .flatMap(([, value]) => attempt(() => [JSON.parse(value)]) ?? []);

/** @param {Event} event */
const keyOf = ({ timeMs, name, item, text }) => PREFIX + JSON.stringify([timeMs, name, item, text]);

/** Returns undefined where storage is refused: then only an event may be lost, if the page is left at once. @template T @param {() => T} work */
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
