// The module that the build makes of crates/web/feeds.

import type { Report } from "../import/types.js";

export default function init(): Promise<unknown>;

/** One zip file of these files. */
export function zip(files: [name: string, bytes: Uint8Array][]): Uint8Array<ArrayBuffer>;

/** Every method throws an Error whose name is a code. */
export class FeedsModule {
  constructor(options: object);
  /** `read` gives an empty array at the end of the file. */
  open(name: string, read: (at: number, length: number) => Uint8Array): void;
  /** Reads so many rows; nothing when the feed has ended. */
  step(rows: number): { bytes: number; rows: number } | undefined;
  /** `languages`: the items by the language of their text. */
  finish(): { report: Report; count: number; chinese: boolean; languages: Record<string, number> };
  /** What the vectors of the rows from `from` to before `to` are known again by. */
  keys(from: number, to: number): string[];
  /** What the model reads of these rows. */
  texts(rows: Uint32Array): string[];
  pack(
    model: string,
    vectors: Float32Array,
    dictionary?: string,
  ): { manifest: Uint8Array<ArrayBuffer>; files: [name: string, bytes: Uint8Array][] };
  free(): void;
}
