/**
 * A feed to a catalogue on this device: read, embedded in the background, packed, kept. Survives a reload: the file and
 * every vector that was made are kept, and what is missing is made.
 *
 *     const importer = new Importer({ models: ["models/minilm/"], change: (state) => draw(state) });
 *     await importer.restore();          // goes on, or shows what is there
 *     await importer.take(file, {});     // options: format, columns, currency, lang, variants
 *     importer.pause(); importer.resume(); await importer.cancel();
 *     const blob = await importer.export();
 *
 * Knows neither elements nor formats: `worker.js` reads and packs, a pool of Nearmind's workers embeds.
 *
 * @import {Problem, State, Unread} from "./types.js"
 */
import { EmbedPool, suitable } from "../pool.js";
import { spawn } from "../spawn.js";
import { hasPack, Keep, retainPack } from "./keep.js";

const LOCK = "nearmind-import";
/** So long an import that goes on after a reload waits for the lock. */
const RELEASE_MS = 3000;
/** Texts of one question to the pool: two of its messages. */
const BATCH = 32;
/** The rate is that of so many seconds. */
const RATE_SECS = 15;
/** A language that a smaller share of the texts is in may be a wrong guess, and is not worth a word. */
const WORTH_A_WORD = 0.02;

export class Importer {
  /** @type {State} */
  state = {
    phase: "idle",
    name: "",
    done: 0,
    total: 0,
    rate: 0,
    secondsLeft: null,
    device: "",
    unread: [],
    kept: true,
    waits: false,
    report: null,
    catalog: null,
    problem: null,
  };
  #models;
  #device;
  #change;
  #keep = Keep.open();
  /** Ends a run that was cancelled or failed: whoever holds another number stops. */
  #run = 0;
  /** @type {Hand | null} */
  #hand = null;
  /** @type {EmbedPool | null} */
  #pool = null;
  /** What the lanes wait for while it is paused. @type {{gate: Promise<void>, open: () => void} | null} */
  #pause = null;
  /** How far it was when. @type {[number, number][]} */
  #marks = [];
  /** The run before this one, and its lock. */
  #ended = Promise.resolve();
  /** What was there is known: a file that is dropped sooner waits for it. @type {Promise<unknown>} */
  #looked = Promise.resolve();

  /** @param {{models: string[], device?: "auto" | "cpu" | "gpu", change: (state: State) => void}} options The first model is for feeds that none reads more of. */
  constructor({ models, device = "auto", change }) {
    this.#models = models.map((model) => new URL(model, document.baseURI).href);
    this.#device = device;
    this.#change = change;
  }

  get busy() {
    return ["reading", "embedding", "paused", "packing"].includes(this.state.phase);
  }

  /** Shows what is there, and goes on where an earlier visit stopped. */
  async restore() {
    const looking = (this.#looked = this.#look());
    const pending = await looking;
    if (pending) await (this.#ended = this.#import(pending, true));
  }

  /** Shows the catalogue that is there. Gives back the import to go on with. */
  async #look() {
    const keep = await this.#keep;
    const [known, pending] = [await keep.get("done"), await keep.get("pending")];
    const catalog = known && (await hasPack(known.id)) ? known : null;
    const there = {
      catalog,
      report: catalog?.report ?? null,
      name: catalog?.name ?? "",
      waits: Boolean(pending),
      problem: null,
    };
    this.#set({ ...there, phase: catalog ? "done" : "idle" });
    if (known && !catalog) {
      await keep.set("done", undefined);
      this.#set({ phase: "failed", problem: { code: "gone", message: "the browser has cleared it" } });
    }
    return pending;
  }

  /** One file at a time: another is not taken. @param {File} file @param {object} options */
  async take(file, options) {
    await this.#looked;
    if (!this.busy) await (this.#ended = this.#import({ file, options, paused: false, done: 0 }, false));
  }

  pause() {
    if (this.state.phase !== "embedding") return;
    this.#hold();
    this.#set({ phase: "paused", rate: 0, secondsLeft: null });
    this.#mark({ paused: true, done: this.state.done });
  }

  resume() {
    if (this.state.phase !== "paused") return;
    this.#pause?.open();
    this.#pause = null;
    this.#marks = [];
    this.#set({ phase: "embedding" });
    this.#mark({ paused: false });
  }

  /** Forgets the import that is under way; a catalogue that was there before stays. */
  async cancel() {
    this.#stop();
    await this.#ended;
    const keep = await this.#keep;
    await keep.set("pending", undefined);
    await keep.retainVectors();
    await this.restore();
  }

  /** Forgets the catalogue. */
  async remove() {
    const keep = await this.#keep;
    await keep.set("done", undefined);
    await retainPack();
    await this.cancel();
  }

  /** The catalogue as one zip file, as `nearmind bake` writes its folder. @returns {Promise<Blob>} */
  async export() {
    const hand = this.#hand ?? new Hand();
    try {
      return await hand.ask("zip", { id: this.state.catalog?.id });
    } finally {
      if (hand !== this.#hand) hand.close();
    }
  }

  /** @param {{file: File, options: object, paused: boolean, done: number}} pending @param {boolean} again */
  async #import(pending, again) {
    const run = ++this.#run;
    this.#set({ phase: "reading", name: pending.file.name, done: 0, total: pending.file.size, problem: null });
    const busy = { code: "busy", message: "another tab imports" };
    // A page that was left a moment ago, and may be kept for the way back, gives the lock up when another asks for it.
    const patience = again ? { signal: AbortSignal.timeout(RELEASE_MS) } : { ifAvailable: true };
    const held = navigator.locks?.request(LOCK, patience, (lock) =>
      lock ? this.#steps(run, pending, again) : Promise.reject(busy),
    );
    try {
      await (held ?? this.#steps(run, pending, again));
    } catch (thrown) {
      if (run !== this.#run) return;
      const late = thrown instanceof DOMException && thrown.name === "TimeoutError";
      const problem = late ? busy : /** @type {Problem} */ (thrown);
      this.#stop();
      // What another tab is at is not to be discarded here.
      this.#set({ phase: "failed", problem, waits: this.state.waits && problem.code !== "busy" });
    }
  }

  /** @param {number} run @param {{file: File, options: object, paused: boolean, done: number}} pending @param {boolean} again */
  async #steps(run, pending, again) {
    const { file, options } = pending;
    const keep = await this.#keep;
    const hand = (this.#hand = new Hand());
    /** @param {Partial<State>} news */
    const tell = (news) => run === this.#run && this.#set(news);
    this.#marks = [];
    tell({ report: null, rate: 0, secondsLeft: null, kept: keep.lasting });
    const read = await hand.ask("read", { file, options }, ({ bytes, total }) => tell({ done: bytes, total }));
    tell({ report: read.report });
    if (!read.count) throw { code: "nothing", message: "no row can be used" };
    if (!again)
      await keep.set("pending", pending).then(
        () => tell({ waits: true }),
        () => tell({ kept: false }),
      );
    if (pending.paused) this.#hold();
    tell({ phase: pending.paused ? "paused" : "embedding", done: pending.done, total: read.count });
    await this.#pause?.gate;
    const { model, manifest, unread } = await this.#choose(read.languages);
    tell({ unread });
    const { pool, device, lanes } = await this.#open(model);
    if (run !== this.#run) return pool.close();
    this.#pool = pool;
    tell({ device });
    tell(await hand.ask("plan", { model: manifest, device }));
    await Promise.all(Array.from({ length: lanes }, () => this.#lane(run, hand, pool)));
    if (run !== this.#run) return;
    pool.close();
    tell({ phase: "packing", rate: 0, secondsLeft: null });
    const packed = await hand.ask("pack", {});
    const catalog = { ...packed, name: file.name, model, unread, report: read.report };
    if (run !== this.#run) return;
    await hand.ask("commit", { done: catalog });
    this.#stop();
    this.#set({ phase: "done", catalog, waits: false });
  }

  /** Takes batches until there is none left. @param {number} run @param {Hand} hand @param {EmbedPool} pool */
  async #lane(run, hand, pool) {
    for (;;) {
      await this.#pause?.gate;
      const { rows, texts } = await hand.ask("texts", { most: BATCH });
      if (!rows.length || run !== this.#run) return;
      const { vectors } = await pool.embed(texts);
      const { done, total, kept } = await hand.ask("learned", { rows, vectors });
      if (run !== this.#run) return;
      this.#set({ done, total, kept: this.state.kept && kept, ...this.#pace(done, total) });
    }
  }

  /** @param {number} done @param {number} total */
  #pace(done, total) {
    const now = performance.now();
    this.#marks.push([now, done]);
    while (now - this.#marks[0][0] > RATE_SECS * 1000) this.#marks.shift();
    const [[since, before]] = this.#marks;
    const rate = now > since ? ((done - before) * 1000) / (now - since) : 0;
    return this.state.phase === "paused" ? {} : { rate, secondsLeft: rate > 0 ? (total - done) / rate : null };
  }

  /**
   * The model that reads most of the texts, of those that read as many the first; its manifest, too, and the languages
   * that it does not read.
   * @param {Record<string, number>} languages Texts by their language.
   */
  async #choose(languages) {
    const all = Math.max(
      Object.values(languages).reduce((sum, count) => sum + count, 0),
      1,
    );
    let best;
    for (const model of this.#models) {
      const response = await fetch(`${model}manifest.json`).catch(() => null);
      if (!response?.ok) continue;
      const manifest = await response.text();
      /** @type {string[]} */
      const own = JSON.parse(manifest).languages;
      // A manifest that lists none does not know.
      const missing = Object.entries(languages).filter(([lang]) => lang && own.length && !own.includes(lang));
      const misses = missing.reduce((sum, [, count]) => sum + count, 0);
      /** @type {Unread} */
      const shares = missing.map(([lang, count]) => [lang, count / all]);
      const unread = shares.filter(([, share]) => share >= WORTH_A_WORD).sort(([, a], [, b]) => b - a);
      if (!best || misses < best.misses) best = { model, manifest, unread, misses };
      if (!misses) break;
    }
    if (!best) throw { code: "download", message: `${this.#models[0]} is not there` };
    return best;
  }

  /** The GPU where it is quicker, else as many workers as this device can feed. @param {string} model */
  async #open(model) {
    if (this.#device !== "cpu") {
      const pool = new EmbedPool({ model, device: this.#device });
      const { device } = await pool.ready();
      if (device !== "cpu" || this.#device === "gpu") return { pool, device, lanes: 2 };
      pool.close();
    }
    const pool = new EmbedPool({ model, device: "cpu" });
    await pool.ready();
    return { pool, device: "cpu", lanes: suitable() };
  }

  #hold() {
    let open = () => {};
    const gate = new Promise((resolve) => (open = () => resolve(undefined)));
    this.#pause = { gate: /** @type {Promise<void>} */ (gate), open };
  }

  /** What a reload is to find. @param {object} news */
  async #mark(news) {
    const keep = await this.#keep;
    const pending = await keep.get("pending");
    if (pending) await keep.set("pending", { ...pending, ...news });
  }

  #stop() {
    this.#run++;
    this.#hand?.close();
    this.#pool?.close();
    this.#pause?.open();
    this.#hand = this.#pool = this.#pause = null;
  }

  /** @param {Partial<State>} news */
  #set(news) {
    this.state = { ...this.state, ...news };
    this.#change(this.state);
  }
}

/** @type {Problem} */
const CLOSED = { code: "closed", message: "the import was ended" };

/** The importing worker, as functions. */
class Hand {
  #worker = spawn(new URL("./worker.js", import.meta.url).href);
  /** @type {Map<number, {resolve: (result: any) => void, reject: (problem: Problem) => void, progress?: (progress: any) => void}>} */
  #asked = new Map();
  #lastId = 0;
  #closed = false;

  constructor() {
    this.#worker.onmessage = ({ data: { id, result, problem, progress } }) => {
      const asked = this.#asked.get(id);
      if (progress) return asked?.progress?.(progress);
      this.#asked.delete(id);
      if (problem) asked?.reject(problem);
      else asked?.resolve(result);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#asked.values()) reject({ code: "module", message });
    };
  }

  /** @param {string} method @param {object} given @param {(progress: any) => void} [progress] @returns {Promise<any>} */
  ask(method, given, progress) {
    if (this.#closed) return Promise.reject(CLOSED);
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#asked.set(id, { resolve, reject, progress });
      this.#worker.postMessage({ id, method, given });
    });
  }

  close() {
    this.#closed = true;
    this.#worker.terminate();
    for (const { reject } of this.#asked.values()) reject(CLOSED);
  }
}
