// Runs first in an isolated worker (isolated.js): tries every way to the network, and stops if one works; then runs
// worker.js, with files and modules that the page hands over.

/** @type {Map<number, (answer: any) => void>} */
const waiting = new Map();
/** @type {MessagePort} */
let port;

/** @param {object} what @returns {Promise<any>} */
function request(what) {
  const id = waiting.size ? Math.max(...waiting.keys()) + 1 : 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ error, ...answer }) => (error ? reject(new TypeError(error)) : resolve(answer)));
    port.postMessage({ id, ...what });
  });
}

/** Ways to the network. Each resolves when it has received something from the URL. @type {Record<string, (home: string) => unknown>} */
const WAYS = {
  fetch: (home) => fetch(home),
  XMLHttpRequest: (home) =>
    new Promise((open, shut) => {
      const xhr = new XMLHttpRequest();
      Object.assign(xhr, { onload: open, onerror: shut }).open("GET", home);
      xhr.send();
    }),
  import: (home) => import(home),
  importScripts: (home) => importScripts(home),
  WebSocket: (home) => opened(new WebSocket(home.replace(/^http/, "ws"))),
  EventSource: (home) => opened(new EventSource(home)),
  Worker: (home) => opened(new Worker(home, { type: "module" })),
  WebTransport: (home) => new WebTransport(home).ready,
  CacheStorage: async (home) => {
    const cache = await caches.open("nearmind-isolation");
    await cache.add(home).finally(() => caches.delete("nearmind-isolation"));
  },
  FontFace: (home) => new FontFace("nearmind", `url(${home})`).load(),
};

/** @param {any} way */
const opened = (way) =>
  new Promise((open, shut) => Object.assign(way, { onopen: open, onmessage: open, onerror: shut }));

/** A way that has not succeeded within this time is blocked. */
const TIMEOUT_MS = 3000;

/**
 * Firefox 140 blocks the responses of these, but sends the requests. They are removed before any other script runs.
 */
for (const name of ["EventSource", "FontFace"]) {
  Object.defineProperty(self, name, { value: undefined, writable: false, configurable: false });
}

/** @param {string} home A URL that exists. @returns {Promise<string[]>} The names of the ways that work. */
async function openWays(home) {
  const tries = Object.entries(WAYS).map(async ([name, way]) => {
    try {
      const late = new Promise((_, shut) => setTimeout(shut, TIMEOUT_MS));
      await Promise.race([way(home), late]);
      return [name];
    } catch {
      return [];
    }
  });
  return (await Promise.all(tries)).flat();
}

self.onmessage = async ({ data }) => {
  const open = await openWays(data.home);
  if (open.length) {
    const problem = { type: "error", code: "isolation", detail: open.join(", "), fatal: true };
    return postMessage({ id: null, updates: [problem] });
  }
  postMessage({ id: null, updates: [{ type: "isolated", tried: Object.keys(WAYS) }] });
  port = data.port;
  port.onmessage = ({ data: answer }) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  Object.assign(self, { fetch: fetchThroughPage, load: loadThroughPage });
  await import(data.script);
  postMessage("isolated");
};

/** @param {RequestInfo | URL} url @param {RequestInit} [init] */
async function fetchThroughPage(url, { cache, headers } = {}) {
  const range = new Headers(headers).get("range") ?? undefined;
  const answer = await request({ file: `${url}`, fresh: cache === "reload", range });
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** @param {string} name */
async function loadThroughPage(name) {
  const { script, bytes } = await request({ module: name });
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const wasm = await import(url);
  URL.revokeObjectURL(url);
  await wasm.default({ module_or_path: bytes });
  return wasm;
}
