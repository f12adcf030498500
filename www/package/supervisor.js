/**
 * Keeps one worker running: posts commands, finds the promise of each answer, and replaces a worker that died, hangs or
 * does not answer, at most so often. Knows what a command is named, and nothing of logs and lists.
 *
 * page -> worker  { id, nowMs, lang, command } or { ping }
 * worker -> page  { id | null, updates, wrote, refused }
 *
 * @import {Command, Envelope, Problem, Update} from "./types.js"
 */

/** A worker that dies is replaced this many times on one page; then the shop's own markup stands. */
const RESTARTS = 2;
/** While something waits for an answer, a worker that says nothing is asked this often whether it lives. */
const PULSE_MS = 2000;
/** So many times in vain, and it is replaced: 10 s. One whose script may still be on its way has 20 s. */
const SILENT = 5;
const SILENT_AT_FIRST = 10;
/** A worker that lives, and has not answered a command after so many: 60 s. */
const STUCK = 30;

/**
 * @typedef {Pick<Worker, "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate">} AnyWorker
 * @typedef {object} Owner
 * @property {() => AnyWorker | Promise<AnyWorker>} make
 * @property {(waiting: Command[]) => void} opened A worker stands, and gets what is sent now before the commands that wait.
 * @property {(update: Update) => void} publish
 * @property {(command: string, ms: number, wrote: boolean) => void} answered `wrote`: the visitor's log has changed.
 * @property {(command: Command) => void} crashed Two workers died of it: it is refused.
 * @property {() => void} restarted
 */

export class Supervisor {
  #owner;
  /** @type {AnyWorker | null} */
  #worker = null;
  #coming = false;
  #answered = false;
  #restarts = 0;
  #silent = 0;
  #pulse = 0;
  /** After a worker died the next one gets one command at a time: the one that another dies of is known. */
  #careful = false;
  /** The command that a careful page waits for. */
  #out = 0;
  #nextId = 1;
  /** @type {Map<number, Asked>} */
  #pending = new Map();
  /** @type {Problem | null} Why there is no worker any more. */
  #problem = null;

  /** @param {Owner} owner */
  constructor(owner) {
    this.#owner = owner;
  }

  get running() {
    return Boolean(this.#worker);
  }

  /** @param {Sent} sent @returns {Promise<Update[]>} */
  send(sent) {
    return new Promise((resolve, reject) => {
      if (this.#problem) return reject(this.#problem);
      const id = this.#nextId++;
      this.#pending.set(id, { sent, resolve, reject, since: performance.now(), pulses: 0 });
      this.#post(id);
    });
  }

  start() {
    if (this.#worker || this.#coming || this.#problem) return;
    this.#coming = true;
    const failed = (/** @type {any} */ error) => {
      this.#coming = false;
      this.#fail(error?.message ?? `${error}`, false);
    };
    try {
      const made = this.#owner.make();
      if (made instanceof Promise) made.then((worker) => this.#begin(worker)).catch(failed);
      else this.#begin(made);
    } catch (error) {
      failed(error);
    }
  }

  /** @param {AnyWorker} worker */
  #begin(worker) {
    this.#coming = false;
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => this.#fail(event.message);
    worker.onmessageerror = () => this.#fail("an answer could not be read");
    this.#silent = 0;
    this.#pulse = setInterval(() => this.#listen(), PULSE_MS);
    const waiting = [...this.#pending];
    this.#owner.opened(waiting.map(([, { sent }]) => sent.command));
    for (const [id] of waiting) this.#post(id);
  }

  /** @param {number | undefined} id */
  #post(id) {
    const sent = this.#pending.get(id ?? 0)?.sent;
    if (!this.#worker || !id || !sent || (this.#careful && this.#out)) return;
    this.#out = id;
    this.#worker.postMessage({ id, ...sent });
  }

  /** A new worker, with everything that the old one had not answered. */
  restart() {
    this.#end();
    this.#problem = null;
    for (const [id, asked] of this.#pending) {
      asked.pulses = 0;
      if (asked.sent.command.type === "open") this.#pending.delete(id);
    }
    this.#owner.restarted();
    this.start();
  }

  #end() {
    clearInterval(this.#pulse);
    this.#worker?.terminate();
    this.#worker = null;
    this.#out = 0;
  }

  /** @param {{id: number | null, updates?: Update[], wrote?: boolean, refused?: boolean}} message */
  #receive({ id, updates = [], wrote = false, refused = false }) {
    this.#answered = true;
    this.#silent = 0;
    const asked = this.#pending.get(id ?? 0);
    this.#pending.delete(id ?? 0);
    if (id === this.#out) this.#out = 0;
    if (this.#careful) this.#post(this.#pending.keys().next().value);
    for (const update of updates) this.#owner.publish(update);
    const problem = refused && updates.find((update) => update.type === "error");
    if (problem) return asked?.reject(problem);
    asked?.resolve(updates);
    if (asked) this.#owner.answered(asked.sent.command.type, performance.now() - asked.since, wrote);
  }

  /** Whether the worker lives. A page that was frozen hears it before it counts further. */
  #listen() {
    const [first] = this.#pending.values();
    if (!first) return;
    const silent = ++this.#silent > (this.#answered ? SILENT : SILENT_AT_FIRST);
    if (silent || ++first.pulses > STUCK) return this.#fail("it does not answer", this.#answered);
    this.#worker?.postMessage({ ping: true });
  }

  /** The command that a second worker died of is refused, so that the next ones live. */
  #blame() {
    const [id, asked] = [this.#out, this.#pending.get(this.#out)];
    if (!this.#careful || !asked || asked.sent.command.type === "open") return void (this.#careful = true);
    this.#pending.delete(id);
    this.#owner.crashed(asked.sent.command);
    asked.reject({ code: "crashed", message: "The recommender failed twice while it did this.", fatal: false });
  }

  /**
   * The worker died; or it could not be loaded, for which browsers give no reason.
   * @param {string} why @param {boolean} [lived] Another one may live, too.
   */
  #fail(why, lived = this.#answered || Boolean(why)) {
    if (lived) this.#blame();
    this.#end();
    if (lived && this.#restarts++ < RESTARTS) return this.restart();
    this.#problem = {
      code: "worker-failed",
      message: `The recommender could not start: ${why || "its script was not loaded"}.`,
      fatal: true,
    };
    this.#owner.publish({ type: "error", ...this.#problem });
    for (const { reject } of this.#pending.values()) reject(this.#problem);
    this.#pending.clear();
  }
}

/**
 * @typedef {Omit<Envelope, "id">} Sent
 * @typedef {{sent: Sent, resolve: (updates: Update[]) => void, reject: (why: Problem) => void, since: number, pulses: number}} Asked
 */
