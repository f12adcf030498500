/** The shop's own settings: language, theme, cart. Without `localStorage` they last until the page is closed. */

/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} name @returns {string | null} */
export function getStored(name) {
  try {
    return localStorage.getItem(`halfmoon.${name}`);
  } catch {
    return memory.get(name) ?? null;
  }
}

/** @param {string} name @param {string} value */
export function setStored(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`halfmoon.${name}`, value);
  } catch {
    // Storage is blocked or full: the value stays in memory.
  }
}
