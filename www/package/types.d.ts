// The page's own API. The types of the protocol are in wire.d.ts, which a test generates from the Rust types.

import type {
  Card,
  Command,
  Context,
  DeviceChoice,
  DeviceReport,
  Event,
  EventName,
  Explanation,
  Filter,
  InterestMap,
  PictureSource,
  Problem,
  ProfileSummary,
  Rules,
  Scene,
  ShelfRequest,
  Update as WorkerUpdate,
} from "./wire.js";

export type * from "./wire.js";

export interface Options {
  /** URL of the packed catalogue. */
  catalog: string;
  /** URL of the model's directory. */
  model: string;
  device?: DeviceChoice;
  /** BCP 47 tag of the page. */
  lang?: string;
  /** May the log be stored? Without a word from the page: yes, unless the visitor sends Global Privacy Control. */
  persist?: boolean;
  /** strict: a worker that cannot speak to the network; the page's policy must allow blobs as workers and scripts. */
  isolation?: "strict";
  /** private: only the small pictures of the catalogue are shown, so that no request tells what is recommended. */
  pictures?: PictureSource;
  /** URL of the worker's script on the page's own origin, where Nearmind itself comes from another. */
  worker?: string;
}

/** What a list is to be like; all of it may be left out. */
export interface Wish {
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

/** One worker, shared by everything on the page that asks for the same catalogue and model. */
export interface Nearmind {
  readonly state: State;
  /** Loads the worker now, instead of with the first command. */
  start(): void;
  restart(): void;
  subscribe(listener: (update: Update) => void): () => void;
  /**
   * Appends to the visitor's log; resolves when it is stored. It reaches the log even if the visitor leaves the page at once.
   * Rejects with the code `unsaved` where the browser cannot store it: it counts, and is stored as soon as that is possible;
   * and with `crashed` where the worker died of it twice: it is set aside, and tried again a day later.
   */
  track(name: EventName, about?: { item?: string; text?: string }): Promise<Update[]>;
  undo(name: EventName, item: string): Promise<Update[]>;
  recommend(wish?: Wish): Promise<Recommendations>;
  /** Why an item stands where it stands in a list; null where the catalogue lacks it. */
  explain(item: string, wish?: Wish): Promise<Explanation | null>;
  /** The same in a list that is open, as an element's is. */
  explainIn(shelf: string, item: string): Promise<Explanation | null>;
  search(query: string, options?: { limit?: number; lang?: string }): Promise<Card[]>;
  profile(lang?: string): Promise<ProfileSummary>;
  forget(): Promise<Update[]>;
  /** Makes an event never have been. */
  erase(event: Event): Promise<Update[]>;
  /** The event counts for nothing while it is muted, and stays listed. */
  muteEvent(event: Event, muted: boolean): Promise<Update[]>;
  muteInterest(interest: string, muted: boolean): Promise<Update[]>;
  renameInterest(interest: string, name: string): Promise<Update[]>;
  /** The products in two dimensions; null while there is nothing to draw. */
  map(recommended?: string[], lang?: string): Promise<InterestMap | null>;
  /** Deletes typed texts that are older than so many days, now and later; 0: none. 90 days, unless the visitor says otherwise. */
  keepTexts(days: number): Promise<Update[]>;
  /** The profile as a text, for another device. */
  exportProfile(): Promise<string>;
  importProfile(profile: string): Promise<Update[]>;
  openShelf(shelf: string, request: ShelfRequest): Promise<Update[]>;
  closeShelf(shelf: string): void;
  /** Milliseconds from command to answer, oldest first, by command. */
  latencies(): Record<string, number[]>;
  /** `lang`: of the answer; without it that of what was sent before. */
  send(command: Command, lang?: string): Promise<Update[]>;
}

/** What is known so far, for whoever comes late. */
export interface State {
  persist: boolean;
  pictures?: PictureSource;
  /** Entries of the log that could not be stored yet. */
  unsaved: number;
  items: number | null;
  /** The ways to the network that an isolated worker has tried, all in vain. */
  isolated: string[] | null;
  device: DeviceReport | null;
  progress: Progress | null;
  problem: Problem | null;
}

export type Progress = Extract<WorkerUpdate, { type: "progress" }>;
export type ShelfUpdate = Extract<WorkerUpdate, { type: "shelf" }>;

/** Said by the page's own client: how long something took. Never sent anywhere. */
export interface Metric {
  type: "metric";
  name: string;
  value: number;
  unit: "ms";
}

export type Update =
  | WorkerUpdate
  /** Said by the page's own client: the worker is a new one, and revisions begin again. */
  | { type: "restarted" }
  /** Said by an isolated worker: the ways to the network that it tried, all in vain. */
  | { type: "isolated"; tried: string[] }
  | Metric;
