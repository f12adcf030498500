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
  /** Holds one batch after another. */
  #memory = new SharedArrayBuffer(0);
  /** @type {Worker[]} */
  #threads;
  #width;

  /** @param {string} wasm The folder of the wasm modules. @param {string} model The folder of the model. */
  constructor(wasm, model) {
    const manifest = readFileSync(path.join(model, "manifest.json"), "utf8");
    const { files, architecture } = JSON.parse(manifest);
    const read = (/** @type {{path: string}} */ file) => readFileSync(path.join(model, file.path));
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
   * `starts` `[tasks + 1]`. Returns the unit vectors `[B, D]` and, if asked for, the states of the tokens `[T, D]`. The next
   * call overwrites both.
   * @param {{ids: Uint32Array, starts: Uint32Array, tasks: Uint32Array}} batch
   * @param {boolean} withStates
   */
  encode({ ids, starts, tasks }, withStates) {
    const outputs = [(starts.length - 1) * this.#width, withStates ? ids.length * this.#width : 0];
    const lengths = [ids.length, starts.length, tasks.length, ...outputs];
    const bytes = lengths.reduce((sum, length) => sum + length * 4, 0);
    if (bytes > this.#memory.byteLength) this.#memory = new SharedArrayBuffer(2 * bytes);
    const shared = batchIn(this.#memory, lengths);
    shared.ids.set(ids);
    shared.starts.set(starts);
    shared.tasks.set(tasks);
    Atomics.store(this.#numbers, NEXT, 0);
    Atomics.store(this.#numbers, FINISHED, 0);
    for (const thread of this.#threads) thread.postMessage({ memory: this.#memory, lengths });
    this.#wait(FINISHED);
    return shared;
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

/** The arrays of a batch, one after the other in a memory. @param {SharedArrayBuffer} memory @param {number[]} lengths */
export function batchIn(memory, [ids, starts, tasks, vectors, states]) {
  return {
    ids: new Uint32Array(memory, 0, ids),
    starts: new Uint32Array(memory, 4 * ids, starts),
    tasks: new Uint32Array(memory, 4 * (ids + starts), tasks),
    vectors: new Float32Array(memory, 4 * (ids + starts + tasks), vectors),
    states: new Float32Array(memory, 4 * (ids + starts + tasks + vectors), states),
  };
}

// As in worker.js: a wasm module of one function that uses the relaxed int8 dot product.
const RELAXED_DOT = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15, 65, 1, 253, 15, 65,
  1, 253, 15, 253, 147, 2, 11,
]);
