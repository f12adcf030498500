// The worker: loads the wasm that this browser can run, and hands messages through. All logic is Rust.
// In: {id, nowMs, lang, command}, or {ping} from a page that heard nothing for a while. Out: {id, updates, wrote,
// refused}, or {id: null, updates} for what nobody asked for just now (progress, highlights), or {id: null} for a ping.

// A module of one function that uses the relaxed int8 dot product.
const RELAXED_DOT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

/** One of the wasm modules. A worker that cannot speak to the network has its own way (isolated-worker.js). @type {(name: string) => Promise<any>} */
const load =
  /** @type {any} */ (self).load ??
  (async (name) => {
    const wasm = await import(`./wasm/${name}.js`);
    await wasm.default();
    return wasm;
  });

async function start() {
  const wasm = await load(WebAssembly.validate(RELAXED_DOT) ? "nearmind-worker-relaxed" : "nearmind-worker");
  wasm.start(loadGpu);
  return wasm;
}

/** The GPU module, or null where there is no adapter for it: then it is not downloaded. */
async function loadGpu() {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter ? load("nearmind-gpu") : null;
}

const starting = start();

self.onmessage = async ({ data }) => {
  if (data.ping) return postMessage({ id: null });
  try {
    (await starting).receive(data);
  } catch (error) {
    const message = `The recommender's program could not be started (${error}). Reload the page.`;
    const problem = { type: "error", code: "start-failed", message, fatal: true };
    postMessage({ id: data.id, updates: [problem], refused: true });
  }
};
