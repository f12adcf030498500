/**
 * What a visit costs in a large shop, seen from the page, the messages to the worker and back included: from an event to
 * the new list, from the list to the marked words of its ten cards, and the answers to "why this?" and "why not that?".
 * `?catalog=` the address of a catalogue, or `?items=` how many items has one that `cargo xtask bench event --out dist/large` wrote;
 * `?model=` and `?lang=` its own: the words of a catalogue that another model has made cannot be explained. With
 * `?model=none/` the memory that it says is the catalogue's and the visit's alone.
 *
 * @import {ShelfRequest, Update} from "./types.js"
 */
import { Nearmind } from "./nearmind.js";

const asked = new URLSearchParams(location.search);
const catalog = asked.get("catalog") ?? `large/${asked.get("items") ?? 100000}/`;
const model = asked.get("model") ?? "models/minilm/";
const lang = asked.get("lang") ?? "en";

const EVENTS = 60;
const WARM = 10;
/** So long after a highlight there is no further one. */
const QUIET_MS = 150;

const client = Nearmind.open({ catalog, model, device: "cpu", lang, persist: false, worker: "visit-worker.js" });

/** @template {Update["type"]} Type @param {Type} type @returns {Promise<Extract<Update, {type: Type}>>} */
const come = (type) =>
  new Promise((resolve) =>
    client.subscribe(
      (update) => update.type === type && resolve(/** @type {Extract<Update, {type: Type}>} */ (update)),
    ),
  );

/** The items of the first list among these. @param {Update[]} updates */
const itemsOf = (updates) => updates.find((update) => update.type === "shelf")?.cards.map(({ item }) => item) ?? [];

/** @param {string} shelf @param {Partial<ShelfRequest>} request */
async function list(shelf, request) {
  const updates = await client.openShelf(shelf, { kind: "for-you", item: null, limit: 10, lang, ...request });
  return itemsOf(updates);
}

/** @template T @param {() => Promise<T>} work @returns {Promise<[ms: number, answer: T]>} */
async function timed(work) {
  const from = performance.now();
  const answer = await work();
  return [performance.now() - from, answer];
}

/** @param {number[]} times */
function told(times) {
  const sorted = times.sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => `${sorted[Math.floor((sorted.length - 1) * part)].toFixed(1)} ms`;
  return `median ${at(0.5)}, quickest ${at(0)}, slowest ${at(1)}`;
}

async function measure() {
  const here = Promise.all([come("catalog-ready"), model !== "none/" && come("model-ready")]);
  client.start();
  const [{ items }] = await here;
  const any = await list("any", { limit: EVENTS + 10 });
  const alike = await list("alike", { kind: "more-like-this", item: any[0], limit: EVENTS / 2 });
  for (const shelf of ["any", "alike"]) client.closeShelf(shelf);

  let [explained, last] = [0, 0];
  client.subscribe(({ type }) => type === "highlights" && ([explained, last] = [explained + 1, performance.now()]));
  let shown = await list("s", {});
  /** @type {number[]} */
  const events = [];
  /** @type {number[]} */
  const words = [];
  for (let nth = 0; nth < EVENTS; nth++) {
    // Half of the views are of one kind, the others of any.
    const item = nth % 2 ? any[nth] : (alike[nth / 2] ?? any[nth]);
    const [spent, updates] = await timed(() => client.track("view_item", { item }));
    events.push(spent);
    shown = itemsOf(updates);
    const from = (last = performance.now());
    explained = 0;
    while (performance.now() - last < QUIET_MS) await new Promise((next) => setTimeout(next, 10));
    // What is known of a card's words already came with the list.
    if (explained >= 5) words.push(((last - from) / explained) * 10);
  }
  const ask = async (/** @type {string[]} */ items, /** @type {"explain" | "why-not"} */ type) => {
    /** @type {number[]} */
    const times = [];
    for (const item of items) times.push((await timed(() => client.send({ type, shelf: "s", item })))[0]);
    return told(times);
  };
  const missing = any.filter((item) => !shown.includes(item)).slice(-20);
  return [
    `${items} items, ${EVENTS} events`,
    `an event to a new list of 10: ${told(events.slice(WARM))}`,
    words.length
      ? `the words of ten cards after it: ${told(words)}`
      : "no words: the catalogue was made with another model",
    `why this, of 10: ${await ask(shown, "explain")}`,
    `why not that, of ${missing.length}: ${await ask(missing, "why-not")}`,
    `the worker's wasm holds ${await heldMb()} MB`,
  ].join("\n");
}

/** What the worker's program has taken of memory. */
function heldMb() {
  const channel = new BroadcastChannel("nearmind-visit");
  const held = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve((data / 1e6).toFixed(1))));
  channel.postMessage("held");
  return held;
}

/** @type {HTMLElement} */ (document.getElementById("said")).textContent = await measure().catch((why) =>
  String(why.message ?? why),
);
document.documentElement.dataset.done = "yes";
