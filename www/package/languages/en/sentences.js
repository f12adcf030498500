/**
 * What the worker sends as data, in English: reasons, explanations, notes, problems. A function returns runs of text;
 * titles, brands and the visitor's own words stand in runs of their own, and never become markup.
 *
 * @import {Claim, UnusedReason} from "../../wire.js"
 */

/** @typedef {typeof sentences} Sentences */
/** @template {Claim["kind"]} Kind @typedef {Extract<Claim, {kind: Kind}>} ClaimOf */

const products = (/** @type {number} */ count) => `${count} ${count === 1 ? "product" : "products"}`;

/** @param {string[]} names */
const list = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join());

/** 1st, 2nd, 3rd, 4th, 11th, 21st @param {number} place */
const ordinal = (place) => `${place}${{ one: "st", two: "nd", few: "rd" }[ordinals.select(place)] ?? "th"}`;
const ordinals = /** @type {{select(place: number): "one" | "two" | "few"}} */ (
  new Intl.PluralRules("en", { type: "ordinal" })
);

export const sentences = {
  /** BCP 47 */
  lang: "en",
  // Why an item is recommended, by the event: the text before and after the title or the visitor's own text.
  because: {
    view_item: ["Because you viewed ", ""],
    select_item: ["Because you viewed ", ""],
    add_to_cart: ["Because your cart has ", ""],
    purchase: ["Because you bought ", ""],
    like: ["Because you like ", ""],
    rate: ["Because you rated ", ""],
    wish: ["Because you said “", "”"],
    search: ["Because you searched for “", "”"],
  },
  /** The words of the visitor's text that an item contains. */
  contains: (/** @type {string[]} */ words) => [". It mentions ", list(words)],
  claims: {
    category: (/** @type {ClaimOf<"category">} */ { count, category }) => [
      `Like ${products(count)} you chose in `,
      category,
    ],
    brand: (/** @type {ClaimOf<"brand">} */ { count, brand }) => [`You chose ${products(count)} by `, brand],
    price: (/** @type {ClaimOf<"price">} */ { count }) => [`Priced like ${products(count)} you chose`],
    together: (/** @type {ClaimOf<"together">} */ { visitors, title }) => [
      "Chosen together with ",
      title,
      ` by ${visitors} or more visitors`,
    ],
    popular: (/** @type {ClaimOf<"popular">} */ { times }) => [`Chosen ${times} or more times by others`],
  },
  // What a list is based on, where no event of the visit is the reason.
  basis: {
    "cold-start": "We don't know your taste yet, so this is one of a varied selection",
    item: "Its text is like that of the product this list is about",
    text: "It fits what this page says",
    profile: "",
    cart: "",
    trending: "",
    viewed: "You viewed it",
  },
  /** Ends a sentence. */
  stop: ".",
  without: (/** @type {string} */ label, /** @type {number | null} */ place, /** @type {number} */ of) =>
    place
      ? ["Without ", label, ` it would be ${ordinal(place)}.`]
      : ["Without ", label, ` it would not be among the first ${of}.`],
  // The parts of a score, by name.
  parts: {
    content: "What its text says",
    words: "Words in common",
    cooccurrence: "What others chose with it",
    popularity: "How often it is chosen",
    brand: "Brand",
    category: "Category",
    price: "Price",
    context: "What this page says",
    contextPopularity: "How often it is chosen here and now",
    rules: "The shop's rules",
    variety: "Variety",
  },
  whyNot: {
    here: (/** @type {string} */ title, /** @type {number} */ place) => [
      title,
      ` is already here: it is ${ordinal(place)}.`,
    ],
    remove: (/** @type {string} */ title, /** @type {string[]} */ labels) => [
      title,
      ` would be here without ${list(labels.map((label) => `“${label}”`))}.`,
    ],
    /** Nothing would bring it in by itself. */
    nothing: (/** @type {string} */ title) => ["No small change would bring ", title, " here."],
    like: (/** @type {string} */ title) => ["If you liked ", title, ", it would be here."],
    view: (/** @type {string} */ title, /** @type {string} */ label) => [
      title,
      ` would be here if you viewed “${label}”.`,
    ],
    /** After `remove`. */
    orLike: " It would also be here if you liked it.",
    orView: (/** @type {string} */ label) => ` It would also be here if you viewed “${label}”.`,
  },
  // What became of the visitor's text. `varied`: the list is a varied selection.
  leftOut: (/** @type {string[]} */ things, /** @type {boolean} */ varied) =>
    varied ? `Here is a varied selection without ${list(things)}.` : `We leave out ${list(things)}, as you asked.`,
  unused: (
    /** @type {string} */ text,
    /** @type {UnusedReason} */ reason,
    /** @type {boolean} */ varied,
    /** @type {string[]} */ languages,
  ) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `We found nothing for ${text}, so here is a varied selection.`;
    const described = languages.length ? `: the products here are described in ${list(languages)}` : "";
    const first = {
      "no-match": `We found nothing for ${text}.`,
      pending: `We found nothing for ${text}.`,
      language: `We do not understand ${text}${described}.`,
      unclear: `We could not use ${text}, because we cannot tell what you do not want.`,
    }[reason];
    return varied ? `${first} Here is a varied selection.` : first;
  },
  // A range of prices, of which one end may be empty, and what became of a limit that the visitor's text states.
  prices: (/** @type {string} */ from, /** @type {string} */ to) =>
    from && to ? `from ${from} to ${to}` : from ? `from ${from}` : `up to ${to}`,
  priceLimit: (/** @type {string} */ prices, /** @type {boolean} */ isKept) =>
    isKept ? `Only products ${prices} are shown.` : `We have nothing ${prices}, so other prices are shown.`,
  quoted: (/** @type {string} */ text) => `“${text}”`,
  // By code.
  problems: {
    download: "A file could not be downloaded. Check the connection.",
    insecure: "The page must be opened over https.",
    catalog: "The shop's catalogue cannot be read.",
    model: "The model does not work on this device.",
    "start-failed": "This browser could not start the program.",
    "worker-failed": "This browser could not start the program.",
    crashed: "The recommender failed twice while it did this.",
    unsaved: "The browser could not store the event yet.",
    attributes: "This element needs the attribute catalog.",
    "protocol-version": "The page and the recommender are of different versions. Reload the page.",
    store: "This browser does not keep your history: recommendations work until you leave the page.",
    unchanged: "Your history could not be changed, because the browser did not store the change. Try again.",
    forget: "Your history could not be erased. Clear this site's data in the browser's settings.",
    scene: "The shop's scene, filter or rules could not be read. The list is made without them.",
    unknown: "This list or this product is not known here.",
    import: "This file is not a profile that can be read here. Nothing was changed.",
    "other-model": "The catalogue was made with another model. Bake it again with the model that the page loads.",
    encoder: "The model failed on this device. Recommendations continue without new texts.",
    order: "The page must send `open` to a worker once, before anything else.",
    message: "The page sent a message that this version cannot read.",
    "catalog-gone": "The catalogue is no longer on this device. Import it again.",
    isolation: "The worker can reach the network, although the page asks for isolation.",
  },
  // For the page's developer, in the console.
  warnings: {
    "nothing-to-show": (/** @type {number} */ soldOut, /** @type {number} */ items) =>
      `${soldOut} of ${items} items of the catalogue are out of stock, and nothing can be recommended. Check the availability in the feed and bake it again, or show them all the same with a scene of your own: scene='{"kind": "for-you"}'.`,
    "unknown-ids": (/** @type {number} */ count, /** @type {string} */ first) =>
      `this page names ${count} ${count === 1 ? "id" : "ids"} that no item of the catalogue has, "${first}" among them. Add ?nearmind=debug to the page's address to see all of them and the nearest known ids.`,
  },
};
