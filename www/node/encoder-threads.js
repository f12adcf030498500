/**
 * Threads that run the browser's encoder module, one for each core. The thread that calls them waits for them, so they
 * share memory instead of sending messages back.
 *
 * Knows token ids and vectors, but no texts.
 */
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";

/** With more threads than this, memory is the limit, not cores. */
const MOST_THREADS = 16;

/** The positions in the numbers that all threads share. */
export const READY = 0;
/** The next task that no thread has taken. */
export const NEXT = 1;
/** Threads that have done all tasks of this batch. */
export const FINISHED = 2;
/** 1 if a thread has failed; it has printed why. */
export const FAILED = 3;
const SHARED_NUMBERS = 4;

export class EncoderThreads {
  #numbers = new Int32Array(new SharedArrayBuffer(4 * SHARED_NUMBERS));
  /** @type {Worker[]} */
  #threads;
  #width;

  /** @param {string} wasm The folder of the wasm modules. @param {string} model The folder of the model. */
  constructor(wasm, model) {
    const manifest = readFileSync(path.join(model, "manifest.json"), "utf8");
    const { files, architecture } = JSON.parse(manifest);
    const read = (/** @type {{path: string}} */ file) => shared(readFileSync(path.join(model, file.path)));
    const module = WebAssembly.validate(RELAXED_DOT) ? "nearmind-encoder-relaxed" : "nearmind-encoder";
    const workerData = {
      script: path.join(wasm, `${module}.js`),
      module: new WebAssembly.Module(readFileSync(path.join(wasm, `${module}_bg.wasm`))),
      manifest,
      tokenizer: read(files.tokenizer),
      probes: read(files.probes),
      weights: read(files.weights),
      numbers: this.#numbers,
    };
    this.#width = architecture.dense?.width ?? architecture.hidden;
    const count = Math.min(os.availableParallelism(), MOST_THREADS);
    const script = new URL("./encoder-thread.js", import.meta.url);
    this.#threads = Array.from({ length: count }, () => new Worker(script, { workerData }));
    this.#wait(READY);
  }

  get count() {
    return this.#threads.length;
  }

  /**
   * Encodes texts: their token ids `[T]`, where each starts and the last ends `[B + 1]`, and the tasks as offsets in
   * `starts` `[tasks + 1]`. Returns the unit vectors `[B, D]`.
   * @param {{ids: Uint32Array, starts: Uint32Array, tasks: Uint32Array}} batch
   */
  encode({ ids, starts, tasks }) {
    const vectors = new Float32Array(new SharedArrayBuffer((starts.length - 1) * this.#width * 4));
    const batch = { ids: shared(ids), starts: shared(starts), tasks: shared(tasks), vectors };
    Atomics.store(this.#numbers, NEXT, 0);
    Atomics.store(this.#numbers, FINISHED, 0);
    for (const thread of this.#threads) thread.postMessage(batch);
    this.#wait(FINISHED);
    return vectors;
  }

  /** Resolves when the threads have ended. */
  async close() {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Waits until this number is that of the threads. @param {number} position */
  #wait(position) {
    for (;;) {
      if (Atomics.load(this.#numbers, FAILED)) throw new Error("a thread that encodes texts failed");
      const done = Atomics.load(this.#numbers, position);
      if (done === this.count) return;
      Atomics.wait(this.#numbers, position, done);
    }
  }
}

/** A copy that threads share. @template {Uint8Array | Uint32Array} T @param {T} array @returns {T} */
function shared(array) {
  const memory = new SharedArrayBuffer(array.byteLength);
  const copy = new /** @type {any} */ (array instanceof Uint32Array ? Uint32Array : Uint8Array)(memory);
  copy.set(array);
  return copy;
}

// As in worker.js: a wasm module of one function that uses the relaxed int8 dot product.
const RELAXED_DOT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);
