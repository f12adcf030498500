/**
 * Events that the worker has not confirmed yet. A visitor who follows a link leaves before the worker has written;
 * the next page of the same tab delivers what is left. Holds nothing once the worker has it.
 *
 * @import {Event} from "./types.js"
 */
const KEY = "nearmind.outbox";

export class Outbox {
  /** @type {Event[]} */
  #events = [];
  #persist;

  /** @param {boolean} persist Without it nothing outlives the page. */
  constructor(persist) {
    this.#persist = persist;
  }

  /** What an earlier page of this tab left behind, oldest first. @returns {Event[]} */
  left() {
    const left = this.#persist ? read() : [];
    return left.filter((event) => !this.#events.some((known) => same(known, event)));
  }

  /** @param {Event} event */
  add(event) {
    this.#events.push(event);
    this.#write([...this.left(), ...this.#events]);
  }

  /** @param {Event} event */
  remove(event) {
    this.#events = this.#events.filter((known) => !same(known, event));
    this.#write(read().filter((known) => !same(known, event)));
  }

  clear() {
    this.#events = [];
    this.#write([]);
  }

  /** @param {Event[]} events */
  #write(events) {
    if (!this.#persist) return;
    try {
      if (events.length) sessionStorage.setItem(KEY, JSON.stringify(events));
      else sessionStorage.removeItem(KEY);
    } catch {
      // No storage here: an event may be lost when the page is left at once, and nothing else.
    }
  }
}

/** @returns {Event[]} */
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

/**
 * @param {Event} a
 * @param {Event} b
 */
const same = (a, b) => a.timeMs === b.timeMs && a.name === b.name && a.item === b.item && a.text === b.text;
