// The module that the build makes of crates/web/measure.

export default function init(): Promise<unknown>;

/** N vectors in int8, as a catalogue has them. */
export class Nearest {
  constructor(vectors: Float32Array, width: number);
  /** Rows of the `k` nearest, nearest first. With a `pool`, only so many rows are looked at exactly. */
  top(query: Float32Array, k: number, pool: number): Uint32Array;
  free(): void;
}
