// The page's own API. The types that the page and the worker exchange are in wire.d.ts, which a test writes from Rust.

import type {
  AbsenceReason,
  Card as CardData,
  Command,
  Context,
  DeviceChoice,
  DeviceReport,
  EncoderChoice,
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
  /**
   * The main reason why the item is in the list, in the list's language: "Because you viewed ...". Empty without a
   * claim.
   */
  reason: Part[];
}

/** A ranked list, ready to draw. */
export interface Shelf extends ShelfData {
  /** The heading that the scene sets, or else one by `about` and `basis`, in the list's language. */
  heading: string;
  /** How the list treats the visitor's last text, in the list's language; empty without a notice. */
  note: string;
  cards: Card[];
}

/** A failure. `code` is for programs; its meaning never changes. */
export interface Problem extends ProblemData {
  /** The message for the visitor, in the page's language. */
  message: string;
}

export interface ScorePart extends ScorePartData {
  /** The part's name as the visitor sees it, in the list's language. */
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
  /** URL of the model's directory. Without one, texts are matched by their words. */
  model?: string;
  /**
   * When to fetch the model. auto: when something is typed, or when the page is idle and connection and memory allow it;
   * static: never; bert: as soon as the catalogue is loaded.
   */
  encoder?: EncoderChoice;
  device?: DeviceChoice;
  /** BCP 47 tag of the page. */
  lang?: string;
  /** Whether the log may be stored. By default yes, unless the visitor sends Global Privacy Control. */
  persist?: boolean;
  /** strict: a worker that cannot reach the network; the page's policy must allow blobs as workers and scripts. */
  isolation?: "strict";
  /** private: only the small pictures of the catalogue are shown, so that no request tells what is recommended. */
  pictures?: PictureSource;
  /** URL of the worker's script on the page's own origin. Needed if Nearmind's files come from another origin. */
  worker?: string;
}

/** The list to make. All fields are optional. */
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
  /**
   * Loads the model now, whatever the connection. Resolves with where it runs; with null if the page uses no model.
   * Rejects with a Problem if it cannot be loaded.
   */
  prepare(): Promise<DeviceReport | null>;
  restart(): void;
  subscribe(listener: (update: Update) => void): () => void;
  /**
   * Appends an event to the visitor's log; resolves when it is stored. It reaches the log even if the visitor leaves
   * the page at once. Rejects with the code `unsaved` if the browser cannot store it yet: the event takes effect, and
   * is stored as soon as possible. Rejects with `crashed` if it has crashed the worker twice: it is tried again a day
   * later.
   */
  track(name: EventName, about?: Partial<Pick<Event, "item" | "text" | "value" | "dwellMs">>): Promise<Update[]>;
  undo(name: EventName, item: string): Promise<Update[]>;
  recommend(options?: ListOptions): Promise<Recommendations>;
  /** Why an item ranks where it does in a list; null if the catalogue does not have it. */
  explain(item: string, options?: ListOptions): Promise<Explanation | null>;
  /** The same for an open list, such as an element's. */
  explainIn(shelf: string, item: string): Promise<Explanation | null>;
  search(query: string, options?: { limit?: number; lang?: string }): Promise<Card[]>;
  profile(lang?: string): Promise<ProfileSummary>;
  forget(): Promise<Update[]>;
  /** Removes an event, as if it had never happened. */
  erase(event: Event): Promise<Update[]>;
  /** Mutes or unmutes an event. A muted event has no effect, but is still listed. */
  muteEvent(event: Event, muted: boolean): Promise<Update[]>;
  muteInterest(interest: string, muted: boolean): Promise<Update[]>;
  renameInterest(interest: string, name: string): Promise<Update[]>;
  /** The products as points in two dimensions; null until the catalogue is loaded. */
  map(recommended?: string[], lang?: string): Promise<InterestMap | null>;
  /** Deletes typed texts that are older than this many days, now and in future; 0 keeps them. The default is 90. */
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
  /** Why there is no model; null if there is one, or before the catalogue is loaded. */
  modelAbsent: AbsenceReason | null;
  /** Words of the catalogue that have a vector, by which texts are compared until the model is loaded; 0 before they are there. */
  words: number;
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
