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
 * page -> worker  { id, command } or { ping }
 * worker -> page  { id | null, updates } or { id, error }
 *
 * @import {Command, EventName, Explanation, Nearmind as NearmindShape, Options} from "./types.js"
 * @import {Problem, Progress, Recommendations, ShelfRequest, State, Update, Wish} from "./types.js"
 */
import { Outbox } from "./outbox.js";
import { spawn } from "./spawn.js";

const VERSION = 1;
/** A worker that dies is replaced this many times on one page; then the shop's own markup stands. */
const RESTARTS = 2;
/** While something waits for an answer, a worker that says nothing is asked this often whether it lives. */
const PULSE_MS = 2000;
/** So many times in vain, and it is replaced: 10 s. One whose script may still be on its way has 20 s. */
const SILENT = 5;
const SILENT_AT_FIRST = 10;
const TOGETHER_MS = 300;
/** A worker that lives, and has not answered a command after so many: 60 s. */
const STUCK = 30;
/** So many answers of each kind are as many as a percentile needs. */
const KEPT = 200;

/**
 * What all copies of this file on one page share, lest a script that is included twice starts two workers.
 * @type {Map<string, Nearmind>}
 */
const opened = (/** @type {any} */ (globalThis)[Symbol.for(`nearmind ${VERSION}`)] ??= new Map());

/** @implements {NearmindShape} */
export class Nearmind {
  /**
   * The one for a catalogue and a model; the same one for the same options.
   * @param {Options} options
   * @returns {Nearmind}
   */
  static open({ catalog, model, device = "auto", lang = "en", persist = !globalPrivacyControl(), worker, isolation, pictures = "shop" }) {
    const absolute = (/** @type {string} */ url) => new URL(url, document.baseURI).href;
    const script = worker && absolute(worker);
    const asked = { catalog: absolute(catalog), model: absolute(model), device, persist, worker: script, isolation, pictures };
    const key = JSON.stringify(asked);
    const known = opened.get(key) ?? new Nearmind({ ...asked, lang });
    opened.set(key, known);
    return known;
  }

  /** @type {State} */
  state;
  #options;
  #outbox;
  /** @type {Record<string, number[]>} */
  #latencies = {};
  /** @type {Pick<Worker, "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate"> | null} */
  #worker = null;
  #waking = false;
  #coming = false;
  #answered = false;
  #restarts = 0;
  #silent = 0;
  #reloading = false;
  /** After a worker died the next one gets one command at a time: the one that another dies of is known. */
  #careful = false;
  /** The command that a careful page waits for. */
  #out = 0;
  #pulse = 0;
  #nextId = 1;
  /** @type {Map<number, Asked>} */
  #pending = new Map();
  /** Counted, and not stored yet. @type {import("./types.js").Event[]} */
  #unsaved = [];
  /** @type {Map<string, ShelfRequest>} */
  #shelves = new Map();
  /** @type {Set<(update: Update) => void>} */
  #listeners = new Set();

  /** @param {Options & {persist: boolean, lang: string}} options Use {@link Nearmind.open}, which shares. */
  constructor(options) {
    this.#options = options;
    this.#outbox = new Outbox(options.persist, (forgotten) => {
      if (forgotten) this.#unsaved = [];
      if (this.#worker) this.#reload(forgotten);
    });
    this.state = blank(options);
    // A page that comes back from the back/forward cache holds a log that other pages have written to since.
    addEventListener("pageshow", (event) => event.persisted && this.#worker && this.#reload());
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
    const shelf = `list-${this.#nextId}`;
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
    return (await this.#answer("results", { type: "search", query, limit, lang }))?.cards ?? [];
  }

  async profile(lang = this.#options.lang) {
    return (await this.#answer("profile", { type: "profile", lang })) ?? { events: [], storedBytes: 0 };
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
    return (await this.#answer("map", { type: "map", recommended, lang })) ?? null;
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
    return this.send({ type: "shelf", shelf, request });
  }

  /** @param {string} shelf */
  closeShelf(shelf) {
    if (this.#shelves.delete(shelf)) this.send({ type: "close-shelf", shelf }).catch(ignore);
  }

  /**
   * Resolves with the answer, after the subscribers have seen it. Rejects with a Problem.
   * @param {Command} asked Its time is now, unless it says when.
   * @returns {Promise<Update[]>}
   */
  send(asked) {
    const command = { nowMs: Date.now(), ...asked };
    return new Promise((resolve, reject) => {
      // There is no worker any more that could answer.
      if (!this.#worker && this.state.problem) return reject(this.state.problem);
      const id = this.#nextId++;
      this.#pending.set(id, { command, resolve, reject, since: performance.now(), pulses: 0 });
      if (this.#worker) this.#post(id);
      else this.#wake();
    });
  }

  /**
   * What of an answer is of this type.
   * @template {Update["type"]} Type
   * @param {Type} type
   * @param {Command} command
   * @returns {Promise<Extract<Update, {type: Type}> | undefined>}
   */
  async #answer(type, command) {
    return /** @type {any} */ ((await this.send(command)).find((update) => update.type === type));
  }

  start() {
    if (this.#worker || this.#coming) return;
    const { isolation, worker, catalog, model } = this.#options;
    if (isolation !== "strict") return this.#begin(() => spawn(worker));
    this.#coming = true;
    import("./isolated.js").then(
      ({ IsolatedWorker }) => this.#begin(() => new IsolatedWorker([catalog, model])),
      (error) => this.#fail(`${error}`),
    );
  }

  /** @param {() => any} make */
  #begin(make) {
    this.#coming = false;
    try {
      this.#worker = make();
    } catch (error) {
      return this.#fail(error instanceof Error ? error.message : `${error}`);
    }
    if (!this.#worker) return;
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#fail(event.message);
    this.#worker.onmessageerror = () => this.#fail("an answer could not be read");
    this.#silent = 0;
    clearInterval(this.#pulse);
    this.#pulse = setInterval(() => this.#listen(), PULSE_MS);

    const waiting = [...this.#pending.keys()];
    const asked = [...this.#pending.values()].flatMap(({ command }) => (command.type === "shelf" ? command.shelf : []));
    this.send({ type: "open", version: VERSION, ...this.#options }).catch(ignore);
    for (const event of [...this.#unsaved.splice(0), ...this.#outbox.left()]) this.#deliver(event);
    for (const [shelf, request] of this.#shelves) {
      if (!asked.includes(shelf)) this.openShelf(shelf, request).catch(ignore);
    }
    waiting.forEach((id) => this.#post(id));
  }

  /** @param {number | undefined} id */
  #post(id) {
    const command = this.#pending.get(id ?? 0)?.command;
    if (!command || (this.#careful && this.#out)) return;
    this.#out = /** @type {number} */ (id);
    this.#worker?.postMessage({ id, command });
  }

  /** A new worker, with everything that the old one had not answered. */
  restart() {
    for (const asked of this.#pending.values()) asked.pulses = 0;
    this.#worker?.terminate();
    this.#worker = null;
    for (const [id, { command }] of this.#pending) if (command.type === "open") this.#pending.delete(id);
    this.state = blank(this.#options);
    this.#publish({ type: "restarted" });
    this.start();
  }

  /** The log was written to by another tab: what this page holds of it is old. */
  #reload(forgotten = false) {
    if (this.#reloading && !forgotten) return;
    this.#reloading = true;
    const read = () => {
      this.#reloading = false;
      this.send({ type: "reload", forgotten }).catch(ignore);
    };
    // What other tabs write within a moment is read at once.
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

  /** @param {{id: number | null, updates?: Update[], error?: Problem | string}} message */
  #receive({ id, updates, error }) {
    this.#answered = true;
    this.#silent = 0;
    const asked = id == null ? undefined : this.#pending.get(id);
    if (id != null) this.#pending.delete(id);
    if (id === this.#out) this.#out = 0;
    if (this.#careful && !this.#out) this.#post(this.#pending.keys().next().value);
    if (error) {
      const problem = typeof error === "string" ? { code: "worker", message: error, fatal: false } : error;
      this.#publish({ type: "error", ...problem });
      asked?.reject(problem);
      return;
    }
    for (const update of updates ?? []) this.#publish(update);
    if (!asked) return;
    asked.resolve(updates ?? []);
    const [name, value] = [asked.command.type, performance.now() - asked.since];
    this.#latencies[name] = [...(this.#latencies[name] ?? []), value].slice(-KEPT);
    this.#publish({ type: "metric", name, value, unit: "ms" });
    this.#outbox.done(name);
  }

  /** @param {Update} update */
  #publish(update) {
    const { state } = this;
    if (update.type === "progress") state.progress = this.#furthest(update);
    if (update.type === "catalog-ready") state.items = update.items;
    if (update.type === "model-ready") state.device = update.device;
    if (update.type === "unsaved") {
      state.unsaved = update.entries;
      if (!update.entries) this.#unsaved.splice(0).forEach((event) => this.#outbox.remove(event));
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

  /** Whether the worker lives. A page that was frozen hears it before it counts further. */
  #listen() {
    if (!this.#pending.size) return;
    const [first] = this.#pending.values();
    if (++this.#silent > (this.#answered ? SILENT : SILENT_AT_FIRST) || ++first.pulses > STUCK) return this.#fail("it does not answer", this.#answered);
    this.#worker?.postMessage({ ping: true });
  }

  /** The command that a second worker died of is refused, and an event set aside, so that the next ones live. */
  #blame() {
    const [id, asked] = [this.#out, this.#pending.get(this.#out)];
    this.#out = 0;
    if (!this.#careful || !asked || asked.command.type === "open") return void (this.#careful = true);
    const { command, reject } = asked;
    this.#pending.delete(id);
    if (command.type === "track") this.#outbox.setAside(command.event);
    if (command.type === "shelf") this.#shelves.delete(command.shelf);
    reject({ code: "crashed", message: "The recommender failed twice while it did this.", fatal: false });
  }

  /**
   * The worker died; or it could not be loaded, for which browsers give no reason.
   * @param {string} why @param {boolean} [lived] Another one may live, too.
   */
  #fail(why, lived = this.#answered || Boolean(why)) {
    clearInterval(this.#pulse);
    if (lived) this.#blame();
    if (lived && this.#restarts++ < RESTARTS) return this.restart();
    this.#worker?.terminate();
    this.#worker = null;
    const problem = {
      code: "worker-failed",
      message: `The recommender could not start: ${why || "its script was not loaded"}.`,
      fatal: true,
    };
    this.#publish({ type: "error", ...problem });
    for (const { reject } of this.#pending.values()) reject(problem);
    this.#pending.clear();
  }
}

/**
 * @typedef {{command: Command, resolve: (updates: Update[]) => void, reject: (why: Problem) => void, since: number, pulses: number}} Asked
 */

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
const UNSAVED = { code: "unsaved", message: "The browser could not store the event yet.", fatal: false };
const ignore = () => {};
