/**
 * The worker of `visit.html`: it also reports the size of its wasm memory in bytes. Wasm memory never shrinks, so this is the
 * peak.
 */
import "./worker.js";

/** @type {WebAssembly.Memory | undefined} */
let memory;
const { instantiateStreaming } = WebAssembly;
// worker.js instantiates the module after this line has run.
WebAssembly.instantiateStreaming = async (...parameters) => {
  const result = await instantiateStreaming.apply(WebAssembly, parameters);
  memory = /** @type {WebAssembly.Memory} */ (result.instance.exports.memory);
  return result;
};

const channel = new BroadcastChannel("nearmind-visit");
channel.onmessage = () => channel.postMessage(memory?.buffer.byteLength ?? 0);
