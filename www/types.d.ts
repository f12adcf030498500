// The shapes that the page's thread knows: the client's, and what crosses the wire (the mirror of `src/protocol.rs`).

export interface Options {
  /** URL of the packed catalogue. */
  catalog: string;
  /** URL of the model's directory. */
  model: string;
  device?: "auto" | "cpu" | "gpu";
  /** BCP 47 tag of the page. */
  lang?: string;
  /** May the log be stored? Without a word from the page: yes, unless the visitor sends Global Privacy Control. */
  persist?: boolean;
  /** strict: a worker that cannot speak to the network; the page's policy must allow blobs as workers and scripts. */
  isolation?: "strict";
  /** private: only the small pictures of the catalogue are shown, so that no request tells what is recommended. */
  pictures?: "shop" | "private";
  /** URL of the worker's script on the page's own origin, where Nearmind itself comes from another. */
  worker?: string;
}

/** What a list is to be like; all of it may be left out. */
export interface Wish {
  /** The list is about this item, and not about the visitor. */
  item?: string | null;
  limit?: number;
  lang?: string;
  scene?: string | object | null;
  context?: object | null;
  filter?: object | null;
  rules?: object | null;
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
  /** The profile as a text, for another device. */
  /** Deletes typed texts that are older than so many days, now and later; 0: none. 90 days, unless the visitor says otherwise. */
  keepTexts(days: number): Promise<Update[]>;
  exportProfile(): Promise<string>;
  importProfile(profile: string): Promise<Update[]>;
  openShelf(shelf: string, request: ShelfRequest): Promise<Update[]>;
  closeShelf(shelf: string): void;
  /** Milliseconds from command to answer, oldest first, by command. */
  latencies(): Record<string, number[]>;
  send(command: Command): Promise<Update[]>;
}

/** What is known so far, for whoever comes late. */
export interface State {
  persist: boolean;
  pictures?: "shop" | "private";
  /** Entries of the log that could not be stored yet. */
  unsaved: number;
  items: number | null;
  /** The ways to the network that an isolated worker has tried, all in vain. */
  isolated: string[] | null;
  device: DeviceReport | null;
  progress: Progress | null;
  problem: Problem | null;
}

// ---- the wire ----

export type EventName =
  | "view_item_list"
  | "select_item"
  | "view_item"
  | "add_to_cart"
  | "remove_from_cart"
  | "purchase"
  | "search"
  | "like"
  | "dislike"
  | "hide"
  | "rate"
  | "wish";

export interface Event {
  name: EventName;
  item?: string;
  text?: string;
  /** Stars, 1 to 5, of `rate`. */
  value?: number;
  /** How long the visitor stayed with what was viewed. */
  dwellMs?: number;
  timeMs: number;
}

export type ShelfKind = "for-you" | "more-like-this" | "goes-with" | "trending";

export interface ShelfRequest {
  kind: ShelfKind;
  item?: string | null;
  limit: number;
  lang: string;
  scene?: string | object | null;
  context?: object | null;
  filter?: object | null;
  rules?: object | null;
  /** Items that are on the page already. */
  exclude?: string[];
  /** Where chance begins for a scene that explores. */
  seed?: number;
}

/** `nowMs` is when it was sent, unless it is said. */
export type Command = { nowMs?: number } & (
  | {
      type: "open";
      version: number;
      catalog: string;
      model: string;
      device: string;
      lang: string;
      persist: boolean;
      pictures?: "shop" | "private";
    }
  | { type: "track"; event: Event }
  | { type: "undo"; item: string; name: EventName }
  | { type: "shelf"; shelf: string; request: ShelfRequest }
  | { type: "close-shelf"; shelf: string }
  | { type: "search"; query: string; limit: number; lang: string }
  | { type: "profile"; lang: string }
  | { type: "explain"; shelf: string; item: string }
  | { type: "why-not"; shelf: string; item: string }
  | { type: "attention"; item: string; lang: string }
  | { type: "forget" }
  | { type: "reload"; forgotten?: boolean }
  | { type: "delete"; event: Event }
  | { type: "mute-event"; event: Event; muted: boolean }
  | { type: "mute-interest"; interest: string; muted: boolean }
  | { type: "rename-interest"; interest: string; name: string }
  | { type: "delete-interest"; interest: string }
  | { type: "keep-texts"; days: number }
  | { type: "scene"; shelf: string }
  | { type: "diagnose" }
  | { type: "map"; recommended: string[]; lang: string }
  | { type: "export" }
  | { type: "import"; profile: string }
);

export interface Progress {
  type: "progress";
  stage: "catalog" | "model" | "probe";
  done: number;
  total: number;
}
export interface ShelfUpdate {
  type: "shelf";
  shelf: string;
  revision: number;
  basis: "cold-start" | "profile" | "item" | "cart" | "text" | "trending";
  heading: string;
  /** What became of the text that the visitor wrote last, where it is not what they will expect; or empty. */
  note: string;
  cards: Card[];
}
export interface Highlights {
  type: "highlights";
  shelf: string;
  revision: number;
  item: string;
  title: Part[];
  description: Part[];
}
/** Said by the page's own client: how long something took. Never sent anywhere. */
export interface Metric {
  type: "metric";
  name: string;
  value: number;
  unit: "ms";
}
export interface Problem {
  code: string;
  message: string;
  fatal: boolean;
}

export type Update =
  | Progress
  | { type: "catalog-ready"; items: number }
  | { type: "model-ready"; device: DeviceReport }
  | ShelfUpdate
  | Highlights
  | { type: "results"; query: string; cards: Card[] }
  /** Private pictures of cards that were sent without: `data:` addresses. */
  | { type: "pictures"; pictures: { item: string; image: string }[] }
  | ({ type: "profile" } & ProfileSummary)
  | ({ type: "explanation" } & Explanation)
  | ({ type: "why-not" } & WhyNot)
  | ({ type: "attention" } & Attention)
  | { type: "scene"; shelf: string; scene: object }
  | ({ type: "diagnosis" } & Diagnosis)
  /** So many entries of the log could not be stored yet; 0: all are stored again. */
  | { type: "unsaved"; entries: number }
  | { type: "forgotten" }
  | ({ type: "map" } & InterestMap)
  | { type: "exported"; profile: string }
  | { type: "imported"; events: number }
  /** Said by the page's own client: the worker is a new one, and revisions begin again. */
  | { type: "restarted" }
  /** Said by an isolated worker: the ways to the network that it tried, all in vain. */
  | { type: "isolated"; tried: string[] }
  | Metric
  | ({ type: "error" } & Problem);

export interface Card {
  item: string;
  url: string;
  /** Empty where there is none, or where it is private and has not come yet. */
  image: string;
  title: Part[];
  description: Part[];
  brand: string;
  category: string;
  price?: { amount: number; currency: string } | null;
  reason: Part[];
  score: number;
  opinion?: "like" | "dislike" | null;
  /** Its words are still being read, and `highlights` will tell: marks that stand may stand until then. */
  unread?: boolean;
}

/** A run of text; with a share it is a word that explains the card's place. */
export interface Part {
  text: string;
  share?: number | null;
}

export interface DeviceReport {
  device: string;
  detail: string;
  reason: DeviceReason;
  cpuMs?: number | null;
  gpuMs?: number | null;
}
/** Why this device and not the other; `why` is the browser's or the driver's own word. */
export interface DeviceReason {
  code: "asked-cpu" | "asked-gpu" | "untried" | "absent" | "unfit" | "wrong" | "slower" | "quicker" | "lost";
  why?: string;
  /** Of the worst known text to its right vector. */
  cosine?: number | null;
}
/** Several events that belong together. */
export interface Interest {
  id: string;
  name: string;
  /** What tells it from the others, most telling first. */
  words: string[];
  weight: number;
  muted: boolean;
  events: EventLine[];
}
/** Items and interests in two dimensions: near where they are alike. */
export interface InterestMap {
  points: { item: string; title: string; x: number; y: number; kind: "seen" | "recommended" | "other" }[];
  interests: { name: string; x: number; y: number }[];
}
export interface ProfileSummary {
  events: EventLine[];
  interests?: Interest[];
  storedBytes: number;
  /** For how many days typed texts are kept; 0: until they are deleted. */
  textDays?: number;
}
export interface EventLine {
  event: Event;
  label: string;
  weight: number;
  muted: boolean;
  /** Why it counts for nothing, where nothing can be made of it here. */
  unused?: string;
}

/** What of the catalogue and of the page's ids will not work, for the page's developer. */
export interface Diagnosis {
  items: number;
  /** Items that are out of stock. */
  soldOut: number;
  /** Items that the built-in scene for shops may show. */
  canBeShown: number;
  /** Ids that the page or the visitor's log names and no item has, with the nearest name that an item has. */
  unmatched: { id: string; count: number; nearest?: string | null }[];
  /** How many there are beside those that are listed. */
  moreUnmatched: number;
}

/** A summand of a score: for programs, for people, and how much. */
export interface ScorePart {
  name: string;
  label: string;
  share: number;
}

/** Why an item stands where it stands in a shelf's list. */
export interface Explanation {
  shelf: string;
  item: string;
  /** From 1; absent where the list does not have the item. */
  place?: number | null;
  of: number;
  /** Its place if score alone decided. */
  byScore?: number | null;
  score: number;
  /** What the score is the sum of. */
  parts: ScorePart[];
  interests: ScorePart[];
  /** What each event adds. `without`: the item's place without all that was done with that item or text. */
  events: { event: Event; label: string; share: number; without?: { place?: number | null } | null }[];
  sentences: Part[][];
}

/** What would bring an item into a list; replaying the log has confirmed it. */
export interface WhyNot {
  shelf: string;
  item: string;
  place?: number | null;
  remove: Event[];
  add?: Event | null;
  sentence: Part[];
}

/** Where the model looked in an item's text; not a reason for anything. */
export interface Attention {
  item: string;
  parts: Part[];
}
