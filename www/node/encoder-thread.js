// A thread of encoder-threads.js: loads the model into the browser's encoder module, then does tasks of the batches that it
// receives until none is left.
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

import { batchIn, FAILED, FINISHED, NEXT, READY } from "./encoder-threads.js";

const { script, module, manifest, tokenizer, probes, weights, numbers } = workerData;

/** @param {number} position */
function count(position) {
  Atomics.add(numbers, position, 1);
  Atomics.notify(numbers, position);
}

/** Ends the wait of the command, which cannot read messages. @param {any} error */
function fail(error) {
  writeSync(2, `error: ${error?.message ?? error}\n`);
  Atomics.store(numbers, FAILED, 1);
  for (const position of [READY, FINISHED]) {
    Atomics.add(numbers, position, 1);
    Atomics.notify(numbers, position);
  }
}

/** @param {any} encoder @param {{memory: SharedArrayBuffer, lengths: number[]}} batch */
async function work(encoder, { memory, lengths }) {
  const { ids, starts, tasks, vectors, states } = batchIn(memory, lengths);
  for (let task; (task = Atomics.add(numbers, NEXT, 1)) < tasks.length - 1; ) {
    const [first, last] = [tasks[task], tasks[task + 1]];
    const [from, to] = [starts[first], starts[last]];
    const offsets = starts.slice(first, last + 1).map((start) => start - from);
    const encoded = await encoder.encodeTokens(ids.slice(from, to), offsets, states.length > 0);
    const split = (last - first) * encoder.width;
    vectors.set(encoded.subarray(0, split), first * encoder.width);
    if (states.length) states.set(encoded.subarray(split), from * encoder.width);
  }
  count(FINISHED);
}

try {
  const wasm = await import(pathToFileURL(script).href);
  await wasm.default({ module_or_path: module });
  const encoder = await wasm.EncoderModule.create(manifest, tokenizer, probes, weights, "cpu", () => null);
  parentPort?.on("message", (batch) => work(encoder, batch).catch(fail));
  count(READY);
} catch (error) {
  fail(error);
}
