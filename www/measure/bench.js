/**
 * Measures the encoder without a shop: by `window.candidate`, for benchmarks that compare embedding libraries, or by a
 * button. URL parameters: `device=cpu|gpu`, `model`, the URL of a model's folder, `workers`, the number of CPU workers,
 * and `measure`, which starts at once.
 *
 * @typedef {{init(): Promise<void>, embed(texts: string[]): Promise<Float32Array<ArrayBuffer>[]>, backend: string}} Candidate
 */

import { EmbedPool } from "./pool.js";

const parameters = new URLSearchParams(location.search);
const device = /** @type {"auto" | "cpu" | "gpu"} */ (parameters.get("device") ?? "cpu");
const model = parameters.get("model") ?? "models/minilm/";
const workers = Number(parameters.get("workers") ?? 1);

const pool = new EmbedPool({ model, device, workers });

/** @type {Candidate} */
const candidate = {
  backend: "nearmind",
  async init() {
    const report = await pool.ready();
    this.backend = `nearmind ${report.device} (${report.detail}): ${report.reason.code}`;
  },
  async embed(texts) {
    const { vectors, width } = await pool.embed(texts);
    return texts.map((_, i) => vectors.subarray(i * width, (i + 1) * width));
  },
};
Object.assign(window, { candidate });

// The page with the button.

const PRODUCTS = [
  "A waterproof jacket for cycling in the rain, with taped seams, an adjustable hood and reflective trim.",
  "Solid oak side table with a drawer. Made by hand from certified wood, oiled, and delivered without plastic.",
  "Noise-cancelling headphones with thirty hours of battery, two microphones for calls and a folding case. ".repeat(2),
  "Cast iron pan.",
];
const TEXTS = Array.from({ length: 128 }, (_, i) => `${PRODUCTS[i % 4]} No. ${i}`);

/** @param {number[]} times */
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

/** Returns the duration in milliseconds. @param {() => Promise<unknown>} work */
async function timeMs(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** @param {(line: string) => void} log */
async function measure(log) {
  log(`load     ${(await timeMs(() => candidate.init())).toFixed(0)} ms\n${candidate.backend}`);
  const queries = [],
    batches = [];
  for (let i = 0; i < 40; i++) queries.push(await timeMs(() => candidate.embed(["rain jacket for cycling"])));
  log(`query    ${median(queries.slice(8)).toFixed(2)} ms, ${Math.min(...queries).toFixed(2)} best`);
  for (let i = 0; i < 3; i++) batches.push(await timeMs(() => candidate.embed(TEXTS)));
  const rate = TEXTS.length / (median(batches) / 1000);
  log(`texts    ${rate.toFixed(1)} per second, ${pool.size} ${pool.size === 1 ? "worker" : "workers"}`);
  log(`bytes    ${await digest()}`);
}

/** Returns a hash of the vectors. On the CPU it depends only on the model, not on the kind of SIMD or the number of workers. */
async function digest() {
  const bytes = new Uint8Array(await new Blob(await candidate.embed(TEXTS)).arrayBuffer());
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (element(id));
const log = (/** @type {string} */ line) => element("report").append(`${line}\n`);

field("device").value = device;
field("model").value = model;
field("workers").value = String(workers);
element("measure").onclick = () => {
  const chosen = ["device", "model", "workers"].map((name) => [name, field(name).value]);
  location.search = `${new URLSearchParams([...chosen, ["measure", ""]])}`;
};
if (parameters.has("measure")) measure(log).catch((error) => log(error.message));
