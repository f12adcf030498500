/** The one place that makes a worker. */

/** @type {any} */
let policy;

/**
 * A worker of the recommender. Its address has the form that `require-trusted-types-for 'script'` accepts; the policy
 * makes nothing but this one address.
 */
export function spawn() {
  const url = new URL("./worker.js", import.meta.url).href;
  policy ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy("nearmind", { createScriptURL: () => url });
  return new Worker(policy ? policy.createScriptURL("") : url, { type: "module", name: "nearmind" });
}
