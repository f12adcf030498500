// The wasm module that the build creates from crates/web/measure.

export default function init(): Promise<unknown>;

/** N vectors in int8 with their one-bit codes, as in a catalogue. */
export class Nearest {
  /** Quantises `vectors`, `[N, H]`; `width` is H. */
  constructor(vectors: Float32Array, width: number);
  /**
   * Returns the rows of the `k` nearest vectors, nearest first. The result is exact if `pool` is 0; otherwise only the `pool`
   * rows whose one-bit codes agree best with the query are scored in int8.
   */
  top(query: Float32Array, k: number, pool: number): Uint32Array;
  free(): void;
}
