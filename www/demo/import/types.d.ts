// The importer's state, and its report on a feed.

export type Phase = "idle" | "reading" | "embedding" | "paused" | "packing" | "done" | "failed";

export interface State {
  phase: Phase;
  /** The name of the file. */
  name: string;
  /** Bytes while reading, products afterwards. */
  done: number;
  total: number;
  /** Products per second. */
  rate: number;
  secondsLeft: number | null;
  /** `cpu`, `gpu`, or empty if not known yet. */
  device: string;
  unsupported: UnsupportedLanguages;
  /** Whether the import is stored, so that it continues after a reload. */
  stored: boolean;
  /** Whether there is an unfinished import that can be continued. */
  resumable: boolean;
  report: Report | null;
  catalog: Catalog | null;
  problem: Problem | null;
}

/** Languages that the model does not support, with their shares of the texts, in descending order of share. */
export type UnsupportedLanguages = [lang: string, share: number][];

/** An imported catalogue, as it is stored. */
export interface Catalog {
  id: string;
  /** The name of the imported file. */
  name: string;
  /** The URL of the model. */
  model: string;
  bytes: number;
  /** Number of products. */
  count: number;
  report: Report;
  unread?: UnsupportedLanguages;
}

export interface Report {
  rows: number;
  items: number;
  /** Rows that were merged into items as variants. */
  folded: number;
  left_out: number;
  problems: Finding[];
  feeds: FeedReport[];
}

export interface FeedReport {
  name: string;
  format: string;
  encoding: string;
  /** How the encoding was determined: `chosen`, `mark`, `declared`, `detected` or `assumed`. */
  encoding_origin: string;
  lang: string;
  /** How each column was used, by its name; empty for a column that was left out. */
  columns: Record<string, string>;
}

/** One kind of problem, with its count, its description in both languages and the first examples. */
export interface Finding {
  kind: string;
  outcome: string;
  count: number;
  en: string;
  zh: string;
  examples: { row: number; excerpt: string }[];
  reasons: Record<string, number>;
}

export interface Problem {
  code: string;
  message: string;
  row?: number | null;
  format?: string | null;
  why?: string | null;
}
