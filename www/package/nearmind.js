/**
 * Nearmind without an element, for pages that draw for themselves; and what the elements stand on.
 *
 *     import { Nearmind } from "./nearmind.js";
 *     const nearmind = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
 *     await nearmind.track("view_item", { item: "rain-jacket-squall" });
 *     const { basis, cards } = await nearmind.recommend({ limit: 6 });
 *
 * One worker for all that ask for the same catalogue and model, started when the page is idle and somebody has asked
 * for something. Knows commands and updates; knows no element and no ranking. Importing it does nothing.
 *
 * @import {Command, EventName, Explanation, Nearmind as NearmindShape, Options} from "./types.js"
 * @import {ProfileSummary, Progress, Recommendations, ShelfRequest, State, Update, Wish} from "./types.js"
 */
import { Outbox } from "./outbox.js";
import { spawn } from "./spawn.js";
import { Supervisor } from "./supervisor.js";

const VERSION = 2;
/** What other tabs write within this time is read at once. */
const TOGETHER_MS = 300;
/** So many answers of each kind are as many as a percentile needs. */
const KEPT = 200;

/** Copies of this file on one page share their clients: a script that is included twice starts one worker. */
const shared = /** @type {Record<symbol, Map<string, Nearmind>>} */ (/** @type {unknown} */ (globalThis));
const opened = (shared[Symbol.for(`nearmind ${VERSION}`)] ??= new Map());

/** @implements {NearmindShape} */
export class Nearmind {
  /**
   * The one for a catalogue and a model; the same one for the same options.
   * @param {Options} options
   * @returns {Nearmind}
   */
  static open({
    catalog,
    model,
    device = "auto",
    lang = "en",
    persist = !globalPrivacyControl(),
    worker,
    isolation,
    pictures = "shop",
  }) {
    const absolute = (/** @type {string} */ url) => new URL(url, document.baseURI).href;
    const script = worker && absolute(worker);
    const asked = {
      catalog: absolute(catalog),
      model: absolute(model),
      device,
      persist,
      worker: script,
      isolation,
      pictures,
    };
    const key = JSON.stringify(asked);
    const known = opened.get(key) ?? new Nearmind({ ...asked, lang });
    opened.set(key, known);
    return known;
  }

  /** @type {State} */
  state;
  #options;
  #outbox;
  /** Of what was sent last. */
  #lang;
  /** @type {Record<string, number[]>} */
  #latencies = {};
  #supervisor;
  #waking = false;
  #reloading = false;
  #nextList = 1;
  /** Counted, and not stored yet. @type {import("./types.js").Event[]} */
  #unsaved = [];
  /** @type {Map<string, ShelfRequest>} */
  #shelves = new Map();
  /** @type {Set<(update: Update) => void>} */
  #listeners = new Set();

  /** @param {Options & Required<Pick<Options, "device" | "lang" | "persist" | "pictures">>} options Use {@link Nearmind.open}, which shares. */
  constructor(options) {
    this.#options = options;
    this.#lang = options.lang;
    this.#outbox = new Outbox(options.persist, (forgotten) => {
      if (forgotten) this.#unsaved = [];
      if (this.#supervisor.running) this.#reload(forgotten);
    });
    this.#supervisor = new Supervisor({
      make: () => this.#make(),
      opened: (waiting) => this.#opened(waiting),
      publish: (update) => this.#publish(update),
      answered: (command, ms, wrote) => this.#answered(command, ms, wrote),
      crashed: (command) => this.#crashed(command),
      restarted: () => {
        this.state = blank(options);
        this.#publish({ type: "restarted" });
      },
    });
    this.state = blank(options);
    // A page that comes back from the back/forward cache holds a log that other pages have written to since.
    addEventListener("pageshow", (event) => event.persisted && this.#supervisor.running && this.#reload());
  }

  /** @param {(update: Update) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * @param {EventName} name
   * @param {{item?: string, text?: string}} [about]
   */
  track(name, about = {}) {
    return this.#deliver({ name, ...about, timeMs: now() });
  }

  /** @param {EventName} name @param {string} item */
  undo(name, item) {
    return this.send({ type: "undo", item, name });
  }

  /**
   * A list, ranked when the catalogue is here.
   * @param {Wish} [wish]
   * @returns {Promise<Recommendations>}
   */
  recommend(wish = {}) {
    return this.#inList(wish, async (list) => list);
  }

  /**
   * Why an item stands where it stands in a list, or would stand; null where the catalogue lacks it.
   * @param {string} item
   * @param {Wish} [wish] of the list
   * @returns {Promise<Explanation | null>}
   */
  explain(item, wish = {}) {
    return this.#inList(wish, ({ shelf }) => this.explainIn(shelf, item));
  }

  /** The same in a list that is open. @param {string} shelf @param {string} item @returns {Promise<Explanation | null>} */
  async explainIn(shelf, item) {
    return (await this.#answer("explanation", { type: "explain", shelf, item })) ?? null;
  }

  /**
   * Opens a list for as long as something is done with it.
   * @template T
   * @param {Wish} wish
   * @param {(list: Recommendations) => Promise<T>} work
   */
  async #inList({ item = null, limit = 12, lang = this.#options.lang, ...more }, work) {
    const shelf = `list-${this.#nextList++}`;
    /** @type {Recommendations} */
    const list = await new Promise((resolve, reject) => {
      if (this.state.problem) return reject(this.state.problem);
      const stop = this.subscribe((update) => {
        if (update.type === "shelf" && update.shelf === shelf) resolve(update);
        else if (update.type === "error" && update.fatal) reject(update);
        else return;
        stop();
      });
      this.openShelf(shelf, { kind: item ? "more-like-this" : "for-you", item, limit, lang, ...more }).catch(reject);
    });
    try {
      return await work(list);
    } finally {
      this.closeShelf(shelf);
    }
  }

  /**
   * @param {string} query
   * @param {{limit?: number, lang?: string}} [options]
   */
  async search(query, { limit = 24, lang = this.#options.lang } = {}) {
    return (await this.#answer("results", { type: "search", query, limit }, lang))?.cards ?? [];
  }

  async profile(lang = this.#options.lang) {
    return (await this.#answer("profile", { type: "profile" }, lang)) ?? NOTHING_KNOWN;
  }

  forget() {
    this.#outbox.clear();
    return this.send({ type: "forget" });
  }

  /** @param {import("./types.js").Event} event */
  erase(event) {
    this.#outbox.remove(event);
    return this.send({ type: "delete", event });
  }

  /** @param {import("./types.js").Event} event @param {boolean} muted */
  muteEvent(event, muted) {
    return this.send({ type: "mute-event", event, muted });
  }

  /** @param {string} interest @param {boolean} muted */
  muteInterest(interest, muted) {
    return this.send({ type: "mute-interest", interest, muted });
  }

  /** @param {string} interest @param {string} name */
  renameInterest(interest, name) {
    return this.send({ type: "rename-interest", interest, name });
  }

  /** @param {string[]} [recommended] Items to mark beside those that the visitor saw. */
  async map(recommended = [], lang = this.#options.lang) {
    return (await this.#answer("map", { type: "map", recommended }, lang)) ?? null;
  }

  /** @param {number} days */
  keepTexts(days) {
    return this.send({ type: "keep-texts", days });
  }

  async exportProfile() {
    return (await this.#answer("exported", { type: "export" }))?.profile ?? "";
  }

  /** @param {string} profile */
  async importProfile(profile) {
    const updates = await this.send({ type: "import", profile });
    const refused = updates.find((update) => update.type === "error");
    if (refused) throw refused;
    return updates;
  }

  /**
   * @param {string} shelf
   * @param {ShelfRequest} request
   */
  openShelf(shelf, request) {
    this.#shelves.set(shelf, request);
    return this.send({ type: "shelf", shelf, request }, request.lang);
  }

  /** @param {string} shelf */
  closeShelf(shelf) {
    if (this.#shelves.delete(shelf)) this.send({ type: "close-shelf", shelf }).catch(ignore);
  }

  /**
   * Resolves with the answer, after the subscribers have seen it. Rejects with a Problem.
   * @param {Command} command
   * @param {string} [lang] of the answer
   * @returns {Promise<Update[]>}
   */
  send(command, lang = this.#lang) {
    this.#lang = lang;
    if (!this.#supervisor.running) this.#wake();
    return this.#supervisor.send({ nowMs: Date.now(), lang, command });
  }

  /**
   * What of an answer is of this type.
   * @template {Update["type"]} Type
   * @param {Type} type
   * @param {Command} command
   * @param {string} [lang]
   * @returns {Promise<Extract<Update, {type: Type}> | undefined>}
   */
  async #answer(type, command, lang) {
    const is = (/** @type {Update} */ update) => update.type === type;
    return /** @type {Extract<Update, {type: Type}> | undefined} */ ((await this.send(command, lang)).find(is));
  }

  start() {
    this.#supervisor.start();
  }

  restart() {
    this.#supervisor.restart();
  }

  #make() {
    const { isolation, worker, catalog, model } = this.#options;
    if (isolation !== "strict") return spawn(worker);
    return import("./isolated.js").then(({ IsolatedWorker }) => new IsolatedWorker([catalog, model]));
  }

  /** @param {Command[]} waiting */
  #opened(waiting) {
    const asked = waiting.flatMap((command) => (command.type === "shelf" ? command.shelf : []));
    const { catalog, model, device, persist, pictures, lang } = this.#options;
    this.send({ type: "open", version: VERSION, catalog, model, device, persist, pictures }, lang).catch(ignore);
    for (const event of [...this.#unsaved.splice(0), ...this.#outbox.left()]) this.#deliver(event);
    for (const [shelf, request] of this.#shelves) {
      if (!asked.includes(shelf)) this.openShelf(shelf, request).catch(ignore);
    }
  }

  /** It kills every worker: an event is set aside, a list is given up. @param {Command} command */
  #crashed(command) {
    if (command.type === "track") this.#outbox.setAside(command.event);
    if (command.type === "shelf") this.#shelves.delete(command.shelf);
  }

  /** The log was written to by another tab: what this page holds of it is old. */
  #reload(forgotten = false) {
    if (this.#reloading && !forgotten) return;
    this.#reloading = true;
    const read = () => {
      this.#reloading = false;
      this.send({ type: "reload", forgotten }).catch(ignore);
    };
    setTimeout(read, forgotten ? 0 : TOGETHER_MS);
  }

  /** Milliseconds from command to answer, oldest first, by command. */
  latencies() {
    return this.#latencies;
  }

  /** @param {import("./types.js").Event} event */
  #deliver(event) {
    this.#outbox.add(event);
    const stored = this.send({ type: "track", event }).then((updates) => {
      if (this.state.unsaved) {
        this.#unsaved.push(event);
        throw UNSAVED;
      }
      this.#outbox.remove(event);
      return updates;
    });
    stored.catch(ignore);
    return stored;
  }

  #wake() {
    if (this.#waking) return;
    this.#waking = true;
    const idle = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ run) => setTimeout(run, 100));
    idle(() => this.start(), { timeout: 1000 });
  }

  /** @param {string} name of the command @param {number} value milliseconds @param {boolean} wrote to the log */
  #answered(name, value, wrote) {
    this.#latencies[name] = [...(this.#latencies[name] ?? []), value].slice(-KEPT);
    this.#publish({ type: "metric", name, value, unit: "ms" });
    if (wrote) this.#outbox.wrote(name);
  }

  /** @param {Update} update */
  #publish(update) {
    const { state } = this;
    if (update.type === "progress") state.progress = this.#furthest(update);
    if (update.type === "catalog-ready") state.items = update.items;
    if (update.type === "model-ready") state.device = update.device;
    if (update.type === "unsaved") {
      state.unsaved = update.entries;
      if (!update.entries) for (const event of this.#unsaved.splice(0)) this.#outbox.remove(event);
    }
    if (update.type === "isolated") state.isolated = update.tried;
    if (update.type === "error" && update.fatal) state.problem = update;
    if (state.problem || (state.items !== null && state.device)) state.progress = null;
    for (const listener of this.#listeners) listener(update);
  }

  /** Catalogue and model come at the same time; the model is what takes long. @param {Progress} progress */
  #furthest(progress) {
    const { progress: shown } = this.state;
    return shown && shown.stage !== "catalog" && progress.stage === "catalog" ? shown : progress;
  }
}

let last = 0;

/** Milliseconds, and no two events of a page at the same time: they would be taken for one. */
function now() {
  const time = Date.now();
  last = last >= time && last < time + 1 ? last + 0.001 : time;
  return last;
}

const globalPrivacyControl = () => Boolean(/** @type {any} */ (navigator).globalPrivacyControl);
const blank = (/** @type {Options & {persist: boolean}} */ { persist, pictures }) => ({
  persist,
  pictures,
  unsaved: 0,
  items: null,
  isolated: null,
  device: null,
  progress: null,
  problem: null,
});
/** Of a worker that was given up. @type {ProfileSummary} */
const NOTHING_KNOWN = { events: [], interests: [], storedBytes: 0, textDays: 0 };
const UNSAVED = { code: "unsaved", message: "The browser could not store the event yet.", fatal: false };
const ignore = () => {};
