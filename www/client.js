/**
 * The page's end of the wire: one worker for all that ask for the same catalogue and model, started when the
 * page is idle and somebody has asked for something. Knows commands and updates; knows no element and no ranking.
 *
 * page -> worker  { id, command }
 * worker -> page  { id | null, updates } or { id, error }
 *
 * @import {Client as ClientShape, Command, EventName, Options} from "./types.js"
 * @import {Problem, Progress, ShelfRequest, State, Update} from "./types.js"
 */
import { Outbox } from "./outbox.js";
import { spawn } from "./spawn.js";

const VERSION = 1;
/** A worker that dies is replaced this many times on one page; then the shop's own markup stands. */
const RESTARTS = 2;

/** @type {Map<string, Client>} */
const clients = new Map();

/**
 * The client for a catalogue and a model; the same one for the same options.
 * @param {Options} options
 */
export function connect({ catalog, model, device = "auto", lang = "en", persist }) {
  const absolute = (/** @type {string} */ url) => new URL(url, document.baseURI).href;
  const open = { catalog: absolute(catalog), model: absolute(model), device };
  const key = JSON.stringify(open);
  const client = clients.get(key) ?? new Client({ ...open, lang, persist: persist ?? !globalPrivacyControl() });
  clients.set(key, client);
  return client;
}

/** @implements {ClientShape} */
class Client {
  /** @type {State} */
  state;
  #options;
  #outbox;
  /** @type {Worker | null} */
  #worker = null;
  #waking = false;
  #answered = false;
  #restarts = 0;
  #nextId = 1;
  /** @type {Map<number, {command: Command, resolve: (updates: Update[]) => void, reject: (why: Problem) => void}>} */
  #pending = new Map();
  /** @type {Map<string, ShelfRequest>} */
  #shelves = new Map();
  /** @type {Set<(update: Update) => void>} */
  #listeners = new Set();

  /** @param {Required<Options>} options */
  constructor(options) {
    this.#options = options;
    this.#outbox = new Outbox(options.persist);
    this.state = blank(options.persist);
    // A page that comes back from the back/forward cache holds a log that other pages have written to since.
    addEventListener("pageshow", (event) => event.persisted && this.#worker && this.restart());
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
    return this.#deliver({ name, ...about, timeMs: Date.now() });
  }

  /**
   * @param {EventName} name
   * @param {string} item
   */
  undo(name, item) {
    return this.send({ type: "undo", item, name, nowMs: Date.now() });
  }

  /**
   * @param {string} query
   * @param {{limit?: number, lang?: string}} [options]
   */
  async search(query, { limit = 24, lang = this.#options.lang } = {}) {
    const updates = await this.send({ type: "search", query, limit, lang, nowMs: Date.now() });
    return updates.find((update) => update.type === "results")?.cards ?? [];
  }

  async profile(lang = this.#options.lang) {
    const updates = await this.send({ type: "profile", lang, nowMs: Date.now() });
    return updates.find((update) => update.type === "profile") ?? { events: [], storedBytes: 0 };
  }

  forget() {
    this.#outbox.clear();
    return this.send({ type: "forget" });
  }

  /**
   * @param {string} shelf
   * @param {ShelfRequest} request
   */
  openShelf(shelf, request) {
    this.#shelves.set(shelf, request);
    return this.send({ type: "shelf", shelf, request, nowMs: Date.now() });
  }

  /** @param {string} shelf */
  closeShelf(shelf) {
    if (this.#shelves.delete(shelf)) this.send({ type: "close-shelf", shelf }).catch(ignore);
  }

  /**
   * Resolves with the answer, after the subscribers have seen it. Rejects with a Problem.
   * @param {Command} command
   * @returns {Promise<Update[]>}
   */
  send(command) {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { command, resolve, reject });
      if (this.#worker) this.#worker.postMessage({ id, command });
      else this.#wake();
    });
  }

  start() {
    if (this.#worker) return;
    try {
      this.#worker = spawn();
    } catch (error) {
      return this.#fail(String(error));
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => this.#fail(event.message);
    this.#worker.onmessageerror = () => this.#fail("an answer could not be read");

    const waiting = [...this.#pending.keys()];
    const asked = [...this.#pending.values()].flatMap(({ command }) => (command.type === "shelf" ? command.shelf : []));
    this.send({ type: "open", version: VERSION, ...this.#options, nowMs: Date.now() }).catch(ignore);
    for (const event of this.#outbox.left()) this.#deliver(event).catch(ignore);
    for (const [shelf, request] of this.#shelves) {
      if (!asked.includes(shelf)) this.openShelf(shelf, request).catch(ignore);
    }
    for (const id of waiting) this.#worker?.postMessage({ id, command: this.#pending.get(id)?.command });
  }

  /** A new worker, with everything that the old one had not answered. */
  restart() {
    this.#worker?.terminate();
    this.#worker = null;
    for (const [id, { command }] of this.#pending) if (command.type === "open") this.#pending.delete(id);
    this.state = blank(this.#options.persist);
    this.#publish({ type: "restarted" });
    this.start();
  }

  /** @param {import("./types.js").Event} event */
  #deliver(event) {
    this.#outbox.add(event);
    const answer = this.send({ type: "track", event });
    answer.then(() => this.#outbox.remove(event), ignore);
    return answer;
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
    const asked = id == null ? undefined : this.#pending.get(id);
    if (id != null) this.#pending.delete(id);
    if (error) {
      const problem = typeof error === "string" ? { code: "worker", message: error, fatal: false } : error;
      this.#publish({ type: "error", ...problem });
      asked?.reject(problem);
      return;
    }
    for (const update of updates ?? []) this.#publish(update);
    asked?.resolve(updates ?? []);
  }

  /** @param {Update} update */
  #publish(update) {
    const { state } = this;
    if (update.type === "progress") state.progress = this.#furthest(update);
    if (update.type === "catalog-ready") state.items = update.items;
    if (update.type === "model-ready") state.device = update.device;
    if (update.type === "error" && update.fatal) state.problem = update;
    if (state.problem || (state.items !== null && state.device)) state.progress = null;
    for (const listener of this.#listeners) listener(update);
  }

  /** Catalogue and model come at the same time; the model is what takes long. @param {Progress} progress */
  #furthest(progress) {
    const { progress: shown } = this.state;
    return shown && shown.stage !== "catalog" && progress.stage === "catalog" ? shown : progress;
  }

  /** The worker could not be loaded, or died. @param {string} why */
  #fail(why) {
    if (this.#answered && this.#restarts++ < RESTARTS) return this.restart();
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

const globalPrivacyControl = () => Boolean(/** @type {any} */ (navigator).globalPrivacyControl);
const blank = (/** @type {boolean} */ persist) => ({
  persist,
  items: null,
  device: null,
  progress: null,
  problem: null,
});
const ignore = () => {};
