/**
 * Many texts to vectors, on several cores: every worker has a wasm instance and a model of its own, so that no shared
 * memory and no special header is needed. For work that takes long, like a catalogue that is imported or the products
 * of a page; a query needs no more than one. Knows nothing of shops.
 *
 *     const pool = new EmbedPool({ model: "models/minilm/" });
 *     const { vectors, width } = await pool.embed(texts, { progress: (done, total) => {} }); // [texts.length, width]
 *     pool.close(); // gives the memory back: that of a wasm never shrinks
 *
 * A text's vector is the same bytes for any number of workers.
 *
 * @import {DeviceReport, Problem, Update} from "./types.js"
 * @typedef {{vectors: Float32Array, width: number, device: DeviceReport}} Embedded
 * @typedef {{texts: string[], role: "passage" | "query", resolve: (embedded: Embedded) => void,
 *            reject: (why: Problem) => void}} Job
 * @typedef {{worker: Worker, jobs: Map<number, Job>}} Hand
 */
import { spawn } from "./spawn.js";

/** Texts of one message: some tenths of a second on one core. */
const CHUNK = 16;
/** Messages that a worker holds: it need not wait for the page between two. */
const AHEAD = 2;
/** More workers than this wait for memory, not for cores. */
const MOST = 8;
/** What a worker takes with a model of 18 MB, and the share of the device's memory that a guest may take. */
const WORKER_GB = 0.1;
const SHARE = 0.1;

/** How many workers this device can feed: one core stays free for the page. */
export function suitable() {
  const { hardwareConcurrency = 2, deviceMemory = 4 } = /** @type {any} */ (navigator);
  return Math.max(1, Math.min(hardwareConcurrency - 1, Math.floor((deviceMemory * SHARE) / WORKER_GB), MOST));
}

export class EmbedPool {
  #model;
  #device;
  #most;
  /** @type {string | undefined} */
  #script;
  /** @type {Job[]} */
  #waiting = [];
  /** @type {Hand[]} */
  #hands = [];
  /** The model has been downloaded once: the other workers will find it in the browser's cache. */
  #loaded = false;
  #lastId = 0;

  /**
   * `worker` is the address of the worker's script on the page's own origin, where Nearmind lies on another one.
   * @param {{model: string, device?: "auto" | "cpu" | "gpu", workers?: number, worker?: string}} options
   */
  constructor({ model, device = "cpu", workers = suitable(), worker }) {
    this.#script = worker && new URL(worker, document.baseURI).href;
    this.#model = new URL(model, document.baseURI).href;
    this.#device = device;
    this.#most = device === "cpu" ? workers : 1; // there is one GPU
  }

  /** Workers that run: they start as there is work for them. */
  get size() {
    return this.#hands.length;
  }

  /** Loads the model, and says where it runs. */
  async ready() {
    return (await this.#ask([], "passage")).device;
  }

  /**
   * Vectors of all texts, in their order. Rejects with a Problem.
   * @param {string[]} texts
   * @param {{role?: "passage" | "query", progress?: (done: number, total: number) => void}} [options]
   */
  async embed(texts, { role = "passage", progress } = {}) {
    let done = 0;
    const part = async (/** @type {string[]} */ chunk) => {
      const embedded = await this.#ask(chunk, role);
      done += chunk.length;
      progress?.(done, texts.length);
      return embedded;
    };
    if (texts.length <= CHUNK) return part(texts);
    const parts = await Promise.all(chunks(texts).map(part));
    const [{ width, device }] = parts;
    const vectors = new Float32Array(texts.length * width);
    for (const [i, embedded] of parts.entries()) vectors.set(embedded.vectors, i * CHUNK * width);
    return { vectors, width, device };
  }

  /** Ends the workers; what they had not answered is rejected. */
  close() {
    this.#fail({ code: "closed", message: "The pool was closed.", fatal: true });
  }

  /** @param {string[]} texts @param {"passage" | "query"} role @returns {Promise<Embedded>} */
  #ask(texts, role) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ texts, role, resolve, reject });
      this.#feed();
    });
  }

  #feed() {
    while (this.#waiting.length) {
      const free = this.#hands.filter(({ jobs }) => jobs.size < AHEAD).sort((a, b) => a.jobs.size - b.jobs.size);
      const grows = !this.#hands.length || (this.#loaded && this.#hands.length < this.#most);
      const hand = free.find(({ jobs }) => !jobs.size) ?? (grows ? this.#start() : free[0]);
      if (!hand) return;
      const job = /** @type {Job} */ (this.#waiting.shift());
      const id = ++this.#lastId;
      hand.jobs.set(id, job);
      const embed = { model: this.#model, device: this.#device, texts: job.texts, role: job.role };
      hand.worker.postMessage({ id, embed });
    }
  }

  #start() {
    /** @type {Hand} */
    const hand = { worker: spawn(this.#script), jobs: new Map() };
    hand.worker.onmessage = ({ data: { id, updates, ...embedded } }) => {
      const job = hand.jobs.get(id);
      if (!job) return;
      hand.jobs.delete(id);
      const problem = updates?.find((/** @type {Update} */ update) => update.type === "error");
      if (problem) job.reject(problem);
      else job.resolve(embedded);
      this.#loaded ||= !problem;
      this.#feed();
    };
    const failed = (/** @type {string} */ why) =>
      this.#fail({
        code: "worker-failed",
        message: `A worker failed: ${why || "its script was not loaded"}.`,
        fatal: true,
      });
    hand.worker.onerror = (event) => failed(event.message);
    hand.worker.onmessageerror = () => failed("an answer could not be read");
    this.#hands.push(hand);
    return hand;
  }

  /** @param {Problem} problem */
  #fail(problem) {
    const jobs = [...this.#waiting, ...this.#hands.flatMap((hand) => [...hand.jobs.values()])];
    for (const { worker } of this.#hands) worker.terminate();
    this.#waiting = [];
    this.#hands = [];
    for (const { reject } of jobs) reject(problem);
  }
}

/** @param {string[]} texts */
const chunks = (texts) =>
  Array.from({ length: Math.ceil(texts.length / CHUNK) }, (_, i) => texts.slice(i * CHUNK, (i + 1) * CHUNK));
