// The worker: loads the wasm modules that this browser can run, and passes messages to the first. All logic is in Rust.
// In: {id, nowMs, lang, command}, or {ping}. Out: {id, updates, wrote, refused} in answer to a command; {id: null, updates}
// without a command (progress, highlights); {id: null, stuck} in answer to a ping.

// A wasm module of one function that uses the relaxed int8 dot product: valid where relaxed SIMD is supported.
const RELAXED_DOT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);

/** Loads one of the wasm modules. An isolated worker has its own way (isolated-worker.js). @type {(name: string) => Promise<any>} */
const load =
  /** @type {any} */ (self).load ??
  (async (name) => {
    const wasm = await import(`./wasm/${name}.js`);
    await wasm.default();
    return wasm;
  });

let hasStarted = false;

async function start() {
  const wasm = await load("nearmind-worker");
  wasm.start(loadEncoder, loadGpu);
  hasStarted = true;
  return wasm;
}

/** Whether the module has been downloaded, but has not started. Now and then, Firefox 140 never starts it. */
const isStuck = () =>
  !hasStarted && performance.getEntriesByType("resource").some(({ name }) => name.endsWith("nearmind-worker_bg.wasm"));

/** The encoder module that this browser can run. */
const loadEncoder = () => load(WebAssembly.validate(RELAXED_DOT) ? "nearmind-encoder-relaxed" : "nearmind-encoder");

/** The GPU module; null, and not downloaded, where there is no WebGPU adapter. */
async function loadGpu() {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter ? load("nearmind-gpu") : null;
}

const starting = start();

self.onmessage = async ({ data }) => {
  if (data.ping) return postMessage({ id: null, stuck: isStuck() });
  try {
    (await starting).receive(data);
  } catch (error) {
    const problem = { type: "error", code: "start-failed", detail: `${error}`, fatal: true };
    postMessage({ id: data.id, updates: [problem], refused: true });
  }
};
