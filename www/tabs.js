/**
 * The visitor's other tabs share the log. Whoever has written tells the others, and they read it again: no tab leads,
 * since IndexedDB orders what is written. Nothing but the fact crosses.
 */

/** Commands that write to the log. */
const WRITES = ["track", "undo", "forget", "delete", "mute-interest", "rename-interest", "import"];

export class Tabs {
  /** @type {BroadcastChannel | undefined} */
  #channel;

  /** @param {boolean} persist Without it each tab has a log of its own. @param {() => void} changed */
  constructor(persist, changed) {
    if (!persist || !globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel("nearmind");
    this.#channel.onmessage = changed;
  }

  /** @param {string} command that was carried out */
  tell(command) {
    if (WRITES.includes(command)) this.#channel?.postMessage("changed");
  }
}
