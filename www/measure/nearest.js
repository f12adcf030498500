/**
 * Finds the ten nearest of N x 384 vectors: with the fastest plain loop in JavaScript (four accumulators over a
 * Float32Array), and with the catalogue's int8 scan, exact and with one-bit codes first. `?measure` starts at once.
 */

import init, { Nearest } from "./wasm/nearmind-measure.js";

const WIDTH = 384,
  K = 10,
  POOL = 200,
  RUNS = 25;

/**
 * Generates unit vectors around 300 centres, similar to those of a catalogue. Seeded, so that every run uses the same ones.
 * @param {number} rows @returns {Float32Array} `[rows, WIDTH]`
 */
function generateVectors(rows) {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 31 - 1;
  };
  const centres = Float32Array.from({ length: 300 * WIDTH }, random);
  const vectors = new Float32Array(rows * WIDTH);
  for (let row = 0; row < rows; row++) {
    const own = vectors.subarray(row * WIDTH, (row + 1) * WIDTH),
      centre = ((seed >>> 8) % 300) * WIDTH;
    let length = 0;
    for (let i = 0; i < WIDTH; i++) {
      own[i] = centres[centre + i] + 1.5 * random();
      length += own[i] * own[i];
    }
    for (let i = 0; i < WIDTH; i++) own[i] /= Math.sqrt(length);
  }
  return vectors;
}

/** The rows of the K nearest, nearest first. @param {Float32Array} vectors @param {Float32Array} query */
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
/** The share of the expected rows that were found. @param {number[]} found @param {number[]} expected */
const recallOf = (found, expected) => found.filter((row) => expected.includes(row)).length / expected.length;

/** @param {(line: string) => void} log */
async function measure(log) {
  await init();
  for (const rows of [10_000, 100_000]) {
    const vectors = generateVectors(rows),
      nearest = new Nearest(vectors, WIDTH);
    /** @type {Record<string, (query: Float32Array) => number[]>} */
    const methods = {
      "JavaScript, f32": (query) => loop(vectors, query),
      "Nearmind, int8, exact": (query) => [...nearest.top(query, K, 0)],
      [`Nearmind, 1 bit, then ${POOL} in int8`]: (query) => [...nearest.top(query, K, POOL)],
    };
    /** @type {Record<string, number[]>} */
    const times = Object.fromEntries(Object.keys(methods).map((name) => [name, []]));
    const recall = { ...times };
    // Alternate between the methods, so that other load on the machine affects all of them.
    for (let run = 0; run < RUNS; run++) {
      const query = vectors.subarray(run * 331 * WIDTH, (run * 331 + 1) * WIDTH),
        expected = loop(vectors, query);
      for (const [name, method] of Object.entries(methods)) {
        const start = performance.now();
        const found = method(query);
        times[name] = [...times[name], performance.now() - start];
        recall[name] = [...recall[name], recallOf(found, expected)];
      }
    }
    const plain = times["JavaScript, f32"];
    log(`ten nearest of ${rows} x ${WIDTH}, median of ${RUNS} (best)`);
    for (const name of Object.keys(methods)) {
      const ms = median(times[name]),
        ratio = ms / median(plain);
      const mean = recall[name].reduce((sum, value) => sum + value) / RUNS;
      log(
        `  ${name.padEnd(34)} ${ms.toFixed(2)} ms (${Math.min(...times[name]).toFixed(2)}), ${ratio.toFixed(3)} of the loop's time, recall ${mean.toFixed(3)}`,
      );
    }
    nearest.free();
  }
}

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const log = (/** @type {string} */ line) => element("report").append(`${line}\n`);
const start = () =>
  measure(log).then(
    () => log("done"),
    (error) => log(error.message),
  );

element("measure").onclick = start;
if (new URLSearchParams(location.search).has("measure")) start();
