/**
 * Encodes many texts on several cores: every worker has its own wasm instance and model, so that no shared memory and no
 * special header is needed. For long work, such as importing a catalogue; a query needs only one worker. Knows nothing
 * of shops.
 *
 *     const pool = new EmbedPool({ model: "models/minilm/" });
 *     const { vectors, width } = await pool.embed(texts, { progress: (done, total) => {} }); // [texts.length, width]
 *     pool.close(); // frees the memory, which an open wasm instance never does
 *
 * A text's vector has the same bytes for any number of workers.
 *
 * @import {DeviceReport, Problem, Update} from "./types.js"
 * @typedef {{vectors: Float32Array, width: number, device: DeviceReport}} Embedded
 * @typedef {{texts: string[], role: "passage" | "query", resolve: (embedded: Embedded) => void,
 *            reject: (why: Problem) => void}} Job
 * @typedef {{worker: Worker, jobs: Map<number, Job>}} PoolWorker
 */
import { spawn } from "./spawn.js";

/** Texts per message: some tenths of a second on one core. */
const CHUNK = 16;
/** Messages that a worker has at a time, so that it need not wait for the page between two. */
const MOST_JOBS = 2;
/** With more workers than this, memory is the limit, not cores. */
const MOST_WORKERS = 8;
/** Memory of a worker with a model of 18 MB, and the part of the device's memory that all workers may use. */
const WORKER_GB = 0.1;
const MEMORY_SHARE = 0.1;

/** How many workers suit this device: one core stays free for the page. */
export function suitable() {
  const { hardwareConcurrency = 2, deviceMemory = 4 } = navigator;
  return Math.max(
    1,
    Math.min(hardwareConcurrency - 1, Math.floor((deviceMemory * MEMORY_SHARE) / WORKER_GB), MOST_WORKERS),
  );
}

export class EmbedPool {
  #model;
  #device;
  #mostWorkers;
  /** @type {string | undefined} */
  #script;
  /** @type {Job[]} */
  #waiting = [];
  /** @type {PoolWorker[]} */
  #workers = [];
  /** A worker has loaded the model: the others will find it in the browser's cache. */
  #loaded = false;
  #lastId = 0;

  /**
   * `worker` is the URL of the worker's script on the page's own origin, where Nearmind comes from another one.
   * @param {{model: string, device?: "auto" | "cpu" | "gpu", workers?: number, worker?: string}} options
   */
  constructor({ model, device = "cpu", workers = suitable(), worker }) {
    this.#script = worker && new URL(worker, document.baseURI).href;
    this.#model = new URL(model, document.baseURI).href;
    this.#device = device;
    this.#mostWorkers = device === "cpu" ? workers : 1; // there is one GPU
  }

  /** How many workers run. They are started as needed. */
  get size() {
    return this.#workers.length;
  }

  /** Loads the model, and resolves with where it runs. */
  async ready() {
    return (await this.#encode([], "passage")).device;
  }

  /**
   * Resolves with the vectors of all texts, in their order. Rejects with a Problem.
   * @param {string[]} texts
   * @param {{role?: "passage" | "query", progress?: (done: number, total: number) => void}} [options]
   */
  async embed(texts, { role = "passage", progress } = {}) {
    let done = 0;
    const part = async (/** @type {string[]} */ chunk) => {
      const embedded = await this.#encode(chunk, role);
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

  /** Ends the workers, and rejects what they have not answered. */
  close() {
    this.#fail({ code: "closed", detail: "The pool was closed.", fatal: true });
  }

  /** @param {string[]} texts @param {"passage" | "query"} role @returns {Promise<Embedded>} */
  #encode(texts, role) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ texts, role, resolve, reject });
      this.#assignJobs();
    });
  }

  #assignJobs() {
    while (this.#waiting.length) {
      const free = this.#workers.filter(({ jobs }) => jobs.size < MOST_JOBS).sort((a, b) => a.jobs.size - b.jobs.size);
      const canStart = !this.#workers.length || (this.#loaded && this.#workers.length < this.#mostWorkers);
      const worker = free.find(({ jobs }) => !jobs.size) ?? (canStart ? this.#start() : free[0]);
      if (!worker) return;
      const job = /** @type {Job} */ (this.#waiting.shift());
      const id = ++this.#lastId;
      worker.jobs.set(id, job);
      const embed = { model: this.#model, device: this.#device, texts: job.texts, role: job.role };
      worker.worker.postMessage({ id, embed });
    }
  }

  #start() {
    /** @type {PoolWorker} */
    const own = { worker: spawn(this.#script), jobs: new Map() };
    own.worker.onmessage = ({ data: { id, updates, ...embedded } }) => {
      const job = own.jobs.get(id);
      if (!job) return;
      own.jobs.delete(id);
      const problem = updates?.find((/** @type {Update} */ update) => update.type === "error");
      if (problem) job.reject({ ...problem, message: problem.detail });
      else job.resolve(embedded);
      this.#loaded ||= !problem;
      this.#assignJobs();
    };
    const failed = (/** @type {string} */ why) =>
      this.#fail({
        code: "worker-failed",
        detail: `A worker failed: ${why || "its script was not loaded"}.`,
        fatal: true,
      });
    own.worker.onerror = (event) => failed(event.message);
    own.worker.onmessageerror = () => failed("an answer could not be read");
    this.#workers.push(own);
    return own;
  }

  /** @param {Omit<Problem, "message">} problem */
  #fail(problem) {
    const jobs = [...this.#waiting, ...this.#workers.flatMap(({ jobs }) => [...jobs.values()])];
    for (const { worker } of this.#workers) worker.terminate();
    this.#waiting = [];
    this.#workers = [];
    for (const { reject } of jobs) reject({ ...problem, message: problem.detail });
  }
}

/** @param {string[]} texts */
const chunks = (texts) =>
  Array.from({ length: Math.ceil(texts.length / CHUNK) }, (_, i) => texts.slice(i * CHUNK, (i + 1) * CHUNK));
