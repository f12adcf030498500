// The types of the protocol, generated from the Rust types by a test. To renew them: NEARMIND_RENEW=1 cargo test --package nearmind-core declarations

/** A command with the fields that all commands have. The worker answers with a list of `Update`s. */
export type Envelope = {
  /** An id that the page chooses and the answer repeats. */
  id: number;
  /**
   * The time of sending by the page's clock, in milliseconds since the Unix epoch. If it is not finite, the time of
   * the last command is used.
   */
  nowMs: number;
  /** BCP 47 tag of the page: the language of the answer, unless the command has its own. */
  lang: string;
  /** The command. */
  command: Command;
};

/** A request of the page. */
export type Command =
  | {
    type: "open";
    /** The protocol version of the page. */
    version: number;
    /** URL of the catalogue's manifest, or of its folder, which ends in `/`. */
    catalog: string;
    /** URL of the model's manifest, or of its folder, which ends in `/`. Without one, texts are matched by words. */
    model: string | null;
    /** When to fetch the model. */
    encoder: EncoderChoice;
    /** The device to run the model on. */
    device: DeviceChoice;
    /** Whether the browser may store the log. If not, it is lost when the page is closed. */
    persist: boolean;
    /** The source of the pictures on cards. */
    pictures: PictureSource;
  }
  | {
    type: "prepare";
    /**
     * Whether the page or the visitor asks for it. If not, the page says that it is idle: then the model is fetched
     * only if the connection and the memory of the device allow it.
     */
    asked: boolean;
  }
  | {
    type: "track";
    /** The event. */
    event: Event;
  }
  | {
    type: "undo";
    /** The item's id. */
    item: string;
    /** The name of the event. */
    name: EventName;
  }
  | {
    type: "shelf";
    /** The page's name for the shelf. */
    shelf: string;
    /** What the list should contain. */
    request: ShelfRequest;
  }
  | {
    type: "close-shelf";
    /** The page's name for the shelf. */
    shelf: string;
  }
  | {
    type: "search";
    /** The query as typed. Its last word may be unfinished. */
    query: string;
    /** The most cards to return. Values above 1,000 count as 1,000. */
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
    /** Whether to mute it. */
    muted: boolean;
  }
  | {
    type: "mute-interest";
    /** The interest's id, from `Profile`. */
    interest: string;
    /** Whether to mute it. */
    muted: boolean;
  }
  | {
    type: "rename-interest";
    /** The interest's id, from `Profile`. */
    interest: string;
    /** The new name, or an empty string. */
    name: string;
  }
  | {
    type: "delete-interest";
    /** The interest's id, from `Profile`. */
    interest: string;
  }
  | {
    type: "keep-texts";
    /** The number of days; 0 keeps them until the visitor deletes them. */
    days: number;
  }
  | { type: "export" }
  | {
    type: "import";
    /** The text from `Export`. */
    profile: string;
  }
  | {
    type: "explain";
    /** The page's name for the shelf. */
    shelf: string;
    /** The item's id. */
    item: string;
  }
  | {
    type: "scene";
    /** The page's name for the shelf. */
    shelf: string;
  }
  | { type: "diagnose" }
  | {
    type: "why-not";
    /** The page's name for the shelf. */
    shelf: string;
    /** The item's id. */
    item: string;
  }
  | {
    type: "attention";
    /** The item's id. */
    item: string;
  }
  | { type: "forget" }
  | {
    type: "map";
    /** The ids of recommended items, which are marked as such. */
    recommended: Array<string>;
  }
  | {
    type: "reload";
    /** Whether the log was deleted. Then entries that this page has not stored yet are deleted, too. */
    forgotten: boolean;
  };

/** When the model is fetched. */
export type EncoderChoice = "auto" | "static" | "bert";

/** The device to run the model on. */
export type DeviceChoice = "auto" | "cpu" | "gpu";

/** The source of the pictures on cards. */
export type PictureSource = "shop" | "private";

/** The kind of a list: what it is based on. */
export type ShelfKind = "for-you" | "more-like-this" | "goes-with" | "trending" | "recently-viewed";

/**
 * What the list of a shelf should contain. Scene, filter and rules are JSON as the shop writes it. An error in one of
 * them is reported, and the list is ranked without it.
 */
export type ShelfRequest = Partial<{
  /** The built-in scene to use if `scene` is absent. */
  kind: ShelfKind;
  /** The item that "more like this" or "goes with" refers to. */
  item: string | null;
  /** The most cards of the list. Values above 1,000 count as 1,000. */
  limit: number;
  /** BCP 47 tag of the page: `en`, `zh-CN`. */
  lang: string;
  /** The name of a built-in scene, or a scene (`docs/reference/scenes.md`). */
  scene: string | Scene | null;
  /** The context that the page states. */
  context: Context | null;
  /** A filter (`docs/reference/scenes.md`) in addition to the scene's. */
  filter: Filter | null;
  /** Rules (`docs/reference/scenes.md`) in addition to the scene's. */
  rules: Rules | null;
  /** Ids of items that are already on the page and must not be in the list. */
  exclude: Array<string>;
  /** The random seed for a scene that explores. Equal seeds give equal lists. */
  seed: number;
}>;

/** The settings of one kind of list. As JSON every field may be absent. */
export type Scene = Partial<{
  /** The kind of list: what it is based on. */
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
  /** Whether to show items that the visitor viewed lately, bought or rated. What is in the cart is never shown. */
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
  /**
   * The weights of new events by name, -10..=10. Other events have their default weights
   * (`docs/reference/events.md`).
   */
  events: { [key in EventName]?: number };
  /**
   * Recency decay: an event's weight is multiplied by this for each item or text that the visitor turned to later.
   * Above 0, at most 1. Absent: the learned value, or else 0.7.
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

/** The context of a request, as the page states it. Never stored. */
export type Context = { /** Ids of the items in the cart. */ cart?: Array<string>, /** The page's own text, or what the visitor says they need now. */ text?: string | null } & ({ [key in string]: FilterValue | Array<FilterValue> | boolean | null });

/** One value or several of a field of the context. */
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

/** A measure of the similarity of two vectors. */
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

/** A message from the worker. Updates of a shelf's list carry its revision, so that the page can drop stale ones. */
export type Update =
  | {
    type: "progress";
    /** The current task. */
    stage: Stage;
    /** The number of bytes received. */
    done: number;
    /** The size of all files of the task in bytes; 0 if it is unknown. */
    total: number;
  }
  | {
    type: "catalog-ready";
    /** The number of items in the catalogue. */
    items: number;
  }
  | {
    type: "word-vectors-ready";
    /** The number of words that have a vector. */
    words: number;
  }
  | {
    type: "model-ready";
    /** The device that the model runs on, and why. */
    device: DeviceReport;
  }
  | {
    type: "model-absent";
    /** Why it is not loaded. */
    reason: AbsenceReason;
  }
  | { type: "shelf" } & Shelf
  | {
    type: "highlights";
    /** The page's name for the shelf. */
    shelf: string;
    /** The revision of the `Shelf` that contains the card. */
    revision: number;
    /** The id of the card's item. */
    item: string;
    /** The whole title, which replaces the card's. */
    title: Array<Part>;
    /** The whole description, which replaces the card's. */
    description: Array<Part>;
  }
  | {
    type: "results";
    /** The query of the command. */
    query: string;
    /** The results, best first. Empty until the catalogue is loaded. */
    cards: Array<Card>;
  }
  | {
    type: "pictures";
    /** The pictures; each item occurs at most once. */
    pictures: Array<CardPicture>;
  }
  | { type: "profile" } & ProfileSummary
  | { type: "explanation" } & Explanation
  | { type: "why-not" } & WhyNot
  | {
    type: "scene";
    /** The page's name for the shelf. */
    shelf: string;
    /** The scene as JSON, with the learned weights and the rules of the request. */
    scene: Scene;
  }
  | { type: "attention" } & Attention
  | { type: "diagnosis" } & Diagnosis
  | {
    type: "exported";
    /** The log as JSON text, which `Import` reads. */
    profile: string;
  }
  | {
    type: "imported";
    /** The number of events that were not in the log before. */
    events: number;
  }
  | { type: "map" } & InterestMap
  | {
    type: "unsaved";
    /** The number of entries that are not stored. 0 means that all are stored again. */
    entries: number;
  }
  | { type: "forgotten" }
  | {
    type: "warning";
    /** What will not work. */
    warning: Warning;
  }
  | { type: "error" } & Problem;

/** A task of the worker that reports its progress. */
export type Stage = "catalog" | "model";

/** Why the model is not loaded. */
export type AbsenceReason =
  | { code: "disabled" }
  | { code: "not-needed" }
  | { code: "save-data" }
  | { code: "metered" }
  | { code: "slow" }
  | { code: "little-memory" }
  | { code: "loading" }
  | {
    code: "failed";
    /** The code of the `Problem`, such as `download`. */
    problem: string;
    /** Its detail, for a developer. */
    why: string;
  };

/** A ranked list, ready to be drawn. */
export type Shelf = {
  /** The page's name for the shelf. */
  shelf: string;
  /** Increases by one with each new list of the shelf. Starts again with a new worker. */
  revision: number;
  /** What the list is based on. */
  basis: Basis;
  /**
   * The heading that the scene sets, in the page's language. If it is absent, the page chooses one by `about` and
   * `basis`.
   */
  sceneHeading: string | null;
  /** Title of the item that the list is about, in the page's language; absent if the list is not about one item. */
  about: string | null;
  /** How the list treats the visitor's last text; absent if there is nothing to say about it. */
  notice: TextNote | null;
  /** The items of the list, in the order to show them. */
  cards: Array<Card>;
};

/** What a list is based on. A page may show this, and must not give any other reason. */
export type Basis = "cold-start" | "profile" | "item" | "cart" | "text" | "trending" | "viewed";

/** An item, ready to be drawn. */
export type Card = {
  /** The shop's own id of the item. */
  item: string;
  /** Path or URL of the product's page; empty if unknown. */
  url: string;
  /** Path or URL of the picture. Empty if there is none, or if it is private and has not been loaded yet. */
  image: string;
  /** The title in the page's language, or else in another language of the item. */
  title: Array<Part>;
  /** The description in the same language; empty if there is none. */
  description: Array<Part>;
  /** The brand; empty if unknown. */
  brand: string;
  /** The last step of the category path; empty if there is none. */
  category: string;
  /** The current price; absent if unknown. */
  price: Price | null;
  /** The main reason why the item is in the list; absent if no reason is certain. */
  claim: Claim | null;
  /** The score that the item was ranked by. Scores of different lists cannot be compared. */
  score: number;
  /** The visitor's current opinion of the item. */
  opinion: Opinion | null;
  /**
   * Whether the highlighted words are still being computed. They follow in `Highlights`; until then the page may
   * keep the highlights of the card before.
   */
  unread: boolean;
};

/** The private picture of one item. */
export type CardPicture = {
  /** The shop's own id of the item. */
  item: string;
  /** A `data:` URL. */
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
  /** ISO 4217 code. */
  currency: string;
};

/** The device that the model runs on, and why it was chosen. */
export type DeviceReport = {
  /** `cpu` or `gpu`. */
  device: string;
  /** For the CPU the instructions that are used, `relaxed SIMD` or `SIMD128`; for the GPU the name of its adapter. */
  detail: string;
  /** Why this device was chosen. */
  reason: DeviceReason;
  /** Time for one probe text on the CPU in milliseconds, measured at start; absent if it was not measured. */
  cpuMs: number | null;
  /** The same for the GPU. */
  gpuMs: number | null;
};

/** Why a device was chosen. The page puts `code` into words; `why` is a message of the browser or the driver. */
export type DeviceReason =
  | { code: "asked-cpu" }
  | { code: "asked-gpu" }
  | { code: "untried" }
  | {
    code: "absent";
    /** The reason that the browser gives. */
    why: string;
  }
  | {
    code: "unfit";
    /** What the GPU does not support. */
    why: string;
  }
  | {
    code: "wrong";
    /** The worst cosine to the correct vector, from -1 to 1; absent if there was no vector to compare. */
    cosine: number | null;
    /** The error. */
    why: string;
  }
  | { code: "slower" }
  | { code: "quicker" }
  | {
    code: "lost";
    /** The error message. */
    why: string;
  };

/** A failure. The page chooses the message for the visitor by `code`, whose meaning never changes. */
export type Problem = {
  /** A short name, such as `store` or `other-model`. */
  code: string;
  /** What exactly failed, for a developer; empty if the code says everything. */
  detail: string;
  /** Whether no recommendations can be made, so that the element shows the shop's own markup. */
  fatal: boolean;
};

/** The main reason why an item is in a list: what contributes most to its score. */
export type Claim =
  | {
    kind: "event";
    /** The name of the event. */
    name: EventName;
    /** The other item's title in the page's language. */
    title: string;
  }
  | {
    kind: "text";
    /** `wish` or `search`. */
    name: EventName;
    /** The text as the visitor typed it. */
    text: string;
    /** The words of `text` that the item's title or description contains, in the order of `text`. */
    words: Array<string>;
  }
  | {
    kind: "category";
    /** The number of those items. */
    count: number;
    /** The category's name. */
    category: string;
  }
  | {
    kind: "brand";
    /** The number of those items. */
    count: number;
    /** The brand's name. */
    brand: string;
  }
  | {
    kind: "price";
    /** The number of those items. */
    count: number;
  }
  | {
    kind: "together";
    /** The number of those visitors, which may be rounded down. */
    visitors: number;
    /** The other item's title in the page's language. */
    title: string;
  }
  | {
    kind: "popular";
    /** The number of times that it was chosen, which may be rounded down. */
    times: number;
  };

/** A note about the visitor's last text: it is not used, or it excludes items. */
export type TextNote =
  | {
    kind: "unused";
    /** The text as the visitor typed it. */
    text: string;
    /** Why it is not used. */
    reason: UnusedReason;
    /** Primary subtags of the languages in which the items have texts, sorted. */
    languages: Array<string>;
  }
  | {
    kind: "left-out";
    /** The things that the visitor does not want, such as `wool`. */
    things: Array<string>;
  }
  | {
    kind: "price-limit";
    /** The lowest price, if there is one. */
    from: number | null;
    /** The highest price, if there is one. */
    to: number | null;
    /** ISO 4217 code of the currency. */
    currency: string;
    /** Whether some item has such a price. If none has, the limit is not used. */
    isKept: boolean;
  };

/** Why a text of the visitor is not used. */
export type UnusedReason = "pending" | "no-match" | "language" | "unclear";

/** A problem of the page or its catalogue, logged to the console for the page's developer. */
export type Warning =
  | {
    kind: "nothing-to-show";
    /** The number of items that are out of stock. */
    soldOut: number;
    /** The number of items in the catalogue. */
    items: number;
  }
  | {
    kind: "unknown-ids";
    /** The number of such ids. */
    count: number;
    /** One of these ids, as an example. */
    first: string;
  };

/** Why an item ranks where it does in a shelf's list. */
export type Explanation = {
  /** The page's name for the shelf. */
  shelf: string;
  /** The shop's own id of the item. */
  item: string;
  /** The item's place, from 1; absent if it is not in the list. */
  place: number | null;
  /** The length of the list. */
  of: number;
  /**
   * The place that the item would have if the list were sorted by score alone; absent if it is not in the list.
   * Diversity, exposure and rules can move an item.
   */
  byScore: number | null;
  /** The item's score in this list: the sum of `parts`. */
  score: number;
  /** The parts that sum to `score`, the largest absolute share first. */
  parts: Array<ScorePart>;
  /** What each interest of the visitor adds to the score, the largest absolute share first. */
  interests: Array<InterestShare>;
  /**
   * What each event of the visitor adds to the score. Events of one item or text follow each other, those with the
   * largest absolute share first. Only the first twelve events are listed.
   */
  events: Array<EventShare>;
  /** What the list is based on. */
  basis: Basis;
  /** The main reason, as on the card; absent if no reason is certain. */
  claim: Claim | null;
  /** Where the item would rank without the item or text that adds most to its score; absent if not computed. */
  without: Without | null;
};

/** One part of a score. */
export type ScorePart = {
  /**
   * The name: `content`, `words`, `cooccurrence`, `popularity`, `brand`, `category`, `price`, `contextPopularity`, `context`
   * (the page's text and cart), `rules` (boosts) or `variety` (a list that is made without scores).
   */
  name: string;
  /** What it adds to the score; negative if it lowers the score. */
  share: number;
};

/** What one interest contributes to the score of an item. */
export type InterestShare = {
  /** The interest's id. */
  name: string;
  /** The visitor's own name for it, or else its words. */
  label: string;
  /** Its contribution to the score; negative if it lowers the score. */
  share: number;
};

/** What one event contributes to the score of an item. */
export type EventShare = {
  /** The event, as in the log. */
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  /** Its contribution to the score; negative if it lowers the score. */
  share: number;
  /**
   * Where the explained item would rank if the visitor had no events about this event's item or text. Only set for
   * the first event of each of the items and texts that add most.
   */
  without: Moved | null;
};

/** The place of an item in a list that was ranked again without some events. */
export type Moved = {
  /** The place, from 1; absent if the item is not in that list, even if it is continued. */
  place: number | null;
};

/** Where an item would rank if the visitor had no events about another item or text, found by ranking again. */
export type Without = {
  /** The other item's title in the page's language, or the text. */
  label: string;
  /** The place, from 1; absent if the item would not be among the first `of`. */
  place: number | null;
  /** The number of places that were looked at; more than the list shows. */
  of: number;
};

/** What would bring an item into a shelf's list, confirmed by ranking again. */
export type WhyNot = {
  /** The page's name for the shelf. */
  shelf: string;
  /** The shop's own id of the item. */
  item: string;
  /** Its title in the page's language. */
  title: string;
  /** The place of the item, from 1, if it is already in the list. */
  place: number | null;
  /**
   * The events whose removal would bring the item into the list, none of them superfluous; empty if no such events
   * were found.
   */
  remove: Array<Event>;
  /** What each event of `remove` is about: the item's title in the page's language, or the text. */
  removeLabels: Array<string>;
  /** One additional event that would bring the item into the list; absent if none was found. */
  add: Event | null;
  /** What `add` is about: the item's title in the page's language. */
  addLabel: string | null;
};

/** The model's attention to the words of an item's text. It does not explain a ranking. */
export type Attention = {
  /** The shop's own id of the item. */
  item: string;
  /** The item's text. A word's `share` is its share of all attention. Empty if the device does not return attention. */
  parts: Array<Part>;
};

/** What the device knows about the visitor. */
export type ProfileSummary = {
  /** The interests, the strongest first. */
  interests: Array<InterestLine>;
  /** All events of the log, oldest first. */
  events: Array<EventLine>;
  /** The size of the log, as JSON text, in bytes. */
  storedBytes: number;
  /** The number of days that typed texts are kept; 0 if they are kept until they are deleted. */
  textDays: number;
};

/** An interest: a group of similar items and texts in the visitor's history. */
export type InterestLine = {
  /** The id, for commands. Stays the same as long as the interest's oldest item does. */
  id: string;
  /** The visitor's own name for the interest, or else its words. */
  name: string;
  /** Words that are typical of its items and texts, in the page's language if the items have texts in it. */
  words: Array<string>;
  /** Its share of all positive weight, 0..=1. Muted interests and events count here like others. */
  weight: number;
  /** Whether the visitor has muted it. */
  muted: boolean;
  /** The events of the interest, oldest first. */
  events: Array<EventLine>;
};

/** An event, as shown to the visitor. */
export type EventLine = {
  /** The event. */
  event: Event;
  /** The item's title in the page's language, or the text. */
  label: string;
  /** Its current weight in the profile as a share of all positive weight, 0..=1; negative for dislikes. */
  weight: number;
  /** Whether the visitor has muted it. */
  muted: boolean;
  /** Why its text is not used; absent if it is used, if that is not decided yet, and for events without a text. */
  unused?: UnusedReason | null;
};

/** Items and interests as points in two dimensions. Similar ones are near each other; coordinates have no unit. */
export type InterestMap = {
  /**
   * Items that the visitor interacted with, recommended items, and others; of a large catalogue only some of the
   * others.
   */
  points: Array<MapPoint>;
  /** One point for each interest that has items. */
  interests: Array<MapInterest>;
};

/** An item as a point of the map. */
export type MapPoint = {
  /** The shop's own id of the item. */
  item: string;
  /** The title in the page's language, or else in another; the id if there is no title. */
  title: string;
  /** Coordinate along the direction in which the items differ most. */
  x: number;
  /** Coordinate along the direction in which they differ second most. */
  y: number;
  /** How to mark it. */
  kind: PointKind;
};

/** How an item is marked on the map. If two apply, the first is used. */
export type PointKind = "recommended" | "seen" | "other";

/** An interest as a point of the map, at the mean of its items. */
export type MapInterest = {
  /** The visitor's own name for the interest, or else its words. */
  name: string;
  /** Coordinate along the direction in which the items differ most. */
  x: number;
  /** Coordinate along the direction in which they differ second most. */
  y: number;
};

/** Problems of a catalogue and of a page's ids. */
export type Diagnosis = {
  /** The number of items in the catalogue. */
  items: number;
  /** The number of items that are out of stock. */
  soldOut: number;
  /** The number of items that the built-in scene for shops can show. */
  canBeShown: number;
  /** Ids that the page or the visitor's log uses and no item has, the most frequent first. */
  unmatched: Array<UnmatchedId>;
  /** The number of unmatched ids that are not listed. */
  moreUnmatched: number;
};

/** An id that no item of the catalogue has. */
export type UnmatchedId = {
  /** The id, as the page or the log writes it. */
  id: string;
  /** How often it is used. */
  count: number;
  /** The most similar id or other name of an item, if one is similar. */
  nearest: string | null;
};
