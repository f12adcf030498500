/** The shop's own small memory: language, theme, cart. Where nothing may be stored, it lasts as long as the page. */

/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem(`halfmoon.${name}`);
  } catch {
    return memory.get(name) ?? null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`halfmoon.${name}`, value);
  } catch {
    // Then the page's memory has to do.
  }
}
