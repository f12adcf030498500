// What a page gets from `import { NearmindShelf } from "./shelf.js"`.

import type { Client, Problem, ShelfKind } from "./types.js";

/** `<nearmind-shelf>`; `shelf.js` lists its attributes, events, parts and properties. */
export class NearmindShelf extends HTMLElement {
  kind: ShelfKind;
  item: string | null;
  limit: number;
  readonly state: "idle" | "loading" | "ready" | "empty" | "failed";
  readonly client: Client | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "nearmind-shelf": NearmindShelf;
  }
  interface HTMLElementEventMap {
    "nearmind-ready": CustomEvent<{ basis: "cold-start" | "profile" | "item"; items: string[] }>;
    "nearmind-select": CustomEvent<{ item: string; url: string; position: number }>;
    "nearmind-impression": CustomEvent<{ item: string; position: number }>;
    "nearmind-error": CustomEvent<Problem>;
  }
}
