// What crosses the wire, written from the Rust types by a test. To renew it: NEARMIND_RENEW=1 cargo test --package nearmind-core declarations

/** A command, and what holds for every command. The answer is a list of `Update`s. */
export type Envelope = {
  /** The answer has the same. */
  id: number;
  /** When it was sent, by the page's clock. One that is not finite counts for nothing: the last one holds. */
  nowMs: number;
  /** BCP 47 tag of the page: the language of the answer, where the command has none of its own. */
  lang: string;
  /** What the page asks for. */
  command: Command;
};

/** What the page asks for. */
export type Command =
  | {
    type: "open";
    /** The version of these types that the page was made for. */
    version: number;
    /** URL of the catalogue's folder, which ends in `/`, or of its manifest. */
    catalog: string;
    /** URL of the model's folder, which ends in `/`, or of its manifest. */
    model: string;
    /** Where the model is to run. */
    device: DeviceChoice;
    /** Whether the browser may store the log; if not, it ends with the page. */
    persist: boolean;
    /** Where the pictures of cards come from. */
    pictures: PictureSource;
  }
  | {
    type: "track";
    /** What the visitor did. */
    event: Event;
  }
  | {
    type: "undo";
    /** Id of the item. */
    item: string;
    /** Which kind of event is taken back. */
    name: EventName;
  }
  | {
    type: "shelf";
    /** The page's own name for the shelf. */
    shelf: string;
    /** What its list is to be. */
    request: ShelfRequest;
  }
  | {
    type: "close-shelf";
    /** The page's own name for the shelf. */
    shelf: string;
  }
  | {
    type: "search";
    /** The text as typed; its last word may be unfinished. */
    query: string;
    /** The most cards of the answer; more than 1,000 count as 1,000. */
    limit: number;
  }
  | { type: "profile" }
  | {
    type: "delete";
    /** The event with all its fields. */
    event: Event;
  }
  | {
    type: "mute-event";
    /** The event with all its fields. */
    event: Event;
    /** Whether it is muted from now on. */
    muted: boolean;
  }
  | {
    type: "mute-interest";
    /** The interest's id. */
    interest: string;
    /** Whether it is muted from now on. */
    muted: boolean;
  }
  | {
    type: "rename-interest";
    /** The interest's id. */
    interest: string;
    /** The new name, or empty. */
    name: string;
  }
  | {
    type: "delete-interest";
    /** The interest's id. */
    interest: string;
  }
  | {
    type: "keep-texts";
    /** Number of days; 0 for no limit. */
    days: number;
  }
  | { type: "export" }
  | {
    type: "import";
    /** The text that `Export` gave. */
    profile: string;
  }
  | {
    type: "explain";
    /** The page's own name for the shelf. */
    shelf: string;
    /** Id of the item. */
    item: string;
  }
  | {
    type: "scene";
    /** The page's own name for the shelf. */
    shelf: string;
  }
  | { type: "diagnose" }
  | {
    type: "why-not";
    /** The page's own name for the shelf. */
    shelf: string;
    /** Id of the item. */
    item: string;
  }
  | {
    type: "attention";
    /** Id of the item. */
    item: string;
  }
  | { type: "forget" }
  | {
    type: "map";
    /** Ids of items. */
    recommended: Array<string>;
  }
  | {
    type: "reload";
    /** Whether everything was forgotten: then what this page has not stored yet is forgotten, too. */
    forgotten: boolean;
  };

/** Where the model is to run. */
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
  /** The most cards of the list; more than 1,000 count as 1,000. */
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

/** The settings of one kind of list. As JSON every field may be absent. */
export type Scene = Partial<{
  /** What the list rests on. */
  kind: ShelfKind;
  /** The heading by primary language subtag, instead of the usual one. */
  heading: { [key in string]: string };
  /** The weight of each event, and how it decays. */
  weights: EventWeights;
  /** How the similarity of two vectors is measured. */
  metric: VectorMetric;
  /** Only items that score more than this are shown, -1..1. Values below 0 count as 0. */
  threshold: number;
  /** Only items that match this are shown. Absent: all. */
  filter: Filter | null;
  /** The scene's own rules; a request may add more. */
  rules: Rules;
  /** Whether to show items that the visitor viewed lately, bought, rated or has in the cart. */
  showSeen: boolean;
  /** Whether to show several variants of one product. */
  variants: boolean;
  /** How the items of the list are kept different from each other. */
  diversity: Diversity;
  /**
   * How far each of the visitor's interests gets places in proportion to its weight, 0..1. At 0 places depend on
   * scores alone.
   */
  interests: number;
  /** Groups of items that each get a minimum share of the list. */
  exposure: Array<Exposure>;
  /** The probability that a place other than the first goes to a random item that would not be shown, 0..1. */
  exploration: number;
  /** Weights that replace the learned ones of the same name. Absent: all as learned. */
  scoreWeights: { [name: string]: number } | null;
}>;

/** The shop's rules for a list. As JSON every field may be absent. */
export type Rules = Partial<{
  /** Items at fixed places. */
  pin: Array<Pin>;
  /** Items that are never shown. */
  exclude: Array<Filter>;
  /** Items that are shown after everything else. */
  bury: Array<Filter>;
  /** Items whose scores are raised, or lowered with a negative `add`. */
  boost: Array<Boost>;
  /** Items that go with the items in the cart, or with the item of a product page. */
  goesWith: Array<GoesWith>;
}>;

/** A scene's settings for the weight of events. As JSON every field may be absent. */
export type EventWeights = Partial<{
  /** The weight of a new event, for those that differ from [`default_weight`]. */
  events: { [key in EventName]?: number };
  /**
   * The part of an event's weight that each later step leaves, 0..1. Absent: the learned one, or else
   * [`DEFAULT_STEP`].
   */
  step: number | null;
  /** Days after which any event has half its weight. */
  halfLifeDays: number;
  /** Days after which a viewed item may be shown again. */
  seenDays: number;
}>;

/** How the items of a list are kept different from each other. */
export type Diversity = Partial<{
  /** How the next item is chosen. */
  method: DiversityMethod;
  /** 0..1: at 0 the score alone decides, at 1 the difference from the items before alone. */
  strength: number;
}>;

/** What the page says about the visit. It is never stored, and only what the page says is used. */
export type Context = { /** * Ids of the items in the cart. */ cart?: Array<string>, /** * The page's own text, or what the visitor says they need now. */ text?: string | null } & ({ [key in string]: FilterValue | Array<FilterValue> | boolean | null });

/** A fact's value, or several. */
export type ContextValue = FilterValue | Array<FilterValue> | boolean;

/** A condition on a record. */
export type Filter =
  | { all: Array<Filter> }
  | { any: Array<Filter> }
  | { not: Filter }
  | { eq: { field: string, value: FilterValue } }
  | { in: { field: string, values: Array<FilterValue> } }
  | { range: { field: string, from?: number | null, to?: number | null } }
  | { has: string };

/** A value that a field is compared with. */
export type FilterValue = number | string;

/** An item at a fixed place of the list. */
export type Pin = {
  /** The item's id, or another of its names. */
  item: string;
  /** The place in the list; 1 is the first. */
  place: number;
};

/** Raises or lowers the scores of items, always or in some contexts. */
export type Boost = {
  /** A condition on the page's context. Absent: the rule always applies. */
  when?: Filter | null;
  /** The items whose scores change. */
  items: Filter;
  /** What is added to their scores, in standard deviations of the scores. Negative values lower them. */
  add: number;
};

/** Raises the scores of items that go with an item in the cart, or with the page's item. */
export type GoesWith = {
  /** A condition on an item in the cart, or on the page's item. */
  with: Filter;
  /** The items whose scores are raised. */
  show: Filter;
  /** What is added to their scores, in standard deviations of the scores. Absent: 1. */
  add: number;
};

/** Gives a group of items a minimum share of the list, as far as it has items that may be shown. */
export type Exposure = {
  /** The items of the group. */
  items: Filter;
  /** The minimum share, 0..1. */
  share: number;
};

/** How the next item of a list is chosen, so that it does not repeat the items before it. */
export type DiversityMethod = "none" | "mmr" | "dpp";

/** How the likeness of two vectors is measured. */
export type VectorMetric = "cosine" | "dot" | "euclidean" | "pearson";

/** One line of the visitor's log. */
export type Event = {
  /** What the visitor did. */
  name: EventName;
  /** The item's id, for events that have one. */
  item?: string | null;
  /** The text of the search or of the wish. */
  text?: string | null;
  /** The stars of a `rate`, 1 to 5. */
  value?: number | null;
  /** Milliseconds that the visitor stayed on the page of a `view_item`, if the page knows. */
  dwellMs?: number | null;
  /** Milliseconds since the Unix epoch, by the page's clock. */
  timeMs: number;
};

/** GA4's e-commerce event names, and those that GA4 lacks: `like`, `dislike`, `hide`, `rate`, `wish`. */
export type EventName = "view_item_list" | "select_item" | "view_item" | "add_to_cart" | "remove_from_cart" | "purchase" | "search" | "like" | "dislike" | "hide" | "rate" | "wish";

/** The visitor's opinion of an item: their last like or dislike. */
export type Opinion = "like" | "dislike";

/** What the worker says. Those that name a shelf carry its revision: the page drops what is stale. */
export type Update =
  | {
    type: "progress";
    /** What is being loaded. */
    stage: Stage;
    /** Bytes that have arrived. */
    done: number;
    /** Bytes of all its files. */
    total: number;
  }
  | {
    type: "catalog-ready";
    /** How many items the catalogue has. */
    items: number;
  }
  | {
    type: "model-ready";
    /** Where the model runs, and why there. */
    device: DeviceReport;
  }
  | { type: "shelf" } & Shelf
  | {
    type: "highlights";
    /** The page's name of the shelf. */
    shelf: string;
    /** The revision of the `Shelf` that has the card. */
    revision: number;
    /** Id of the card's item. */
    item: string;
    /** The whole title, in place of the card's. */
    title: Array<Part>;
    /** The whole description, in place of the card's. */
    description: Array<Part>;
  }
  | {
    type: "results";
    /** The text that the command had. */
    query: string;
    /** What was found, best first; empty while there is no catalogue. */
    cards: Array<Card>;
  }
  | {
    type: "pictures";
    /** Each item at most once. */
    pictures: Array<CardPicture>;
  }
  | { type: "profile" } & ProfileSummary
  | { type: "explanation" } & Explanation
  | { type: "why-not" } & WhyNot
  | {
    type: "scene";
    /** The page's name of the shelf. */
    shelf: string;
    /** As JSON, with the learned weights and the rules of the request. */
    scene: Scene;
  }
  | { type: "attention" } & Attention
  | { type: "diagnosis" } & Diagnosis
  | {
    type: "exported";
    /** The text that `Import` reads. */
    profile: string;
  }
  | {
    type: "imported";
    /** Events that the log did not have. */
    events: number;
  }
  | { type: "map" } & InterestMap
  | {
    type: "unsaved";
    /** Entries of the log that are not stored. */
    entries: number;
  }
  | { type: "forgotten" }
  | {
    type: "warning";
    /** What will not work. */
    warning: Warning;
  }
  | { type: "error" } & Problem;

/** What the worker is loading. */
export type Stage = "catalog" | "model" | "probe";

/** A ranked list, ready to draw. */
export type Shelf = {
  /** The name that the page gave the shelf when it opened it. */
  shelf: string;
  /** Grows by one with each new list of the shelf; begins again with a new worker. */
  revision: number;
  /** What the list rests on. */
  basis: Basis;
  /** The scene's own heading in the page's language; absent where it has none, and the page words one for the basis. */
  sceneHeading: string | null;
  /** Title of the item that the list is about, in the page's language; absent where it is about none. */
  about: string | null;
  /** What became of the text that the visitor wrote last, where the list does not follow it as expected. */
  notice: TextNote | null;
  /** The items of the list, in the order to show them. */
  cards: Array<Card>;
};

/** What a list rests on; the page may say it, and must not claim more. */
export type Basis = "cold-start" | "profile" | "item" | "cart" | "text" | "trending";

/** An item, ready to draw. */
export type Card = {
  /** The shop's own id of the item. */
  item: string;
  /** Path or URL of the product's page; empty where it is not known. */
  url: string;
  /** Empty where there is none, or where it is private and has not come yet. */
  image: string;
  /** The title in the page's language, or else in another that the item has. */
  title: Array<Part>;
  /** The description in the same language; empty where there is none. */
  description: Array<Part>;
  /** Who makes the item; empty where it is not known. */
  brand: string;
  /** The last step of the item's category path; empty where there is none. */
  category: string;
  /** What the visitor pays now; absent where it is not known. */
  price: Price | null;
  /** Why it is here; absent where there is no reason that is true. */
  claim: Claim | null;
  /** What the item was ranked by. Scores of different lists cannot be compared. */
  score: number;
  /** The visitor's standing opinion. */
  opinion: Opinion | null;
  /** Its words are still being read, and `Highlights` will tell: marks that stand may stand until then. */
  unread: boolean;
};

/** The private picture of one item. */
export type CardPicture = {
  /** The shop's own id of the item. */
  item: string;
  /** A `data:` address. */
  image: string;
};

/** A run of text. One with a `share` is a highlighted word. */
export type Part = {
  /** The run's text. */
  text: string;
  /** What the word adds to the score. Absent if it is not highlighted. */
  share?: number | null;
};

/** An amount of money. */
export type Price = {
  /** In units of the currency: 12.5 is 12 euros and 50 cents. */
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
  /** Why the encoder runs there. */
  reason: DeviceReason;
  /** Milliseconds for one probe text, by device, as measured at start. */
  cpuMs: number | null;
  /** The same on the GPU; absent where it was not measured. */
  gpuMs: number | null;
};

/** Why this device and not the other; the page has the sentences. `why` is the browser's or the driver's own word. */
export type DeviceReason =
  | { code: "asked-cpu" }
  | { code: "asked-gpu" }
  | { code: "untried" }
  | {
    code: "absent";
    /** Why the browser gives none. */
    why: string;
  }
  | {
    code: "unfit";
    /** What the GPU lacks. */
    why: string;
  }
  | {
    code: "wrong";
    /** From -1 to 1; absent where there was nothing to compare. */
    cosine: number | null;
    /** What came out wrong. */
    why: string;
  }
  | { code: "slower" }
  | { code: "quicker" }
  | {
    code: "lost";
    /** The error that it failed with. */
    why: string;
  };

/** Something that did not work. The page words what the person can do by the `code`, which never changes its meaning. */
export type Problem = {
  /** A short name: `store`, `other-model`. */
  code: string;
  /** What was found and where, for people who look into it; empty where the code says all. */
  detail: string;
  /** Without the model, the catalogue or the log the shelf cannot work: the host's own markup stands. */
  fatal: boolean;
};

/** What contributes most to the score of an item. */
export type Claim =
  | {
    kind: "event";
    /** What was done. */
    name: EventName;
    /** The other item's title. */
    title: string;
  }
  | {
    kind: "text";
    /** `wish` or `search`. */
    name: EventName;
    /** The text as the visitor wrote it. */
    text: string;
    /** The words of the text that the item's own text contains, in their order. */
    words: Array<string>;
  }
  | {
    kind: "category";
    /** How many items. */
    count: number;
    /** The category's name. */
    category: string;
  }
  | {
    kind: "brand";
    /** How many items. */
    count: number;
    /** The brand's name. */
    brand: string;
  }
  | {
    kind: "price";
    /** How many items. */
    count: number;
  }
  | {
    kind: "together";
    /** How many visitors at least. */
    visitors: number;
    /** The other item's title. */
    title: string;
  }
  | {
    kind: "popular";
    /** How many times at least. */
    times: number;
  };

/** What became of the text that the visitor wrote last, where the list does not follow it as expected. */
export type TextNote =
  | {
    kind: "unused";
    /** The text as the visitor wrote it. */
    text: string;
    /** Why it is not used. */
    reason: UnusedReason;
    /** Primary subtags of the languages that the items are described in, ascending. */
    languages: Array<string>;
  }
  | {
    kind: "left-out";
    /** What is not wanted, each thing by itself: `wool`. */
    things: Array<string>;
  };

/** Why a text of the visitor is not used. */
export type UnusedReason = "pending" | "no-match" | "language" | "unclear";

/** What the page's developer should read in the console. */
export type Warning =
  | {
    kind: "nothing-to-show";
    /** Items that are out of stock. */
    soldOut: number;
    /** All items of the catalogue. */
    items: number;
  }
  | {
    kind: "unknown-ids";
    /** How many ids. */
    count: number;
    /** One of them. */
    first: string;
  };

/** Why an item stands where it stands in a shelf's list. */
export type Explanation = {
  /** The page's name of the shelf. */
  shelf: string;
  /** The shop's own id of the item. */
  item: string;
  /** From 1; absent where the list does not have the item. */
  place: number | null;
  /** How many the list has. */
  of: number;
  /** Its place if score alone decided: what differs was done for variety, shares and pins. */
  byScore: number | null;
  /** The item's score in this list: the sum of `parts`. */
  score: number;
  /** What the score is the sum of, by how much each says. */
  parts: Array<ScorePart>;
  /** What each interest adds to those parts that come from the visit. */
  interests: Array<InterestShare>;
  /** What each event adds to the score, by how much it says; together they are the parts that come from the visit. */
  events: Array<EventShare>;
  /** What the list is based on. */
  basis: Basis;
  /** What contributes most to the score; absent where no event of the visit is the reason. */
  claim: Claim | null;
  /** Where the item would be without what adds most to its score; absent where it was not replayed. */
  without: Without | null;
};

/** A summand of a score. */
export type ScorePart = {
  /** Its name: `content`, `cooccurrence`. */
  name: string;
  /** What it adds to the score. Negative where it lowers it. */
  share: number;
};

/** What an interest adds to the score of an item. */
export type InterestShare = {
  /** The interest's id. */
  name: string;
  /** The visitor's own name for it, or else its words. */
  label: string;
  /** What it adds to the score. Negative where it lowers it. */
  share: number;
};

/** What one event adds to the score of an item. */
export type EventShare = {
  /** The event, as the log has it. */
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  /** What it adds to the score. Negative where it lowers it. */
  share: number;
  /**
   * Where the item would stand without all that the visitor did with this item or text; as replaying the log says.
   * Absent where it was not replayed.
   */
  without: Moved | null;
};

/** Where an item stands in another list. */
export type Moved = {
  /** From 1; absent where the list would not reach it. */
  place: number | null;
};

/** Where an item would be if the visitor had done nothing with another item or text. */
export type Without = {
  /** The other item's title in the page's language, or the text. */
  label: string;
  /** From 1; absent where it would not be among the first `of`. */
  place: number | null;
  /** How far the list was continued. */
  of: number;
};

/** What would bring an item into a shelf's list. Replaying the log has confirmed it. */
export type WhyNot = {
  /** The page's name of the shelf. */
  shelf: string;
  /** The shop's own id of the item. */
  item: string;
  /** Its title in the page's language. */
  title: string;
  /** From 1, where the list has it already. */
  place: number | null;
  /** The fewest events without which the list would have it; empty where there are none. */
  remove: Array<Event>;
  /** What each event of `remove` is about: the item's title in the page's language, or the text. */
  removeLabels: Array<string>;
  /** One more event with which the list would have it. */
  add: Event | null;
  /** What `add` is about, in the same way. */
  addLabel: string | null;
};

/** Where the model looked in an item's text; not a reason for anything. */
export type Attention = {
  /** The shop's own id of the item. */
  item: string;
  /** A word's share is its part of all attention. Empty where the device does not tell. */
  parts: Array<Part>;
};

/** What the device knows of the visitor. */
export type ProfileSummary = {
  /** The heaviest first. */
  interests: Array<InterestLine>;
  /** All events of the log, oldest first. */
  events: Array<EventLine>;
  /** Size of the log as JSON, in bytes. */
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
  /** It is left out of all lists, because the visitor says so. */
  muted: boolean;
  /** The events that it is made of, oldest first. */
  events: Array<EventLine>;
};

/** An event as a person reads it. */
export type EventLine = {
  /** What the visitor did. */
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  /** Its weight in the profile now, 0..1 of all positive weight; negative for dislikes. */
  weight: number;
  /** It counts for nothing, because the visitor says so. */
  muted: boolean;
  /** Why its text counts for nothing; absent where it counts, and where that is not known yet. */
  unused?: UnusedReason | null;
};

/** Items and interests, near where they are alike. Coordinates are of no unit. */
export type InterestMap = {
  /** Items that the visitor saw, recommended ones, and of a large catalogue only some of the others. */
  points: Array<MapPoint>;
  /** One for each interest that has items. */
  interests: Array<MapInterest>;
};

/** An item as a point of the map. */
export type MapPoint = {
  /** The shop's own id of the item. */
  item: string;
  /** The title in the page's language, or else in another; the id where there is none. */
  title: string;
  /** Along the direction in which the items differ most. */
  x: number;
  /** At a right angle to it. */
  y: number;
  /** How it is marked. */
  kind: PointKind;
};

/** How an item is marked on the map. Of two that are true the first holds. */
export type PointKind = "recommended" | "seen" | "other";

/** An interest as a point of the map, in the middle of its items. */
export type MapInterest = {
  /** The visitor's own name for it, or else its words. */
  name: string;
  /** Along the direction in which the items differ most. */
  x: number;
  /** At a right angle to it. */
  y: number;
};

/** What of a catalogue and of a page's ids will not work. */
export type Diagnosis = {
  /** How many items the catalogue has. */
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

/** An id that no item of the catalogue has. */
export type UnmatchedId = {
  /** The id as the page or the log has it. */
  id: string;
  /** How often it is named. */
  count: number;
  /** The nearest id or other name of an item, where one is near. */
  nearest: string | null;
};
