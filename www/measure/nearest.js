/**
 * The ten nearest of N x 384 vectors: the best plain loop in JavaScript (four accumulators over a Float32Array) beside
 * the int8 scan of the catalogue, exact and with one-bit codes first. `?measure` starts at once.
 */

import init, { Nearest } from "./wasm/nearmind-measure.js";

const WIDTH = 384,
  K = 10,
  POOL = 200,
  RUNS = 25;

/**
 * Unit vectors around a few hundred middles, as catalogues have them: seeded, so that every run compares the same.
 * @param {number} rows
 */
function made(rows) {
  let seed = 7;
  const chance = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  const middles = Float32Array.from({ length: 300 * WIDTH }, chance);
  const vectors = new Float32Array(rows * WIDTH);
  for (let row = 0; row < rows; row++) {
    const own = vectors.subarray(row * WIDTH, (row + 1) * WIDTH),
      middle = ((seed >>> 8) % 300) * WIDTH;
    let length = 0;
    for (let i = 0; i < WIDTH; i++) {
      own[i] = middles[middle + i] + 1.5 * chance();
      length += own[i] * own[i];
    }
    for (let i = 0; i < WIDTH; i++) own[i] /= Math.sqrt(length);
  }
  return vectors;
}

/** @param {Float32Array} vectors @param {Float32Array} query */
function loop(vectors, query) {
  /** @type {{row: number, score: number}[]} */
  const best = [];
  for (let at = 0, row = 0; at < vectors.length; at += WIDTH, row++) {
    let a = 0,
      b = 0,
      c = 0,
      d = 0;
    for (let i = 0; i < WIDTH; i += 4) {
      a += vectors[at + i] * query[i];
      b += vectors[at + i + 1] * query[i + 1];
      c += vectors[at + i + 2] * query[i + 2];
      d += vectors[at + i + 3] * query[i + 3];
    }
    const score = a + b + c + d;
    if (best.length < K || score > best[K - 1].score) {
      let place = best.length;
      while (place > 0 && best[place - 1].score < score) place--;
      best.splice(place, 0, { row, score });
      if (best.length > K) best.pop();
    }
  }
  return best.map(({ row }) => row);
}

/** @param {number[]} times */
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];
/** @param {number[]} found @param {number[]} wanted */
const shared = (found, wanted) => found.filter((row) => wanted.includes(row)).length / wanted.length;

/** @param {(line: string) => void} say */
async function measure(say) {
  await init();
  for (const rows of [10_000, 100_000]) {
    const vectors = made(rows),
      nearest = new Nearest(vectors, WIDTH);
    /** @type {Record<string, (query: Float32Array) => number[]>} */
    const ways = {
      "JavaScript, f32": (query) => loop(vectors, query),
      "Nearmind, int8, exact": (query) => [...nearest.top(query, K, 0)],
      [`Nearmind, 1 bit, then ${POOL} in int8`]: (query) => [...nearest.top(query, K, POOL)],
    };
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    const recall = { ...times };
    // In turns, so that whatever else the machine does meets all of them.
    for (let run = 0; run < RUNS; run++) {
      const query = vectors.subarray(run * 331 * WIDTH, (run * 331 + 1) * WIDTH),
        wanted = loop(vectors, query);
      for (const [name, way] of Object.entries(ways)) {
        const from = performance.now();
        const found = way(query);
        times[name] = [...times[name], performance.now() - from];
        recall[name] = [...recall[name], shared(found, wanted)];
      }
    }
    const plain = times["JavaScript, f32"];
    say(`ten nearest of ${rows} x ${WIDTH}, median of ${RUNS} (best)`);
    for (const name of Object.keys(ways)) {
      const ms = median(times[name]),
        ratio = ms / median(plain);
      const mean = recall[name].reduce((sum, value) => sum + value) / RUNS;
      say(
        `  ${name.padEnd(34)} ${ms.toFixed(2)} ms (${Math.min(...times[name]).toFixed(2)}), ${ratio.toFixed(3)} of the loop, recall ${mean.toFixed(3)}`,
      );
    }
    nearest.free();
  }
}

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const say = (/** @type {string} */ line) => element("report").append(`${line}\n`);
const start = () =>
  measure(say).then(
    () => say("done"),
    (error) => say(error.message),
  );

element("measure").onclick = start;
if (new URLSearchParams(location.search).has("measure")) start();
