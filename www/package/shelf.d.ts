// What a page gets from `import { NearmindShelf } from "./shelf.js"`.

import type { Basis, Context, Explanation, Filter, Nearmind, Problem, Rules } from "./types.js";

export type { Basis, Context, Explanation, Filter, Nearmind, Problem, Rules };

/** `<nearmind-shelf>`; custom-elements.json describes it. */
export class NearmindShelf extends HTMLElement {
  item: string | null;
  limit: number;
  context: Context | null;
  filter: Filter | null;
  rules: Rules | null;
  readonly state: "idle" | "loading" | "ready" | "empty" | "failed";
  readonly client: Nearmind | null;
  refresh(): Promise<void>;
  explain(item: string): Promise<Explanation | null>;
  forget(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "nearmind-shelf": NearmindShelf;
  }
  interface HTMLElementEventMap {
    "nearmind-ready": CustomEvent<{ basis: Basis; items: string[] }>;
    "nearmind-select": CustomEvent<{ item: string; url: string; position: number }>;
    "nearmind-impression": CustomEvent<{ item: string; position: number }>;
    "nearmind-error": CustomEvent<Omit<Problem, "detail">>;
    "nearmind-metric": CustomEvent<{ name: string; value: number; unit: string }>;
  }
}
