/**
 * The one place that makes a worker, where Trusted Types are enforced and where they are not. Knows not what it does.
 *
 * Browsers start workers from the page's own origin only. A shop that loads Nearmind from another origin puts a file of
 * one line on its own, `import "https://the.other.origin/nearmind/worker.js";`, and names it: no blob, which a policy
 * could not tell from any other.
 */

const OWN = new URL("./worker.js", import.meta.url).href;

/** @param {string} [url] absolute @returns {Worker} */
export function spawn(url = OWN) {
  if (new URL(url).origin !== location.origin) {
    throw new Error(
      `a worker cannot be started from another origin (${url}). Put a file with the line import "${url}"; ` +
        "on the page's own origin and name it in the attribute worker",
    );
  }
  return new Worker(trusted(url), { type: "module", name: "nearmind" });
}

/** Of each window; a second one of the same name may be refused. @type {WeakMap<object, any>} */
const policies = new WeakMap();
let wanted = "";

/** The policy makes nothing but the one address that is asked for here. @param {string} url @param {any} inside a window */
export function trusted(url, inside = globalThis) {
  wanted = url;
  const policy =
    policies.get(inside) ?? inside.trustedTypes?.createPolicy("nearmind", { createScriptURL: () => wanted });
  if (policy) policies.set(inside, policy);
  return policy ? policy.createScriptURL("") : url;
}
