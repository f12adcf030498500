// The module that the build makes of crates/web/worker: what the worker starts, and what a page measures.

export default function init(): Promise<unknown>;

/** Called once, before the first message. `fault` is one that a test asks of the GPU. */
export function start(loadGpu: () => Promise<unknown>, fault: string | null): void;

/** A message from the page. */
export function receive(message: unknown): void;

/** N vectors in int8, as a catalogue has them. */
export class Nearest {
  constructor(vectors: Float32Array, width: number);
  /** Rows of the `k` nearest, nearest first. With a `pool`, only so many rows are looked at exactly. */
  top(query: Float32Array, k: number, pool: number): Uint32Array;
  free(): void;
}
