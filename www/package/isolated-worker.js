// What runs first in a worker that cannot speak to the network (isolated.js): tries every way out, and does not go on
// where one is open; then has files and modules handed over by the page, and runs worker.js.

/** @type {Map<number, (answer: any) => void>} */
const waiting = new Map();
/** @type {MessagePort} */
let port;

/** @param {object} what @returns {Promise<any>} */
function ask(what) {
  const id = waiting.size ? Math.max(...waiting.keys()) + 1 : 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, ({ error, ...answer }) => (error ? reject(new TypeError(error)) : resolve(answer)));
    port.postMessage({ id, ...what });
  });
}

/** Fails, or is done when something has come from there. @type {Record<string, (home: string) => unknown>} */
const WAYS = {
  fetch: (home) => fetch(home),
  XMLHttpRequest: (home) =>
    new Promise((open, shut) => {
      const request = new XMLHttpRequest();
      Object.assign(request, { onload: open, onerror: shut }).open("GET", home);
      request.send();
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

/** What is not answered within this time is not open. */
const PATIENCE_MS = 3000;

/**
 * Firefox 140 refuses what these ask for, but the request has been sent by then. They are taken away before any other
 * script runs, and a worker has no other way to them.
 */
for (const name of ["EventSource", "FontFace"]) {
  Object.defineProperty(self, name, { value: undefined, writable: false, configurable: false });
}

/** @param {string} home An address that is there. @returns {Promise<string[]>} The ways out that are open. */
async function openWays(home) {
  const tries = Object.entries(WAYS).map(async ([name, way]) => {
    try {
      const late = new Promise((_, shut) => setTimeout(shut, PATIENCE_MS));
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
    const message = `The worker can speak to the network (${open.join(", ")}), although the page asks for isolation.`;
    return postMessage({ id: null, updates: [{ type: "error", code: "isolation", message, fatal: true }] });
  }
  postMessage({ id: null, updates: [{ type: "isolated", tried: Object.keys(WAYS) }] });
  port = data.port;
  port.onmessage = ({ data: answer }) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  };
  Object.assign(self, { fetch: fetchByPage, load: loadByPage });
  await import(data.script);
  postMessage("isolated");
};

/** @param {RequestInfo | URL} url @param {RequestInit} [init] */
async function fetchByPage(url, { cache, headers } = {}) {
  const range = new Headers(headers).get("range") ?? undefined;
  const answer = await ask({ file: `${url}`, fresh: cache === "reload", range });
  return new Response(answer.body, { status: answer.status, headers: answer.headers });
}

/** @param {string} name */
async function loadByPage(name) {
  const { script, bytes } = await ask({ module: name });
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const wasm = await import(url);
  URL.revokeObjectURL(url);
  await wasm.default({ module_or_path: bytes });
  return wasm;
}
