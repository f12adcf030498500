/**
 * The worker for `visit.html`: it also says how much memory its program has taken. A wasm's memory never shrinks, so this
 * is the most that it ever took.
 */
import "./worker.js";

/** @type {WebAssembly.Memory | undefined} */
let memory;
const { instantiateStreaming } = WebAssembly;
// The program is fetched later than this line runs.
WebAssembly.instantiateStreaming = async (...given) => {
  const made = await instantiateStreaming.apply(WebAssembly, given);
  memory = /** @type {WebAssembly.Memory} */ (made.instance.exports.memory);
  return made;
};

const channel = new BroadcastChannel("nearmind-visit");
channel.onmessage = () => channel.postMessage(memory?.buffer.byteLength ?? 0);
