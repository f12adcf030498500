// What crosses the wire, written from the Rust types by a test. To renew it: NEARMIND_RENEW=1 cargo test --package nearmind-core declarations

/** A command, and what holds for every command. The answer is a list of `Update`s. */
export type Envelope = {
  /** The answer has the same. */
  id: number;
  /** When it was sent, by the page's clock. One that is not finite counts for nothing: the last one holds. */
  nowMs: number;
  /** BCP 47 tag of the page: the language of the answer, where the command has none of its own. */
  lang: string;
  command: Command;
};

/** What the page asks for. */
export type Command =
  | {
    type: "open";
    version: number;
    catalog: string;
    model: string;
    device: DeviceChoice;
    persist: boolean;
    pictures: PictureSource;
  }
  | { type: "track"; event: Event }
  | { type: "undo"; item: string; name: EventName }
  | { type: "shelf"; shelf: string; request: ShelfRequest }
  | { type: "close-shelf"; shelf: string }
  | { type: "search"; query: string; limit: number }
  | { type: "profile" }
  | { type: "delete"; event: Event }
  | { type: "mute-event"; event: Event; muted: boolean }
  | { type: "mute-interest"; interest: string; muted: boolean }
  | { type: "rename-interest"; interest: string; name: string }
  | { type: "delete-interest"; interest: string }
  | { type: "keep-texts"; days: number }
  | { type: "export" }
  | { type: "import"; profile: string }
  | { type: "explain"; shelf: string; item: string }
  | { type: "scene"; shelf: string }
  | { type: "diagnose" }
  | { type: "why-not"; shelf: string; item: string }
  | { type: "attention"; item: string }
  | { type: "forget" }
  | { type: "map"; recommended: Array<string> }
  | { type: "reload"; forgotten: boolean };

export type DeviceChoice = "auto" | "cpu" | "gpu";

/** Where the pictures of cards come from. */
export type PictureSource = "shop" | "private";

/** What a list rests on. */
export type ShelfKind = "for-you" | "more-like-this" | "goes-with" | "trending";

/**
 * What a list is to be. Scene, filter and rules come as the JSON that a shop writes them in; what is wrong with
 * them is told, and the list is made without them.
 */
export type ShelfRequest = Partial<{
  /** Which built-in scene, where `scene` names or carries none. */
  kind: ShelfKind;
  /** The item that "more like this" is about, or that others go with. */
  item: string | null;
  limit: number;
  /** BCP 47 tag of the page: `en`, `zh-CN`. */
  lang: string;
  /** The name of a built-in scene, or a scene (`src/rank/scene.rs`). */
  scene: string | Scene | null;
  /** What the page says of its surroundings. */
  context: Context | null;
  /** A filter (`src/rank/filter.rs`) beside the scene's. */
  filter: Filter | null;
  /** Rules (`src/rank/rules.rs`) beside the scene's. */
  rules: Rules | null;
  /** Ids of items that are on the page already. */
  exclude: Array<string>;
  /** Where chance begins for a scene that explores: the same seed, the same list. */
  seed: number;
}>;

export type Scene = Partial<{
  kind: ShelfKind;
  /** By primary language subtag. */
  heading: { [key in string]: string };
  weights: EventWeights;
  metric: VectorMetric;
  threshold: number;
  filter: Filter | null;
  rules: Rules;
  showSeen: boolean;
  variants: boolean;
  diversity: Diversity;
  interests: number;
  exposure: Array<Exposure>;
  exploration: number;
  mixture: { [name: string]: number } | null;
}>;

export type Rules = Partial<{
  /** Items at a fixed place. */
  pin: Array<Pin>;
  /** Never shown. */
  exclude: Array<Filter>;
  /** Shown after everything else. */
  bury: Array<Filter>;
  /** Raised, or lowered with a negative `add`. */
  boost: Array<Boost>;
  /** What goes with what is in the cart, or with the item of a product page. */
  goesWith: Array<GoesWith>;
}>;

/** What a scene says of events. As JSON every field may be absent. */
export type EventWeights = Partial<{
  /** The weight of an event when it happens, where it is not [`weight`]'s. */
  events: { [key in EventName]?: number };
  /** What is left of an event's weight after each later step, 0..1; absent: as learned, or [`STEP`]. */
  step: number | null;
  /** After this time any event weighs half. */
  halfLifeDays: number;
  /** A viewed item may be shown again after this time. */
  seenDays: number;
}>;

export type Diversity = Partial<{
  method: DiversityMethod;
  /** 0: by score alone; 1: by unlikeness alone. */
  strength: number;
}>;

/** What the page says of its surroundings. Nothing of it is kept, and nothing is found out that it does not say. */
export type Context = { /** * Ids of the items that lie in the cart. */ cart?: Array<string>, /** * The page's own text, or what the visitor says they need now. */ text?: string | null } & ({ [key in string]: FilterValue | Array<FilterValue> | boolean | null });

/** One value or several. */
export type ContextValue = FilterValue | Array<FilterValue> | boolean;

export type Filter =
  | { all: Array<Filter> }
  | { any: Array<Filter> }
  | { not: Filter }
  | { eq: { field: string, value: FilterValue } }
  | { in: { field: string, values: Array<FilterValue> } }
  | { range: { field: string, from?: number | null, to?: number | null } }
  | { has: string };

/** What a field is compared with. */
export type FilterValue = number | string;

export type Pin = {
  item: string;
  /** 1 is the first. */
  place: number;
};

export type Boost = {
  /** About the surroundings; absent: always. */
  when?: Filter | null;
  items: Filter;
  add: number;
};

export type GoesWith = {
  /** About an item of the cart. */
  with: Filter;
  show: Filter;
  add: number;
};

/** A group of items has at least this part of the list, as far as it has items that fit. */
export type Exposure = {
  items: Filter;
  share: number;
};

export type DiversityMethod = "none" | "mmr" | "dpp";

export type VectorMetric = "cosine" | "dot" | "euclidean" | "pearson";

/** One line of the visitor's log. */
export type Event = {
  name: EventName;
  /** The item's id, for events that have one. */
  item?: string | null;
  /** The search term or the wish. */
  text?: string | null;
  /** What `rate` gave, 1 to 5. */
  value?: number | null;
  /** How long the visitor stayed with a `view_item`, as far as the page knows. */
  dwellMs?: number | null;
  /** Milliseconds since the Unix epoch, by the page's clock. */
  timeMs: number;
};

/** GA4's e-commerce names, and the few that GA4 has none for (`like`, `dislike`, `hide`, `rate`, `wish`). */
export type EventName = "view_item_list" | "select_item" | "view_item" | "add_to_cart" | "remove_from_cart" | "purchase" | "search" | "like" | "dislike" | "hide" | "rate" | "wish";

/** The visitor's standing opinion of an item. */
export type Opinion = "like" | "dislike";

/** What the worker says. Those that name a shelf carry its revision: the page drops what is stale. */
export type Update =
  | { type: "progress"; stage: Stage; done: number; total: number }
  | { type: "catalog-ready"; items: number }
  | { type: "model-ready"; device: DeviceReport }
  | { type: "shelf" } & Shelf
  | {
    type: "highlights";
    shelf: string;
    revision: number;
    item: string;
    title: Array<Part>;
    description: Array<Part>;
  }
  | { type: "results"; query: string; cards: Array<Card> }
  | { type: "pictures"; pictures: Array<CardPicture> }
  | { type: "profile" } & ProfileSummary
  | { type: "explanation" } & Explanation
  | { type: "why-not" } & WhyNot
  | { type: "scene"; shelf: string; scene: Scene }
  | { type: "attention" } & Attention
  | { type: "diagnosis" } & Diagnosis
  | { type: "exported"; profile: string }
  | { type: "imported"; events: number }
  | { type: "map" } & InterestMap
  | { type: "unsaved"; entries: number }
  | { type: "forgotten" }
  | { type: "error" } & Problem;

export type Stage = "catalog" | "model" | "probe";

/** A ranked list, ready to draw. */
export type Shelf = {
  shelf: string;
  revision: number;
  basis: Basis;
  heading: string;
  /**
   * What became of the text that the visitor wrote last, where it is not what they will expect: a sentence in the page's
   * language, or empty.
   */
  note: string;
  cards: Array<Card>;
};

/** What a list rests on; the page may say it, and must not claim more. */
export type Basis = "cold-start" | "profile" | "item" | "cart" | "text" | "trending";

export type Card = {
  item: string;
  url: string;
  /** Empty where there is none, or where it is private and has not come yet. */
  image: string;
  title: Array<Part>;
  description: Array<Part>;
  brand: string;
  category: string;
  price: Price | null;
  /** Why it is here: "Because you viewed ...". Empty where there is no reason that is true. */
  reason: Array<Part>;
  score: number;
  /** The visitor's standing opinion. */
  opinion: Opinion | null;
  /** Its words are still being read, and `Highlights` will tell: marks that stand may stand until then. */
  unread: boolean;
};

export type CardPicture = {
  item: string;
  /** A `data:` address. */
  image: string;
};

/** A run of text. With a `share` it is a highlighted word, and the share is its part of the score. */
export type Part = {
  text: string;
  share?: number | null;
};

export type Price = {
  amount: number;
  /** ISO 4217. */
  currency: string;
};

/** Where the encoder runs, and why there. */
export type DeviceReport = {
  /** `cpu` or `gpu`. */
  device: string;
  /** The kernels or the adapter: `relaxed SIMD`, `SIMD128`, or the adapter's name. */
  detail: string;
  reason: DeviceReason;
  /** Milliseconds for one probe text, by device, as measured at start. */
  cpuMs: number | null;
  gpuMs: number | null;
};

/** Why this device and not the other; the page has the sentences. `why` is the browser's or the driver's own word. */
export type DeviceReason =
  | { code: "asked-cpu" }
  | { code: "asked-gpu" }
  | { code: "untried" }
  | { code: "absent"; why: string }
  | { code: "unfit"; why: string }
  | { code: "wrong"; cosine: number | null; why: string }
  | { code: "slower" }
  | { code: "quicker" }
  | { code: "lost"; why: string };

/** An error that tells the person what to do. `code` is for programs and never changes its meaning. */
export type Problem = {
  code: string;
  message: string;
  /** Without the model, the catalogue or the log the shelf cannot work: the host's own markup stands. */
  fatal: boolean;
};

/** Why an item stands where it stands in a shelf's list. */
export type Explanation = {
  shelf: string;
  item: string;
  /** From 1; absent where the list does not have the item. */
  place: number | null;
  /** How many the list has. */
  of: number;
  /** Its place if score alone decided: what differs was done for variety, shares and pins. */
  byScore: number | null;
  score: number;
  /** What the score is the sum of, by how much each says. */
  parts: Array<ScorePart>;
  /** What each interest adds, named as the visitor knows it; of those parts that come from the visit. */
  interests: Array<ScorePart>;
  /** What each event adds to the score, by how much it says; together they are the parts that come from the visit. */
  events: Array<EventShare>;
  /** Every sentence's claim is a number of `parts`, `events` or the catalogue. */
  sentences: Array<Array<Part>>;
};

/** A summand of a score. */
export type ScorePart = {
  /** For programs. */
  name: string;
  /** For people, in the page's language. */
  label: string;
  share: number;
};

export type EventShare = {
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  share: number;
  /**
   * Where the item would stand without all that the visitor did with this item or text; as replaying the log says.
   * Absent where it was not replayed.
   */
  without: Moved | null;
};

export type Moved = {
  /** From 1; absent where the list would not reach it. */
  place: number | null;
};

/** What would bring an item into a shelf's list. Replaying the log has confirmed it. */
export type WhyNot = {
  shelf: string;
  item: string;
  /** From 1, where the list has it already. */
  place: number | null;
  /** The fewest events without which the list would have it; empty where there are none. */
  remove: Array<Event>;
  /** One more event with which the list would have it. */
  add: Event | null;
  sentence: Array<Part>;
};

/** Where the model looked in an item's text; not a reason for anything. */
export type Attention = {
  item: string;
  /** A word's share is its part of all attention. Empty where the device does not tell. */
  parts: Array<Part>;
};

export type ProfileSummary = {
  /** The heaviest first. */
  interests: Array<InterestLine>;
  events: Array<EventLine>;
  storedBytes: number;
  /** For how many days typed texts are kept; 0: until they are deleted. */
  textDays: number;
};

/** Several things that one taste explains. */
export type InterestLine = {
  /** For commands; stays while the interest's oldest item does. */
  id: string;
  /** The visitor's own name for it, or else its words. */
  name: string;
  /** The words that its items have in common, in the page's language as far as items have it. */
  words: Array<string>;
  /** Part of all positive weight, 0..1, as it would be if nothing were muted. */
  weight: number;
  muted: boolean;
  /** The events that it is made of, oldest first. */
  events: Array<EventLine>;
};

/** An event as a person reads it. */
export type EventLine = {
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  /** Its weight in the profile now, 0..1 of all positive weight; negative for dislikes. */
  weight: number;
  /** It counts for nothing, because the visitor says so. */
  muted: boolean;
  /** It counts for nothing, because nothing can be made of it here: why, in the page's language. */
  unused?: string | null;
};

/** Items and interests, near where they are alike. Coordinates are of no unit. */
export type InterestMap = {
  points: Array<MapPoint>;
  interests: Array<MapInterest>;
};

export type MapPoint = {
  item: string;
  title: string;
  x: number;
  y: number;
  kind: PointKind;
};

export type PointKind = "recommended" | "seen" | "other";

export type MapInterest = {
  name: string;
  x: number;
  y: number;
};

export type Diagnosis = {
  items: number;
  /** Items that are out of stock. */
  soldOut: number;
  /** Items that the built-in scene for shops may show. */
  canBeShown: number;
  /** Ids that the page or the visitor's log names and no item has, those named most often first. */
  unmatched: Array<UnmatchedId>;
  /** How many there are beside those that are listed. */
  moreUnmatched: number;
};

export type UnmatchedId = {
  id: string;
  /** How often it is named. */
  count: number;
  /** The nearest id or other name of an item, where one is near. */
  nearest: string | null;
};
