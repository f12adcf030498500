/**
 * The demo shop without a network: a service worker that keeps one whole version of the site. A page gets all of its
 * files from the version that it began with, or none; a new version waits until no page of the old one is left. The
 * model and the catalogue are not here: Nearmind keeps them itself, by their digests.
 *
 * The build writes `const FILES = {path: SHA-256 in hexadecimal}` above this comment: another site, another script. And
 * RELAXED_DOT of worker.js.
 */
/* global FILES, RELAXED_DOT */
const worker = /** @type {any} */ (self);
const PREFIX = "halfmoon-";
const all = /** @type {Record<string, string>} */ (FILES);

/** The build of the worker that this browser does not run. */
const other = WebAssembly.validate(RELAXED_DOT) ? /^wasm\/nearmind-worker[._]/ : /^wasm\/nearmind-worker-relaxed/;

/** Named by all digests together. */
const version = digest(new TextEncoder().encode(JSON.stringify(all))).then((name) => PREFIX + name.slice(0, 16));

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forgetOthers()));
worker.addEventListener("message", (/** @type {any} */ { data }) => data === "take-over" && worker.skipWaiting());
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(event.request, path));
});

/** All files that this browser may need, or no new version. The browser's own cache answers for what has not changed. */
async function install() {
  const cache = await caches.open(await version);
  const needed = Object.keys(all).filter((path) => !other.test(path));
  await Promise.all(needed.map(async (path) => cache.put(path, await checked(path))));
}

async function forgetOthers() {
  const own = await version;
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request @param {string} path */
async function answer(request, path) {
  const { waiting } = worker.registration;
  // The last page of this version is being left: the next one takes over, and the browser asks again.
  if (request.mode === "navigate" && waiting && (await worker.clients.matchAll()).length < 2) {
    waiting.postMessage("take-over");
    return new Response("", { headers: { refresh: "0" } });
  }
  const kept = await (await caches.open(await version)).match(path);
  return kept ?? checked(path).catch(() => Response.error());
}

/** A file from the network, if it is of this version. @param {string} path */
async function checked(path) {
  const response = await fetch(path, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
  if ((await digest(await response.clone().arrayBuffer())) !== all[path]) throw new Error(`${path} is of another version`);
  return response;
}

/** The name in FILES of what is asked for, or null where it is none of ours. @param {Request} request */
function pathOf({ method, url }) {
  const scope = worker.registration.scope;
  if (method !== "GET" || !url.startsWith(scope)) return null;
  const path = url.slice(scope.length).split(/[?#]/)[0] || "index.html";
  return Object.hasOwn(all, path) ? path : null;
}

/** @param {BufferSource} bytes */
async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
