// The wasm module that the build creates from crates/web/feeds.

import type { Report } from "../import/types.js";

export default function init(): Promise<unknown>;

/** Returns a zip archive of the files. */
export function zip(files: [name: string, bytes: Uint8Array][]): Uint8Array<ArrayBuffer>;

/** Every method throws an `Error` whose `name` is an error code. */
export class FeedsModule {
  constructor(options: object);
  /** Opens a feed. `read` returns at most `length` bytes from `at` on, and an empty array at the end of the file. */
  open(name: string, read: (at: number, length: number) => Uint8Array): void;
  /** Reads the next `rows` rows and returns the bytes and rows read so far; `undefined` at the end of the feed. */
  step(rows: number): { bytes: number; rows: number } | undefined;
  /** Ends the reading. `languages`: the number of items by the language of their text. */
  finish(): { report: Report; count: number; chinese: boolean; languages: Record<string, number> };
  /** The keys under which the vectors of the rows `from..to` are stored: each identifies the text that is embedded. */
  keys(from: number, to: number): string[];
  /** The texts of these rows that the model embeds. */
  texts(rows: Uint32Array): string[];
  pack(
    model: string,
    vectors: Float32Array,
    dictionary?: string,
  ): { manifest: Uint8Array<ArrayBuffer>; files: [name: string, bytes: Uint8Array][] };
  free(): void;
}
