/**
 * Nearmind without an element, for pages that draw lists themselves; the elements use it, too.
 *
 *     import { Nearmind } from "./nearmind.js";
 *     const nearmind = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
 *     await nearmind.track("view_item", { item: "rain-jacket-squall" });
 *     const { basis, cards } = await nearmind.recommend({ limit: 6 });
 *
 * Everything on a page with the same catalogue and model shares one worker, which is started at the first command, when
 * the page is idle. Knows commands and updates, but no element and no ranking. Importing it does nothing.
 *
 * @import {Command, DeviceReport, Event as LogEvent, EventName, Explanation, Nearmind as NearmindShape} from "./types.js"
 * @import {ListOptions, Options, ProfileSummary, Recommendations, ShelfRequest, State, Update} from "./types.js"
 */
import { Outbox } from "./outbox.js";
import { spawn } from "./spawn.js";
import { Supervisor } from "./supervisor.js";
import { withTexts } from "./texts.js";

const VERSION = 3;
/** Changes by other tabs within this time are read together. */
const RELOAD_DELAY_MS = 300;
/** Latencies that are kept of each command: enough for percentiles. */
const KEPT_LATENCIES = 200;

/** Copies of this file on one page share their clients, so that a script that is included twice starts one worker. */
const shared = /** @type {Record<symbol, Map<string, Nearmind>>} */ (/** @type {unknown} */ (globalThis));
const opened = (shared[Symbol.for(`nearmind ${VERSION}`)] ??= new Map());

/** @implements {NearmindShape} */
export class Nearmind {
  /** The client for a catalogue and a model; the same one for the same options. @param {Options} options @returns {Nearmind} */
  static open({
    catalog,
    model,
    encoder = "auto",
    device = "auto",
    lang = "en",
    persist = !globalPrivacyControl(),
    worker,
    isolation,
    pictures = "shop",
  }) {
    const absolute = (/** @type {string} */ url) => new URL(url, document.baseURI).href;
    const urls = { catalog: absolute(catalog), model: model && absolute(model), worker: worker && absolute(worker) };
    const sources = { ...urls, encoder, device, persist, isolation, pictures };
    const key = JSON.stringify(sources);
    const client = opened.get(key) ?? new Nearmind({ ...sources, lang });
    opened.set(key, client);
    return client;
  }

  /** @type {State} */
  state;
  #options;
  #outbox;
  /** BCP 47 tag of the last command. */
  #lang;
  /** The last messages, with their texts. @type {Promise<any>} */
  #translated = Promise.resolve();
  /** @type {Record<string, number[]>} */
  #latencies = {};
  #supervisor;
  #waking = false;
  #reloading = false;
  #nextList = 1;
  /** Events that count, but are not stored yet. @type {import("./types.js").Event[]} */
  #unsaved = [];
  /** @type {Map<string, ShelfRequest>} */
  #shelves = new Map();
  /** @type {Set<(update: Update) => void>} */
  #listeners = new Set();

  /** @param {Options & Required<Pick<Options, "encoder" | "device" | "lang" | "persist" | "pictures">>} options Use {@link Nearmind.open}, which shares clients. */
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
      translate: (updates, lang) => this.#translate(updates, lang),
      publish: (update) => this.#publish(update),
      answered: (command, ms, wrote) => this.#answered(command, ms, wrote),
      crashed: (command) => this.#crashed(command),
      restarted: () => {
        this.state = blank(options);
        this.#publish({ type: "restarted" });
      },
    });
    this.state = blank(options);
    // The log of a page that comes back from the back/forward cache may be out of date.
    addEventListener("pageshow", (event) => event.persisted && this.#supervisor.running && this.#reload());
  }

  /** @param {(update: Update) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Loads the model now, whatever the connection. @returns {Promise<DeviceReport | null>} */
  async prepare() {
    return (await import("./prepare.js")).prepare(this, this.#lang);
  }

  /** @param {EventName} name @param {Partial<Pick<LogEvent, "item" | "text" | "value" | "dwellMs">>} [about] */
  track(name, about = {}) {
    return this.#deliver({ name, ...about, timeMs: now() });
  }

  /** @param {EventName} name @param {string} item */
  undo(name, item) {
    return this.send({ type: "undo", item, name });
  }

  /** Returns a list, once the catalogue has been loaded. @param {ListOptions} [options] @returns {Promise<Recommendations>} */
  recommend(options = {}) {
    return this.#inList(options, async (list) => list);
  }

  /**
   * Why an item ranks where it does in a list, or would rank; null if the catalogue does not have it.
   * @param {string} item
   * @param {ListOptions} [options] of the list
   * @returns {Promise<Explanation | null>}
   */
  explain(item, options = {}) {
    return this.#inList(options, ({ shelf }) => this.explainIn(shelf, item));
  }

  /** The same in a list that is open. @param {string} shelf @param {string} item @returns {Promise<Explanation | null>} */
  async explainIn(shelf, item) {
    return (await this.#answer("explanation", { type: "explain", shelf, item })) ?? null;
  }

  /** Opens a list while `work` runs. @template T @param {ListOptions} options @param {(list: Recommendations) => Promise<T>} work */
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

  /** @param {string} query @param {{limit?: number, lang?: string}} [options] */
  async search(query, { limit = 24, lang = this.#options.lang } = {}) {
    return (await this.#answer("results", { type: "search", query, limit }, lang))?.cards ?? [];
  }

  async profile(lang = this.#options.lang) {
    return (await this.#answer("profile", { type: "profile" }, lang)) ?? EMPTY_PROFILE;
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

  /** @param {string} shelf @param {ShelfRequest} request */
  openShelf(shelf, request) {
    this.#shelves.set(shelf, request);
    return this.send({ type: "shelf", shelf, request }, request.lang);
  }

  /** @param {string} shelf */
  closeShelf(shelf) {
    if (this.#shelves.delete(shelf)) this.send({ type: "close-shelf", shelf }).catch(ignore);
  }

  /**
   * Resolves with the answer, after the subscribers have received it. Rejects with a Problem.
   * @param {Command} command
   * @param {string} [lang] BCP 47 tag of the answer
   * @returns {Promise<Update[]>}
   */
  send(command, lang = this.#lang) {
    this.#lang = lang;
    if (!this.#supervisor.running) this.#wake();
    return this.#supervisor.send({ nowMs: Date.now(), lang, command });
  }

  /**
   * Sends a command and returns the update of this type in its answer.
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
    const folders = model ? [catalog, model] : [catalog];
    return import("./isolated.js").then(({ IsolatedWorker }) => new IsolatedWorker(folders));
  }

  /** @param {Command[]} waiting */
  #opened(waiting) {
    const opening = waiting.flatMap((command) => (command.type === "shelf" ? command.shelf : []));
    const { catalog, model = null, encoder, device, persist, pictures, lang } = this.#options;
    const open = { version: VERSION, catalog, model, encoder, device, persist, pictures };
    this.send({ type: "open", ...open }, lang).catch(ignore);
    for (const event of [...this.#unsaved.splice(0), ...this.#outbox.leftEvents()]) this.#deliver(event);
    for (const [shelf, request] of this.#shelves) {
      if (!opening.includes(shelf)) this.openShelf(shelf, request).catch(ignore);
    }
  }

  /** Called with a command that has crashed two workers: its event is set aside, its list is closed. @param {Command} command */
  #crashed(command) {
    if (command.type === "track") this.#outbox.setAside(command.event);
    if (command.type === "shelf") this.#shelves.delete(command.shelf);
  }

  /** Reads the log again after another tab has changed it. */
  #reload(forgotten = false) {
    if (this.#reloading && !forgotten) return;
    this.#reloading = true;
    const read = () => {
      this.#reloading = false;
      this.send({ type: "reload", forgotten }).catch(ignore);
    };
    setTimeout(read, forgotten ? 0 : RELOAD_DELAY_MS);
  }

  /** Milliseconds from command to answer, oldest first, by command. */
  latencies() {
    return this.#latencies;
  }

  /** @param {import("./types.js").Event} event */
  #deliver(event) {
    this.#outbox.add(event);
    const stored = this.send({ type: "track", event }).then(async (updates) => {
      if (this.state.unsaved) {
        this.#unsaved.push(event);
        throw await withTexts(UNSAVED, this.#lang);
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
    this.#latencies[name] = [...(this.#latencies[name] ?? []), value].slice(-KEPT_LATENCIES);
    this.#publish({ type: "metric", name, value, unit: "ms" });
    if (wrote) this.#outbox.wrote(name);
  }

  /**
   * Adds texts, those of a list in the list's language. Messages keep their order, even if one waits for sentences to load.
   * @param {import("./wire.js").Update[]} updates
   * @param {string} [lang] of the command
   */
  #translate(updates, lang = this.#lang) {
    const langOf = (/** @type {any} */ { shelf }) => this.#shelves.get(shelf)?.lang ?? lang;
    const translate = () => Promise.all(updates.map((update) => withTexts(update, langOf(update))));
    return (this.#translated = this.#translated.then(translate, translate));
  }

  /** @param {Update} update */
  #publish(update) {
    const { state } = this;
    if (update.type === "progress") state.progress = update;
    else if (/^(catalog|model)-/.test(update.type)) state.progress = null;
    if (update.type === "catalog-ready") {
      state.items = update.items;
      const { model, encoder } = this.#options;
      if (model && encoder === "auto") import("./prepare.js").then(({ offer }) => offer(this)).catch(ignore);
    }
    if (update.type === "word-vectors-ready") state.words = update.words;
    if (update.type === "model-absent") state.modelAbsent = update.reason;
    if (update.type === "model-ready") {
      state.device = update.device;
      state.modelAbsent = null;
    }
    if (update.type === "unsaved") {
      state.unsaved = update.entries;
      if (!update.entries) for (const event of this.#unsaved.splice(0)) this.#outbox.remove(event);
    }
    if (update.type === "isolated") state.isolated = update.tried;
    if (update.type === "warning") console.warn(`nearmind: ${update.message}`);
    if (update.type === "error" && update.fatal) {
      state.problem = update;
      state.progress = null;
    }
    for (const listener of this.#listeners) listener(update);
  }
}

let last = 0;

/** Milliseconds since 1970. Never the same twice on a page: events of equal name and time would count as one. */
function now() {
  const time = Date.now();
  last = last >= time && last < time + 1 ? last + 0.001 : time;
  return last;
}

const globalPrivacyControl = () => Boolean(navigator.globalPrivacyControl);
const blank = (/** @type {Options & {persist: boolean}} */ { persist, pictures }) => ({
  persist,
  pictures,
  unsaved: 0,
  items: null,
  isolated: null,
  device: null,
  words: 0,
  modelAbsent: null,
  progress: null,
  problem: null,
});
/** The profile where no worker answers. @type {ProfileSummary} */
const EMPTY_PROFILE = { events: [], interests: [], storedBytes: 0, textDays: 0 };
/** @type {import("./wire.js").Update} */
const UNSAVED = { type: "error", code: "unsaved", detail: "", fatal: false };
const ignore = () => {};
