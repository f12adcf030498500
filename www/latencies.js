/** How long answers took, for the panel and for `nearmind-metric`; never sent anywhere. Knows no command's meaning. */

/** Of each command, as many as a percentile needs. */
const KEPT = 200;

export class Latencies {
  /** @type {Map<string, number[]>} */
  #ms = new Map();

  /** @param {string} command @param {number} ms @returns {import("./types.js").Metric} */
  add(command, ms) {
    const known = this.#ms.get(command) ?? [];
    this.#ms.set(command, [...known, ms].slice(-KEPT));
    return { type: "metric", name: command, value: ms, unit: "ms" };
  }

  /** Oldest first; of one command, or by command. @param {string} [command] @returns {Record<string, number[]>} */
  of(command) {
    const all = Object.fromEntries(this.#ms);
    return command ? { [command]: all[command] ?? [] } : all;
  }
}

/**
 * The nearest-rank percentile.
 * @param {number[]} values
 * @param {number} share 0..1
 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
