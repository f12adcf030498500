// The worker: fetches the wasm that this browser can run, and hands messages through. All logic is Rust.
// In: {id, command}. Out: {id, updates}, or {id: null, updates} for what nobody asked for just now (progress, highlights).

// A module of one function that uses the relaxed int8 dot product.
const RELAXED_DOT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15,
  65, 1, 253, 15, 253, 147, 2, 11,
]);

async function start() {
  const name = WebAssembly.validate(RELAXED_DOT) ? "./wasm/nearmind-worker-relaxed.js" : "./wasm/nearmind-worker.js";
  const wasm = await import(name);
  await wasm.default();
  wasm.start(loadGpu, null);
  return wasm;
}

/** The GPU module, or null where there is no adapter for it: then it is not downloaded. */
async function loadGpu() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return null;
  const gpu = await import("./wasm/nearmind-gpu.js");
  await gpu.default();
  return gpu;
}

const starting = start();

onmessage = async ({ data }) => {
  try {
    (await starting).receive(data);
  } catch (error) {
    const message = `The recommender's program could not be started (${error}). Reload the page.`;
    postMessage({ id: data.id, updates: [{ type: "error", code: "start-failed", message, fatal: true }] });
  }
};
