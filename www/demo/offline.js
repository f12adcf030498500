/**
 * The service worker that makes the demo shop work offline. It caches one version of the site, so that a page gets all of
 * its files from one version: at once what every page needs, and pictures when they are first shown. A new version is
 * downloaded meanwhile; the browser activates it when no page of the old one is open. Nearmind caches the model and the
 * catalogue itself, by their digests.
 *
 * The build writes `const FILES = {path: SHA-256 in hexadecimal}` above this comment, so that the script changes whenever
 * a file changes; and also RELAXED_DOT of worker.js.
 */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PREFIX = "halfmoon-";
/** SHA-256 by path. */
const digests = FILES;

/** Matches the build of the encoder that this browser does not use. */
const unusedBuild = WebAssembly.validate(RELAXED_DOT)
  ? /^wasm\/nearmind-encoder[._]/
  : /^wasm\/nearmind-encoder-relaxed/;

/** Matches files that are cached when they are first used. */
const usedLater = /^shop\/pictures\//;

/** The name of this version's cache: a digest of all digests. */
const cacheName = digest(new TextEncoder().encode(JSON.stringify(digests))).then((name) => PREFIX + name.slice(0, 16));

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(deleteOldCaches()));
worker.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(respond(path));
});

/** Caches all files that every page may need; if one fails, the new version is not installed. Unchanged files come from the HTTP cache. */
async function install() {
  const cache = await caches.open(await cacheName);
  const needed = Object.keys(digests).filter((path) => !unusedBuild.test(path) && !usedLater.test(path));
  await Promise.all(needed.map(async (path) => cache.put(path, await fetchVerified(path))));
}

async function deleteOldCaches() {
  const own = await cacheName;
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== own);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {string} path */
async function respond(path) {
  const name = await cacheName;
  // The page deletes the cache for visitors who ask not to be tracked; `open` would create it again, and so does
  // `caches.match` with the name of a deleted cache in Chromium 148.
  const cache = (await caches.has(name)) ? await caches.open(name) : null;
  const cached = await cache?.match(path);
  if (cached) return cached;
  const response = await fetchVerified(path).catch(() => Response.error());
  if (response.ok && usedLater.test(path)) await cache?.put(path, response.clone()).catch(() => {}); // no space: not kept
  return response;
}

/**
 * Fetches a file and verifies that it belongs to this version. Returns a new response, because browsers refuse a redirected
 * one for a navigation, and some hosts redirect `page.html` to `/page`. @param {string} path
 */
async function fetchVerified(path) {
  const response = await fetch(path, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path}: the server answers ${response.status}`);
  const body = await response.arrayBuffer();
  if ((await digest(body)) !== digests[path]) throw new Error(`${path} belongs to another version of the site`);
  const { status, headers } = response;
  return new Response(body, { status, headers });
}

/** Returns the path in FILES of a requested file, or null for any other request. @param {Request} request */
function pathOf({ method, url }) {
  const scope = worker.registration.scope;
  if (method !== "GET" || !url.startsWith(scope)) return null;
  const path = url.slice(scope.length).split(/[?#]/)[0];
  // Hosts serve a page as `page.html` or `page`, and as `folder/index.html` or `folder/`.
  const names = path === "" || path.endsWith("/") ? [`${path}index.html`] : [path, `${path}.html`];
  return names.find((name) => Object.hasOwn(digests, name)) ?? null;
}

/** @param {BufferSource} bytes */
async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
