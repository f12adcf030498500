/**
 * Keeps one worker running: posts commands, resolves the promise of each answer, and replaces a worker that crashed,
 * hangs or does not answer, a limited number of times. Knows the names of commands, but nothing of logs and lists.
 *
 * page -> worker  { id, nowMs, lang, command } or { ping }
 * worker -> page  { id | null, updates, wrote, refused } or { id: null, stuck }
 *
 * @import {Command, Envelope, Problem, Update} from "./types.js"
 * @import {Update as UpdateData} from "./wire.js"
 */

/**
 * A worker that crashes is replaced this many times on one page, and as many times one that is stuck; after that the shop's
 * own markup is shown.
 */
const RESTARTS = 2;
/** While a command waits for its answer, the worker is pinged at this interval. */
const PING_MS = 2000;
/**
 * Unanswered pings after which a worker is replaced: 10 s, and 20 s before its first answer, while its script loads. A
 * worker that is stuck (worker.js) answers, but is as good as silent.
 */
const MOST_SILENT = 5;
const MOST_SILENT_AT_FIRST = 10;
/** Pings after which a worker that answers them, but not its command, is replaced: 60 s. */
const MOST_PINGS = 30;

/**
 * @typedef {Pick<Worker, "onmessage" | "onerror" | "onmessageerror" | "postMessage" | "terminate">} AnyWorker
 * @typedef {object} Owner
 * @property {() => AnyWorker | Promise<AnyWorker>} make
 * @property {(waiting: Command[]) => void} opened A worker has started: what is sent now reaches it before the commands that wait.
 * @property {(updates: UpdateData[], lang?: string) => Promise<Update[]>} translate
 * @property {(update: Update) => void} publish
 * @property {(command: string, ms: number, wrote: boolean) => void} answered `wrote`: the command has changed the visitor's log.
 * @property {(command: Command) => void} crashed The command has crashed two workers and is rejected.
 * @property {() => void} restarted
 */

export class Supervisor {
  #owner;
  /** @type {AnyWorker | null} */
  #worker = null;
  #starting = false;
  #answered = false;
  /** The last answer said that the worker is stuck: its module, and so no command, has run. */
  #stuck = false;
  #restarts = { crashed: 0, stuck: 0 };
  #silent = 0;
  #pingTimer = 0;
  /** After a crash commands are posted one at a time, so that the one that crashes the next worker is known. */
  #careful = false;
  /** Id of the last posted command while it is unanswered, else 0. */
  #current = 0;
  #nextId = 1;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {Problem | null} Why there is no worker any more; null while there may be one. */
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
      this.#pending.set(id, { sent, resolve, reject, since: performance.now(), pings: 0 });
      this.#post(id);
    });
  }

  start() {
    if (this.#worker || this.#starting || this.#problem) return;
    this.#starting = true;
    const failed = (/** @type {any} */ error) => {
      this.#starting = false;
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
    this.#starting = false;
    this.#worker = worker;
    // One after the other: an answer may have to wait for texts of its language.
    let receiving = Promise.resolve();
    worker.onmessage = ({ data }) => {
      const asked = this.#take(data);
      receiving = receiving.then(() => this.#receive(worker, asked, data)).catch(reportError);
    };
    worker.onerror = (event) => this.#fail(event.message);
    worker.onmessageerror = () => this.#fail("an answer could not be read");
    this.#silent = 0;
    this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
    const waiting = [...this.#pending];
    this.#owner.opened(waiting.map(([, { sent }]) => sent.command));
    for (const [id] of waiting) this.#post(id);
  }

  /** @param {number | undefined} id */
  #post(id) {
    const sent = this.#pending.get(id ?? 0)?.sent;
    if (!this.#worker || !id || !sent || (this.#careful && this.#current)) return;
    this.#current = id;
    this.#worker.postMessage({ id, ...sent });
  }

  /** Starts a new worker, and sends it what the old one has not answered. */
  restart() {
    this.#end();
    this.#problem = null;
    for (const [id, pending] of this.#pending) {
      pending.pings = 0;
      if (pending.sent.command.type === "open") this.#pending.delete(id);
    }
    this.#owner.restarted();
    this.start();
  }

  #end() {
    clearInterval(this.#pingTimer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#stuck = false;
    this.#current = 0;
  }

  /** The command that has been answered; undefined for other messages. @param {{id: number | null, stuck?: boolean}} message */
  #take({ id, stuck = false }) {
    this.#answered = true;
    this.#stuck = stuck;
    if (!stuck) this.#silent = 0;
    const asked = this.#pending.get(id ?? 0);
    this.#pending.delete(id ?? 0);
    if (id === this.#current) this.#current = 0;
    if (this.#careful) this.#post(this.#pending.keys().next().value);
    return asked;
  }

  /**
   * @param {AnyWorker} worker
   * @param {Pending | undefined} asked
   * @param {{updates?: UpdateData[], wrote?: boolean, refused?: boolean}} message
   */
  async #receive(worker, asked, { updates: data = [], wrote = false, refused = false }) {
    const updates = await this.#owner.translate(data, asked?.sent.lang);
    // Updates of a worker that has been replaced are out of date.
    if (worker === this.#worker) for (const update of updates) this.#owner.publish(update);
    const problem = refused && updates.find((update) => update.type === "error");
    if (problem) return asked?.reject(problem);
    asked?.resolve(updates);
    if (asked) this.#owner.answered(asked.sent.command.type, performance.now() - asked.since, wrote);
  }

  /** Pings the worker, and replaces it after too many pings. A page that was frozen receives answers before it counts on. */
  #ping() {
    const [first] = this.#pending.values();
    if (!first) return;
    const silent = ++this.#silent > (this.#answered ? MOST_SILENT : MOST_SILENT_AT_FIRST);
    if (silent || ++first.pings > MOST_PINGS) return this.#fail("it does not answer", this.#answered);
    this.#worker?.postMessage({ ping: true });
  }

  /** Rejects the command that has crashed a second worker, so that the others can be answered. */
  #blame() {
    const [id, asked] = [this.#current, this.#pending.get(this.#current)];
    if (!this.#careful || !asked || asked.sent.command.type === "open") return void (this.#careful = true);
    this.#pending.delete(id);
    this.#owner.crashed(asked.sent.command);
    this.#report({ code: "crashed", detail: "", fatal: false }, asked.reject);
  }

  /**
   * Called when the worker has crashed, or could not be loaded, for which browsers give no reason.
   * @param {string} why @param {boolean} [lived] It has run, so that another one may run, too.
   */
  #fail(why, lived = this.#answered || Boolean(why)) {
    const stuck = this.#stuck;
    if (lived && !stuck) this.#blame();
    this.#end();
    if (lived && this.#restarts[stuck ? "stuck" : "crashed"]++ < RESTARTS) return this.restart();
    const detail = why || "its script was not loaded";
    this.#problem = { code: "worker-failed", detail, message: detail, fatal: true };
    this.#report(this.#problem, (problem) => {
      this.#problem = problem;
      this.#owner.publish({ type: "error", ...problem });
      for (const { reject } of this.#pending.values()) reject(problem);
      this.#pending.clear();
    });
  }

  /** @param {Omit<Problem, "message">} problem @param {(problem: Problem) => void} report Gets it with its message. */
  async #report(problem, report) {
    const [update] = await this.#owner.translate([{ type: "error", ...problem }]);
    report(/** @type {Problem & {type: "error"}} */ (update));
  }
}

/**
 * @typedef {Omit<Envelope, "id">} Sent
 * @typedef {{sent: Sent, resolve: (updates: Update[]) => void, reject: (why: Problem) => void, since: number, pings: number}} Pending
 */
