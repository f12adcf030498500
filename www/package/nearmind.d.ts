// What a page gets from `import { Nearmind } from "./nearmind.js"`: recommendations without an element.

import type { Nearmind as Shape, Options } from "./types.js";

export type * from "./types.js";

export interface Nearmind extends Shape {}
export const Nearmind: {
  /** Returns the client for a catalogue and a model; the same one for the same options. */
  open(options: Options): Nearmind;
};
