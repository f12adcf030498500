// What the importer says of a feed, and of how far it is.

export type Phase = "idle" | "reading" | "embedding" | "paused" | "packing" | "done" | "failed";

export interface State {
  phase: Phase;
  name: string;
  done: number;
  total: number;
  rate: number;
  secondsLeft: number | null;
  device: string;
  unread: Unread;
  /** A reload goes on. */
  kept: boolean;
  /** An import is there to go on with. */
  waits: boolean;
  report: Report | null;
  catalog: Catalog | null;
  problem: Problem | null;
}

/** Languages that the model does not read, with their shares of the texts, the largest first. */
export type Unread = [lang: string, share: number][];

export interface Catalog {
  id: string;
  name: string;
  model: string;
  bytes: number;
  count: number;
  report: Report;
  unread?: Unread;
}

export interface Report {
  rows: number;
  items: number;
  folded: number;
  left_out: number;
  problems: Finding[];
  feeds: FeedReport[];
}

export interface FeedReport {
  name: string;
  format: string;
  encoding: string;
  encoding_origin: string;
  lang: string;
  columns: Record<string, string>;
}

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
