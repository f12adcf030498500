// The page's own API. The types that the page and the worker exchange are in wire.d.ts, which a test writes from Rust.

import type {
  Card as CardData,
  Command,
  Context,
  DeviceChoice,
  DeviceReport,
  Event,
  EventName,
  Explanation as ExplanationData,
  Filter,
  InterestMap,
  Part,
  PictureSource,
  Problem as ProblemData,
  ProfileSummary,
  Rules,
  Scene,
  ScorePart as ScorePartData,
  Shelf as ShelfData,
  ShelfRequest,
  Update as UpdateData,
  Warning,
  WhyNot as WhyNotData,
} from "./wire.js";

// These add texts to the data of the same names in wire.d.ts.
export type * from "./wire.js";

export interface Card extends CardData {
  /** Why it is here, in the list's language: "Because you viewed ...". Empty where there is no reason that is true. */
  reason: Part[];
}

/** A ranked list, ready to draw. */
export interface Shelf extends ShelfData {
  /** The scene's own heading, or else one for the basis, in the list's language. */
  heading: string;
  /** What became of the text that the visitor wrote last, where the list does not follow it as expected; or empty. */
  note: string;
  cards: Card[];
}

/** Something that did not work. `code` is for programs, and never changes its meaning. */
export interface Problem extends ProblemData {
  /** For people, in the page's language. */
  message: string;
}

export interface ScorePart extends ScorePartData {
  /** Its name for people, in the list's language. */
  label: string;
}

/** Why an item ranks where it does in a list. */
export interface Explanation extends ExplanationData {
  parts: ScorePart[];
  /** The same in sentences, in the list's language. */
  sentences: Part[][];
}

/** What would bring an item into a list. */
export interface WhyNot extends WhyNotData {
  /** The same as a sentence, in the list's language. */
  sentence: Part[];
}

export interface Options {
  /** URL of the packed catalogue. */
  catalog: string;
  /** URL of the model's directory. */
  model: string;
  device?: DeviceChoice;
  /** BCP 47 tag of the page. */
  lang?: string;
  /** Whether the log may be stored. By default yes, unless the visitor sends Global Privacy Control. */
  persist?: boolean;
  /** strict: a worker that cannot reach the network; the page's policy must allow blobs as workers and scripts. */
  isolation?: "strict";
  /** private: only the small pictures of the catalogue are shown, so that no request tells what is recommended. */
  pictures?: PictureSource;
  /** URL of the worker's script on the page's own origin, where Nearmind itself comes from another. */
  worker?: string;
}

/** The list that is wanted. All fields are optional. */
export interface ListOptions {
  /** The list is about this item, and not about the visitor. */
  item?: string | null;
  limit?: number;
  lang?: string;
  scene?: string | Scene | null;
  context?: Context | null;
  filter?: Filter | null;
  rules?: Rules | null;
}
export type Recommendations = ShelfUpdate;

/** A client with one worker, shared by everything on the page with the same catalogue and model. */
export interface Nearmind {
  readonly state: State;
  /** Loads the worker now, instead of with the first command. */
  start(): void;
  restart(): void;
  subscribe(listener: (update: Update) => void): () => void;
  /**
   * Appends an event to the visitor's log; resolves when it is stored. It reaches the log even if the visitor leaves the page
   * at once. Rejects with the code `unsaved` where the browser cannot store it yet: the event counts, and is stored as soon
   * as possible. Rejects with `crashed` where it has crashed the worker twice: it is tried again a day later.
   */
  track(name: EventName, about?: { item?: string; text?: string }): Promise<Update[]>;
  undo(name: EventName, item: string): Promise<Update[]>;
  recommend(options?: ListOptions): Promise<Recommendations>;
  /** Why an item ranks where it does in a list; null where the catalogue lacks it. */
  explain(item: string, options?: ListOptions): Promise<Explanation | null>;
  /** The same for an open list, such as an element's. */
  explainIn(shelf: string, item: string): Promise<Explanation | null>;
  search(query: string, options?: { limit?: number; lang?: string }): Promise<Card[]>;
  profile(lang?: string): Promise<ProfileSummary>;
  forget(): Promise<Update[]>;
  /** Removes an event, as if it had never happened. */
  erase(event: Event): Promise<Update[]>;
  /** A muted event counts for nothing, and is still listed. */
  muteEvent(event: Event, muted: boolean): Promise<Update[]>;
  muteInterest(interest: string, muted: boolean): Promise<Update[]>;
  renameInterest(interest: string, name: string): Promise<Update[]>;
  /** The products in two dimensions; null while there is nothing to draw. */
  map(recommended?: string[], lang?: string): Promise<InterestMap | null>;
  /** Deletes typed texts that are older than this many days, now and later; 0: none. The default is 90. */
  keepTexts(days: number): Promise<Update[]>;
  /** The profile as text, for another device. */
  exportProfile(): Promise<string>;
  importProfile(profile: string): Promise<Update[]>;
  openShelf(shelf: string, request: ShelfRequest): Promise<Update[]>;
  closeShelf(shelf: string): void;
  /** Milliseconds from command to answer, oldest first, by command. */
  latencies(): Record<string, number[]>;
  /** `lang`: BCP 47 tag of the answer; by default that of the last command. */
  send(command: Command, lang?: string): Promise<Update[]>;
}

/** The state of the client, for subscribers that come late. */
export interface State {
  persist: boolean;
  pictures?: PictureSource;
  /** Entries of the log that could not be stored yet. */
  unsaved: number;
  items: number | null;
  /** The ways to the network that an isolated worker has tried without success. */
  isolated: string[] | null;
  device: DeviceReport | null;
  progress: Progress | null;
  problem: Problem | null;
}

export type Progress = Extract<UpdateData, { type: "progress" }>;
export type ShelfUpdate = { type: "shelf" } & Shelf;

/** From the page's own client: how long something took. Never sent anywhere. */
export interface Metric {
  type: "metric";
  name: string;
  value: number;
  unit: "ms";
}

export type Update =
  | Exclude<UpdateData, { type: "shelf" | "results" | "explanation" | "why-not" | "error" | "warning" }>
  | ShelfUpdate
  /** The answer to `Search`. */
  | { type: "results"; query: string; cards: Card[] }
  | ({ type: "explanation" } & Explanation)
  | ({ type: "why-not" } & WhyNot)
  | ({ type: "error" } & Problem)
  /** For the page's developer, also in the console. */
  | { type: "warning"; warning: Warning; message: string }
  /** From the page's own client: there is a new worker, and revisions begin again. */
  | { type: "restarted" }
  /** From an isolated worker: the ways to the network that it has tried without success. */
  | { type: "isolated"; tried: string[] }
  | Metric;
