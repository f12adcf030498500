/**
 * Imports a feed into a catalogue on this device: reads it, embeds it in the background, packs and stores it. An import
 * survives a reload: the file and all finished vectors are stored, and only the missing vectors are computed.
 *
 *     const importer = new Importer({ models: ["models/minilm/"], onChange: (state) => draw(state) });
 *     await importer.restore();              // continues an unfinished import, or loads the stored catalogue
 *     await importer.importFile(file, {});   // options: format, encoding, columns, currency, lang, variants
 *     importer.pause(); importer.resume(); await importer.cancel();
 *     const blob = await importer.export();
 *
 * Must not know elements or formats: `worker.js` reads and packs, and a pool of Nearmind's workers embeds.
 *
 * @import {Problem, State, UnsupportedLanguages} from "./types.js"
 */
import { EmbedPool, suitable } from "../pool.js";
import { spawn } from "../spawn.js";
import { hasPack, ImportStorage, retainPack } from "./storage.js";

const LOCK = "nearmind-import";
/** How long an import that continues after a reload waits for the lock. */
const LOCK_TIMEOUT_MS = 3000;
/** Texts in one call of the pool, which sends them as two messages. */
const BATCH_SIZE = 32;
/** The rate is averaged over the last seconds, at most this many. */
const RATE_SECS = 15;
/** Unsupported languages with a smaller share of the texts are not reported: they may be detected wrongly. */
const MIN_SHARE = 0.02;

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
    unsupported: [],
    stored: true,
    resumable: false,
    report: null,
    catalog: null,
    problem: null,
  };
  #models;
  #device;
  #onChange;
  #storage = ImportStorage.open();
  /** The number of the current run. Code of an earlier run, which was cancelled or failed, stops when it differs. */
  #run = 0;
  /** @type {WorkerClient | null} */
  #worker = null;
  /** @type {EmbedPool | null} */
  #pool = null;
  /** The gate at which the lanes wait while the import is paused. @type {{gate: Promise<void>, open: () => void} | null} */
  #pause = null;
  /** Samples for the rate. @type {[timeMs: number, done: number][]} */
  #samples = [];
  /** Resolves when the last run has ended and released its lock. */
  #finished = Promise.resolve();
  /** Resolves when the stored state is loaded. Files that are dropped before wait for it. @type {Promise<unknown>} */
  #loaded = Promise.resolve();

  /** @param {{models: string[], device?: "auto" | "cpu" | "gpu", onChange: (state: State) => void}} options If several models support equally many texts, the first one is used. */
  constructor({ models, device = "auto", onChange }) {
    this.#models = models.map((model) => new URL(model, document.baseURI).href);
    this.#device = device;
    this.#onChange = onChange;
  }

  get busy() {
    return ["reading", "embedding", "paused", "packing"].includes(this.state.phase);
  }

  /** Loads the stored catalogue, and continues an unfinished import. */
  async restore() {
    const loading = (this.#loaded = this.#load());
    const pending = await loading;
    if (pending) await (this.#finished = this.#import(pending, true));
  }

  /** Loads the stored catalogue. Returns the unfinished import, if there is one. */
  async #load() {
    const storage = await this.#storage;
    const [stored, pending] = [await storage.get("done"), await storage.get("pending")];
    const catalog = stored && (await hasPack(stored.id)) ? stored : null;
    this.#set({
      phase: catalog ? "done" : "idle",
      catalog,
      report: catalog?.report ?? null,
      name: catalog?.name ?? "",
      resumable: Boolean(pending),
      problem: null,
    });
    if (stored && !catalog) {
      await storage.set("done", undefined);
      this.#set({ phase: "failed", problem: { code: "gone", message: "the browser has deleted the catalogue" } });
    }
    return pending;
  }

  /** Imports a file, unless an import is running. @param {File} file @param {object} options */
  async importFile(file, options) {
    await this.#loaded;
    if (!this.busy) await (this.#finished = this.#import({ file, options, paused: false, done: 0 }, false));
  }

  pause() {
    if (this.state.phase !== "embedding") return;
    this.#closeGate();
    this.#set({ phase: "paused", rate: 0, secondsLeft: null });
    this.#storeProgress({ paused: true, done: this.state.done });
  }

  resume() {
    if (this.state.phase !== "paused") return;
    this.#pause?.open();
    this.#pause = null;
    this.#samples = [];
    this.#set({ phase: "embedding" });
    this.#storeProgress({ paused: false });
  }

  /** Cancels the running import and deletes its data. The previous catalogue stays. */
  async cancel() {
    this.#stop();
    await this.#finished;
    const storage = await this.#storage;
    await storage.set("pending", undefined);
    await storage.retainVectors();
    await this.restore();
  }

  /** Deletes the catalogue, and the running import if there is one. */
  async remove() {
    const storage = await this.#storage;
    await storage.set("done", undefined);
    await retainPack();
    await this.cancel();
  }

  /** Returns the catalogue as a zip archive of the files that `nearmind bake` writes. @returns {Promise<Blob>} */
  async export() {
    const worker = this.#worker ?? new WorkerClient();
    try {
      return await worker.call("zip", { id: this.state.catalog?.id });
    } finally {
      if (worker !== this.#worker) worker.close();
    }
  }

  /** @param {{file: File, options: object, paused: boolean, done: number}} pending @param {boolean} isResumed */
  async #import(pending, isResumed) {
    const run = ++this.#run;
    this.#set({ phase: "reading", name: pending.file.name, done: 0, total: pending.file.size, problem: null });
    const busy = { code: "busy", message: "another tab is importing" };
    // After a reload, wait: the previous page may be in the back/forward cache, and gives the lock up only on request.
    const lockOptions = isResumed ? { signal: AbortSignal.timeout(LOCK_TIMEOUT_MS) } : { ifAvailable: true };
    const locked = navigator.locks?.request(LOCK, lockOptions, (lock) =>
      lock ? this.#runSteps(run, pending, isResumed) : Promise.reject(busy),
    );
    try {
      await (locked ?? this.#runSteps(run, pending, isResumed));
    } catch (thrown) {
      if (run !== this.#run) return;
      const timedOut = thrown instanceof DOMException && thrown.name === "TimeoutError";
      const problem = timedOut ? busy : /** @type {Problem} */ (thrown);
      this.#stop();
      // An import that runs in another tab must not be discarded here.
      this.#set({ phase: "failed", problem, resumable: this.state.resumable && problem.code !== "busy" });
    }
  }

  /** @param {number} run @param {{file: File, options: object, paused: boolean, done: number}} pending @param {boolean} isResumed */
  async #runSteps(run, pending, isResumed) {
    const { file, options } = pending;
    const storage = await this.#storage;
    const worker = (this.#worker = new WorkerClient());
    /** @param {Partial<State>} changes */
    const update = (changes) => run === this.#run && this.#set(changes);
    this.#samples = [];
    update({ report: null, rate: 0, secondsLeft: null, stored: storage.isPersistent });
    const read = await worker.call("read", { file, options }, ({ bytes, total }) => update({ done: bytes, total }));
    update({ report: read.report });
    if (!read.count) throw { code: "nothing", message: "none of the rows can be used" };
    if (!isResumed)
      await storage.set("pending", pending).then(
        () => update({ resumable: true }),
        () => update({ stored: false }),
      );
    if (pending.paused) this.#closeGate();
    update({ phase: pending.paused ? "paused" : "embedding", done: pending.done, total: read.count });
    await this.#pause?.gate;
    const { model, manifest, unsupported } = await this.#chooseModel(read.languages);
    update({ unsupported });
    const { pool, device, lanes } = await this.#openPool(model);
    if (run !== this.#run) return pool.close();
    this.#pool = pool;
    update({ device });
    update(await worker.call("plan", { model: manifest, device }));
    await Promise.all(Array.from({ length: lanes }, () => this.#embedBatches(run, worker, pool)));
    if (run !== this.#run) return;
    pool.close();
    update({ phase: "packing", rate: 0, secondsLeft: null });
    const packed = await worker.call("pack", {});
    const catalog = { ...packed, name: file.name, model, unread: unsupported, report: read.report };
    if (run !== this.#run) return;
    await worker.call("commit", { catalog });
    this.#stop();
    this.#set({ phase: "done", catalog, resumable: false });
  }

  /** One lane: embeds batches until none is left. @param {number} run @param {WorkerClient} worker @param {EmbedPool} pool */
  async #embedBatches(run, worker, pool) {
    for (;;) {
      await this.#pause?.gate;
      const { rows, texts } = await worker.call("texts", { limit: BATCH_SIZE });
      if (!rows.length || run !== this.#run) return;
      const { vectors } = await pool.embed(texts);
      const { done, total, stored } = await worker.call("addVectors", { rows, vectors });
      if (run !== this.#run) return;
      this.#set({ done, total, stored: this.state.stored && stored, ...this.#estimate(done, total) });
    }
  }

  /** Estimates the rate and the remaining time. @param {number} done @param {number} total */
  #estimate(done, total) {
    const now = performance.now();
    this.#samples.push([now, done]);
    while (now - this.#samples[0][0] > RATE_SECS * 1000) this.#samples.shift();
    const [[since, before]] = this.#samples;
    const rate = now > since ? ((done - before) * 1000) / (now - since) : 0;
    return this.state.phase === "paused" ? {} : { rate, secondsLeft: rate > 0 ? (total - done) / rate : null };
  }

  /**
   * Returns the first of the models that support the most texts, with its manifest and the languages that it does not
   * support.
   * @param {Record<string, number>} languages Number of texts by language.
   */
  async #chooseModel(languages) {
    const total = Math.max(
      Object.values(languages).reduce((sum, count) => sum + count, 0),
      1,
    );
    let best;
    for (const model of this.#models) {
      const response = await fetch(`${model}manifest.json`).catch(() => null);
      if (!response?.ok) continue;
      const manifest = await response.text();
      /** @type {string[]} */
      const supported = JSON.parse(manifest).languages;
      // If a manifest lists no languages, they are not known.
      const missing = Object.entries(languages).filter(
        ([lang]) => lang && supported.length && !supported.includes(lang),
      );
      const missingTexts = missing.reduce((sum, [, count]) => sum + count, 0);
      /** @type {UnsupportedLanguages} */
      const shares = missing.map(([lang, count]) => [lang, count / total]);
      const unsupported = shares.filter(([, share]) => share >= MIN_SHARE).sort(([, a], [, b]) => b - a);
      if (!best || missingTexts < best.missingTexts) best = { model, manifest, unsupported, missingTexts };
      if (!missingTexts) break;
    }
    if (!best) throw { code: "download", message: `could not load ${this.#models[0]}manifest.json` };
    return best;
  }

  /** Opens a pool on the GPU if that is faster, or else on as many CPU workers as the device supports. @param {string} model */
  async #openPool(model) {
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

  /** Makes the lanes wait. */
  #closeGate() {
    let open = () => {};
    const gate = new Promise((resolve) => (open = () => resolve(undefined)));
    this.#pause = { gate: /** @type {Promise<void>} */ (gate), open };
  }

  /** Stores the progress of the unfinished import, for a reload. @param {object} changes */
  async #storeProgress(changes) {
    const storage = await this.#storage;
    const pending = await storage.get("pending");
    if (pending) await storage.set("pending", { ...pending, ...changes });
  }

  #stop() {
    this.#run++;
    this.#worker?.close();
    this.#pool?.close();
    this.#pause?.open();
    this.#worker = this.#pool = this.#pause = null;
  }

  /** @param {Partial<State>} changes */
  #set(changes) {
    this.state = { ...this.state, ...changes };
    this.#onChange(this.state);
  }
}

/** @type {Problem} */
const CLOSED = { code: "closed", message: "the import was stopped" };

/** Calls the methods of `worker.js`. */
class WorkerClient {
  #worker = spawn(new URL("./worker.js", import.meta.url).href);
  /** @type {Map<number, {resolve: (result: any) => void, reject: (problem: Problem) => void, progress?: (progress: any) => void}>} */
  #calls = new Map();
  #lastId = 0;
  #closed = false;

  constructor() {
    this.#worker.onmessage = ({ data: { id, result, problem, progress } }) => {
      const call = this.#calls.get(id);
      if (progress) return call?.progress?.(progress);
      this.#calls.delete(id);
      if (problem) call?.reject(problem);
      else call?.resolve(result);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#calls.values()) reject({ code: "module", message });
    };
  }

  /** @param {string} method @param {object} params @param {(progress: any) => void} [progress] @returns {Promise<any>} */
  call(method, params, progress) {
    if (this.#closed) return Promise.reject(CLOSED);
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#calls.set(id, { resolve, reject, progress });
      this.#worker.postMessage({ id, method, params });
    });
  }

  close() {
    this.#closed = true;
    this.#worker.terminate();
    for (const { reject } of this.#calls.values()) reject(CLOSED);
  }
}
