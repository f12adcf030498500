/**
 * The demo shop without a network: a service worker that keeps one whole version of the site. A page gets all of its
 * files from the version that it began with, or none. A new version is fetched beside it and waits, as browsers make
 * it wait, until no page of the old one is open. The model and the catalogue are not here: Nearmind keeps them itself,
 * by their digests.
 *
 * The build writes `const FILES = {path: SHA-256 in hexadecimal}` above this comment: another site, another script. And
 * RELAXED_DOT of worker.js.
 */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PREFIX = "halfmoon-";
const all = FILES;

/** The build of the worker that this browser does not run. */
const other = WebAssembly.validate(RELAXED_DOT) ? /^wasm\/nearmind-worker[._]/ : /^wasm\/nearmind-worker-relaxed/;

/** Named by all digests together. */
const version = digest(new TextEncoder().encode(JSON.stringify(all))).then((name) => PREFIX + name.slice(0, 16));

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(path));
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

/** @param {string} path */
async function answer(path) {
  const name = await version;
  // Deleted by a visitor who wants nothing kept: opening it would make it again.
  const kept = (await caches.has(name)) && (await (await caches.open(name)).match(path));
  return kept || checked(path).catch(() => Response.error());
}

/**
 * A file from the network, if it is of this version. Hosts that redirect `page.html` to `/page` get here, too: browsers
 * refuse a response that was redirected as the answer to a navigation, so it is made anew. @param {string} path
 */
async function checked(path) {
  const response = await fetch(path, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
  const body = await response.arrayBuffer();
  if ((await digest(body)) !== all[path]) throw new Error(`${path} is of another version`);
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

/** The name in FILES of what is asked for, or null where it is none of ours. @param {Request} request */
function pathOf({ method, url }) {
  const scope = worker.registration.scope;
  if (method !== "GET" || !url.startsWith(scope)) return null;
  const path = url.slice(scope.length).split(/[?#]/)[0];
  // As hosts name their pages: `page.html` or `page`, `folder/index.html` or `folder/`.
  const names = path === "" || path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`];
  return names.find((name) => Object.hasOwn(all, name)) ?? null;
}

/** @param {BufferSource} bytes */
async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
