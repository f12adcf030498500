/**
 * The encoder without a shop: `window.candidate` for benchmarks that compare embedding libraries, and a button for
 * people. `?device=cpu|gpu`, `?model=` the address of a model's folder, `?workers=` cores for many texts, `?measure`
 * starts at once.
 *
 * @typedef {{init(): Promise<void>, embed(texts: string[]): Promise<Float32Array<ArrayBuffer>[]>, backend: string}} Candidate
 */

import { EmbedPool } from "./pool.js";

const asked = new URLSearchParams(location.search);
const device = /** @type {"auto" | "cpu" | "gpu"} */ (asked.get("device") ?? "cpu");
const model = asked.get("model") ?? "models/minilm/";
const workers = Number(asked.get("workers") ?? 1);

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

// For people.

const PRODUCTS = [
  "A waterproof jacket for cycling in the rain, with taped seams, an adjustable hood and reflective trim.",
  "Solid oak side table with a drawer. Made by hand from certified wood, oiled, and delivered without plastic.",
  "Noise-cancelling headphones with thirty hours of battery, two microphones for calls and a folding case. ".repeat(2),
  "Cast iron pan.",
];
const TEXTS = Array.from({ length: 128 }, (_, i) => `${PRODUCTS[i % 4]} No. ${i}`);

/** @param {number[]} times */
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** @param {(line: string) => void} say */
async function measure(say) {
  say(`load     ${(await timed(() => candidate.init())).toFixed(0)} ms\n${candidate.backend}`);
  const queries = [],
    batches = [];
  for (let i = 0; i < 40; i++) queries.push(await timed(() => candidate.embed(["rain jacket for cycling"])));
  say(`query    ${median(queries.slice(8)).toFixed(2)} ms, ${Math.min(...queries).toFixed(2)} at best`);
  for (let i = 0; i < 3; i++) batches.push(await timed(() => candidate.embed(TEXTS)));
  const rate = TEXTS.length / (median(batches) / 1000);
  say(`texts    ${rate.toFixed(1)} a second, ${pool.size} ${pool.size === 1 ? "worker" : "workers"}`);
  say(`bytes    ${await digest()}`);
}

/** The same for the same model wherever it is computed: with every kind of SIMD, and by any number of workers. */
async function digest() {
  const bytes = new Uint8Array(await new Blob(await candidate.embed(TEXTS)).arrayBuffer());
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (element(id));
const say = (/** @type {string} */ line) => element("report").append(`${line}\n`);

field("device").value = device;
field("model").value = model;
field("workers").value = String(workers);
element("measure").onclick = () => {
  const wishes = ["device", "model", "workers"].map((name) => [name, field(name).value]);
  location.search = `${new URLSearchParams([...wishes, ["measure", ""]])}`;
};
if (asked.has("measure")) measure(say).catch((error) => say(error.message));
