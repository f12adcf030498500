// What a page gets from `import { Nearmind } from "./nearmind.js"`: recommendations without an element.

import type { Nearmind as Shape, Options } from "./types.js";

export type * from "./types.js";

export interface Nearmind extends Shape {}
export const Nearmind: {
  /** Returns the client for a catalogue and a model; the same one for the same options. */
  open(options: Options): Nearmind;
};

/**
 * Adds texts to a language, or replaces some. A new language has the English texts where the page gives none. Call it before
 * a shelf is on the page. `texts` has the keys of the files in `languages/en`: `shelf`, `sentences` and `panel`.
 */
export function addTexts(lang: string, texts: { shelf?: object; sentences?: object; panel?: object }): void;
