/**
 * The panels in English: the profile, "Why this?" (`why`) and the developer's (`debug`).
 *
 * @import {DeviceReason} from "../../types.js"
 * @typedef {{code: DeviceReason["code"], why?: string, cosine?: number | null}} Reason
 */

/** @typedef {typeof panel} PanelTexts */

export const panel = {
  panel: "What this device knows",
  close: "Close",
  where: "Where it runs",
  cpu: "Processor",
  gpu: "Graphics",
  // Why there is no model.
  absent: {
    disabled: () => "This page uses no language model.",
    "not-needed": () => "The language model is loaded when you type something.",
    "save-data": () => "Your browser asks to save data: the language model is loaded only when you type something.",
    metered: () => "You may pay for this connection: the language model is loaded only when you type something.",
    slow: () => "The connection is slow: the language model is loaded only when you type something.",
    "little-memory": () => "This device has little memory: the language model is loaded only when you type something.",
    loading: () => "The language model is still loading.",
    failed: (/** @type {{code?: string, why?: string}} */ { why }) =>
      `The language model could not be loaded (${why}).`,
  },
  withoutModel: "Without it, recommendations come from the catalogue, and what you type is matched word by word.",
  withWords: (/** @type {number} */ words) =>
    `Without it, what you type is understood word by word: ${words.toLocaleString("en")} words are known here.`,
  perText: (/** @type {string} */ ms) => `${ms} ms per text`,
  reasons: {
    "asked-cpu": () => "The page asks for the processor.",
    "asked-gpu": () => "The page asks for WebGPU, and its results are correct.",
    untried: () => "WebGPU has not been tried yet.",
    absent: () => "Running on your processor: this browser has no WebGPU.",
    unfit: (/** @type {Reason} */ { why }) => `Running on your processor: WebGPU cannot run this model (${why}).`,
    wrong: (/** @type {Reason} */ { cosine }) =>
      `Running on your processor: the results of WebGPU are wrong here${cosine == null ? "" : ` (similarity of a known text: ${cosine.toFixed(3)} instead of 1)`}.`,
    slower: () => "Running on your processor: WebGPU is slower here.",
    quicker: () => "Running on WebGPU: its results are correct, and it is faster.",
    lost: (/** @type {Reason} */ { why }) => `Running on your processor: WebGPU stopped working (${why}).`,
  },
  isolated: (/** @type {number} */ ways) =>
    `The browser blocks it from the network: it tried ${ways} ways to connect, and all failed.`,
  visits: "What you did here",
  interests: "Your interests",
  noInterests: "None yet. Look around, or say what you like.",
  rename: (/** @type {string} */ name) => `Name of the interest “${name}”`,
  renamed: (/** @type {string} */ name) => `It is now called “${name}”.`,
  mute: "Mute",
  muted: "Muted",
  muteNamed: (/** @type {string} */ name) => `Mute “${name}”`,
  mutedNow: (/** @type {string} */ name) => `“${name}” no longer counts.`,
  unmutedNow: (/** @type {string} */ name) => `“${name}” counts again.`,
  comma: ", ",
  map: "Map of your interests",
  mapAbout: (/** @type {number} */ all, /** @type {number} */ marked) =>
    `${all} products; similar ones are close together. ${marked} of them are marked. The table below lists the same.`,
  kinds: { interest: "your interest", recommended: "recommended", seen: "you viewed it", other: "another product" },
  asTable: "Show as a table",
  columns: ["Product", "Why it is marked", "Nearest interest"],
  storage: "What is stored",
  log: (/** @type {number} */ events) => `What you did (${events} ${events === 1 ? "event" : "events"})`,
  files: (/** @type {number} */ count) => `Model and catalogue (${count} ${count === 1 ? "file" : "files"})`,
  memoryOnly: "This shop stores nothing: everything is forgotten when you leave the page.",
  textDays: "Delete what I typed after",
  textDaysDone: "Saved.",
  days: { 30: "30 days", 90: "90 days", 365: "a year", 0: "never" },
  eraseOne: "Erase",
  eraseEvent: (/** @type {string} */ label) => `Erase “${label}”`,
  erasedEvent: (/** @type {string} */ label) => `“${label}” was erased, as if it had never happened.`,
  yours: "Save or erase your data",
  phrase: "Passphrase for the file (optional)",
  export: "Save to a file",
  exported: "Saved. Anyone who has the file can read it.",
  exportedSealed: "Saved, encrypted with your passphrase.",
  import: "Load from a file",
  imported: "Loaded.",
  needsPhrase: "This file is encrypted. Type its passphrase and choose the file again.",
  wrongPhrase: "The file cannot be opened: the passphrase is wrong, or the file was changed.",
  promise: "All of this is computed and stored in this browser. Nothing is sent anywhere.",
  unsaved: (/** @type {number} */ entries) =>
    `This browser could not store the last ${entries === 1 ? "entry" : `${entries} entries`}. They count until you leave the page, and are stored as soon as possible.`,
  shopPictures:
    "Pictures that are not part of the catalogue come from their own server, which can see which products you are shown.",
  privatePictures: "The pictures came with the catalogue: no request shows which products you are shown.",
  memory:
    "Your browser asks not to be tracked: nothing is stored, and everything is forgotten when you leave the page.",
  nothing: "Nothing yet.",
  events: {
    view_item: "Viewed",
    select_item: "Opened",
    add_to_cart: "Added to the cart",
    remove_from_cart: "Removed from the cart",
    purchase: "Bought",
    search: "Searched",
    like: "Liked",
    dislike: "Not for me",
    hide: "Hidden",
    rate: "Rated",
    wish: "Said",
    view_item_list: "Saw a list",
  },
  // Why a text of the visitor is not used.
  unused: {
    pending: "",
    "no-match": "Not used: nothing here is about it.",
    language: "Not used: the products are described in another language.",
    unclear: "Not used: we cannot tell what you do not want.",
  },
  forget: "Forget me",
  sure: "Erase everything that this device knows about you? This cannot be undone.",
  erase: "Erase everything",
  keep: "Cancel",
  forgotten: "Everything has been erased.",
  why: {
    why: (/** @type {string} */ title) => `Why “${title}”?`,
    gone: "It is no longer in this list.",
    place: (/** @type {number} */ place, /** @type {number} */ of) => `Place ${place} of ${of}.`,
    varied: (/** @type {number} */ place) => `By score alone it would be in place ${place}; it was moved for variety.`,
    parts: "Why it ranks here",
    interests: "By interest",
    events: "What you did that counts here",
    without: (/** @type {number | null} */ place) =>
      place === null ? "Without it: not in the list" : `Without it: place ${place}`,
    remove: (/** @type {string} */ label) => `Forget: ${label}`,
    removed: "Forgotten, as if it had never happened.",
    looked: "What the model looked at",
    noReason: "Attention shows where the model looked. It is not a reason: the words marked above are.",
    words: (/** @type {string[]} */ words) => `Looked at most: ${words.join(", ")}.`,
    noAttention: "Not available on this device.",
    another: "Why not another product?",
    find: "Product name",
    search: "Search",
    none: "No product found.",
  },
  debug: {
    title: "Nearmind, for the shop's developer",
    state: "Catalogue, model, storage",
    noCatalog: "The catalogue is still loading.",
    items: (/** @type {number} */ count) => `${count} items in the catalogue`,
    nothingToShow: (/** @type {number} */ _shown, /** @type {number} */ soldOut, /** @type {number} */ items) =>
      `${soldOut} of ${items} items are out of stock, and no shelf has anything to show. Check the availability in the feed and bake it again, or show them all the same with a scene of your own: scene='{"kind": "for-you"}'.`,
    fewToShow: (/** @type {number} */ shown, /** @type {number} */ soldOut, /** @type {number} */ items) =>
      `Only ${shown} of ${items} items can be shown: ${soldOut} are out of stock. Check the availability in the feed.`,
    soldOut: (/** @type {number} */ _shown, /** @type {number} */ soldOut, /** @type {number} */ items) =>
      `${soldOut} of ${items} items are out of stock and are not shown.`,
    unmatched: (/** @type {number} */ ids) =>
      `This page uses ${ids} ${ids === 1 ? "id" : "ids"} that no item of the catalogue has. Events about them count for nothing. Use the catalogue's ids, or bake a feed that has these ids among an item's other names.`,
    unmatchedColumns: ["Unknown id", "Times", "Nearest known id"],
    nothingNear: "none similar",
    moreUnmatched: (/** @type {number} */ ids) => `And ${ids} more.`,
    stored: "The log and the files are stored.",
    notStored: "Nothing is stored.",
    latency: "How long answers take",
    latencyAbout:
      "Milliseconds from command to answer. The line goes from the median to the 99th percentile, on a logarithmic scale.",
    command: "Command",
    count: "Count",
    scene: (/** @type {string} */ kind) => `Scene in force: ${kind}`,
    sceneAbout: "The scene as JSON, with what the catalogue and the page add to it",
    scores: "Parts of each score",
  },
};
