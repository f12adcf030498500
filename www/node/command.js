/**
 * The thread of the command. Gives it files, standard streams and arguments by WASI, and the functions that WASI lacks
 * (src/cli/device/node.rs, src/cli/node.rs).
 */
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";

import { EncoderThreads } from "./encoder-threads.js";

/** The package, with its wasm modules and its model. */
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

// Node prints a warning for its WASI, which has to be loaded after this.
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");

const wasi = new WASI({
  version: "preview1",
  args: ["nearmind", ...process.argv.slice(2)],
  env: {
    ...process.env,
    PWD: process.cwd(),
    TMPDIR: os.tmpdir(),
    NEARMIND_PACKAGE: PACKAGE,
    NEARMIND_JIEBA: path.join(PACKAGE, "wasm/jieba.txt"),
  },
  preopens: { "/": path.parse(process.cwd()).root },
});

/** @type {EncoderThreads | undefined} */
let threads;
/** @type {WebAssembly.Memory} */
let memory;
const decoder = new TextDecoder();
const text = (/** @type {number} */ at, /** @type {number} */ length) =>
  decoder.decode(new Uint8Array(memory.buffer, at, length));

/** Runs `work`. Prints why it failed, and returns 0 then. @param {() => number} work */
function reported(work) {
  try {
    return work();
  } catch (error) {
    console.error(`error: ${/** @type {Error} */ (error).message}`);
    return 0;
  }
}

const nearmind = {
  /** @param {number} at @param {number} length */
  open_model: (at, length) =>
    reported(() => {
      threads?.close();
      threads = new EncoderThreads(path.join(PACKAGE, "wasm"), text(at, length));
      return threads.count;
    }),

  /**
   * @param {number} ids @param {number} starts @param {number} texts @param {number} tasks @param {number} taskCount
   * @param {number} vectors @param {number} states
   */
  encode: (ids, starts, texts, tasks, taskCount, vectors, states) =>
    reported(() => {
      if (!threads) throw new Error("no model has been opened");
      const offsets = new Uint32Array(memory.buffer, starts, texts + 1);
      const encoded = threads.encode(
        {
          ids: new Uint32Array(memory.buffer, ids, offsets[texts]),
          starts: offsets,
          tasks: new Uint32Array(memory.buffer, tasks, taskCount + 1),
        },
        Boolean(states),
      );
      new Float32Array(memory.buffer, vectors, encoded.vectors.length).set(encoded.vectors);
      if (states) new Float32Array(memory.buffer, states, encoded.states.length).set(encoded.states);
      return 1;
    }),

  /** @param {number} at @param {number} length @param {number} port */
  serve: (at, length, port) => parentPort?.postMessage({ serve: { folder: text(at, length), port } }),
};

const bytes = readFileSync(new URL("../wasm/nearmind-command.wasm", import.meta.url));
const { instance } = await WebAssembly.instantiate(bytes, {
  .../** @type {any} */ (wasi.getImportObject()),
  nearmind,
});
memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
const code = wasi.start(instance);
await threads?.close();
process.exit(code);
