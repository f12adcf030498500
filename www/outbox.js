/**
 * The visitor's other pages. One that leaves before the worker has written an event leaves it here, and the next page of
 * the same tab delivers it; nothing is held once the worker has it. Other tabs share the log: whoever has written tells
 * them, and they read it again. No tab leads, since IndexedDB orders what is written, and nothing but the fact crosses.
 *
 * @import {Event} from "./types.js"
 */
const KEY = "nearmind.outbox";
/** Commands that write to the log. */
const WRITES = /^(track|undo|forget|delete|mute|rename|import)/;

export class Outbox {
  /** @type {Event[]} */
  #events = [];
  #persist;
  /** @type {BroadcastChannel | undefined} */
  #tabs;

  /** @param {boolean} persist Without it nothing outlives the page. @param {() => void} changed In another tab. */
  constructor(persist, changed) {
    this.#persist = persist;
    if (!persist || !globalThis.BroadcastChannel) return;
    this.#tabs = new BroadcastChannel("nearmind");
    this.#tabs.onmessage = changed;
  }

  /** @param {string} command that was carried out */
  done(command) {
    if (WRITES.test(command)) this.#tabs?.postMessage("changed");
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

/** @param {Event} a @param {Event} b */
const same = (a, b) => a.timeMs === b.timeMs && a.name === b.name && a.item === b.item && a.text === b.text;
