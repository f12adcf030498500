/**
 * The only place that creates a worker, with or without Trusted Types. Does not know what the worker does.
 *
 * Browsers start workers from the page's own origin only. A shop that loads Nearmind from another origin puts a file with
 * the line `import "https://the.other.origin/nearmind/worker.js";` on its own and names it in the attribute `worker`. A
 * blob would not do, since a policy cannot tell one blob from another.
 */

const OWN = new URL("./worker.js", import.meta.url).href;

/** @param {string} [url] absolute @returns {Worker} */
export function spawn(url = OWN) {
  if (new URL(url).origin !== location.origin) {
    throw new Error(
      `workers cannot be started from another origin: put a file with the line import "${url}"; on the page's own origin, and name it in the attribute worker`,
    );
  }
  return new Worker(trusted(url), { type: "module", name: "nearmind" });
}

/** The key of a window's policy. All copies of this file share it, since a second policy of the same name is refused. */
const POLICY = Symbol.for("nearmind policy");
/** @typedef {{createScriptURL: (url: string) => string}} Policy */

/**
 * An address of a script for browsers that enforce Trusted Types: of the page's own origin, or it throws.
 * @param {string} url @param {any} inside a window
 */
export function trusted(url, inside = globalThis) {
  inside[POLICY] ??= inside.trustedTypes?.createPolicy("nearmind", { createScriptURL: own });
  const policy = /** @type {Policy | undefined} */ (inside[POLICY]);
  return policy ? policy.createScriptURL(url) : url;
}

/** @param {string} url */
function own(url) {
  if (new URL(url).origin !== location.origin) throw new TypeError(`${url} is not of the page's origin`);
  return url;
}
