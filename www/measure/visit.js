/**
 * Measures a visit to a large shop, as the page sees it, with the messages to the worker and back: the time from an event to
 * the new list, from the list to the highlights of its ten cards, and of the answers to "why this?" and "why not that?".
 *
 * URL parameters: `catalog`, the URL of a catalogue, or `items`, the number of items of one that
 * `cargo xtask bench event --out dist/large` wrote; `model` and `lang`, those of the catalogue: without its own model,
 * nothing can be highlighted. With `encoder=static` the reported memory is that of the catalogue and the visit alone.
 *
 * @import {Options, ShelfRequest, Update} from "./types.js"
 */
import { Nearmind } from "./nearmind.js";

const parameters = new URLSearchParams(location.search);
const catalog = parameters.get("catalog") ?? `large/${parameters.get("items") ?? 100000}/`;
const model = parameters.get("model") ?? "models/minilm/";
const encoder = /** @type {Options["encoder"]} */ (parameters.get("encoder") ?? "bert");
const lang = parameters.get("lang") ?? "en";

const EVENTS = 60;
const WARM = 10;
/** The highlights are complete when none has come for this long. */
const QUIET_MS = 150;

const client = Nearmind.open({
  catalog,
  model,
  encoder,
  device: "cpu",
  lang,
  persist: false,
  worker: "visit-worker.js",
});

/** Resolves with the next update of this type. @template {Update["type"]} Type @param {Type} type @returns {Promise<Extract<Update, {type: Type}>>} */
const nextUpdate = (type) =>
  new Promise((resolve) =>
    client.subscribe(
      (update) => update.type === type && resolve(/** @type {Extract<Update, {type: Type}>} */ (update)),
    ),
  );

/** The items of the first list in the updates. @param {Update[]} updates */
const itemsOf = (updates) => updates.find((update) => update.type === "shelf")?.cards.map(({ item }) => item) ?? [];

/** @param {string} shelf @param {Partial<ShelfRequest>} request */
async function list(shelf, request) {
  const updates = await client.openShelf(shelf, { kind: "for-you", item: null, limit: 10, lang, ...request });
  return itemsOf(updates);
}

/** @template T @param {() => Promise<T>} work @returns {Promise<[ms: number, answer: T]>} */
async function timed(work) {
  const start = performance.now();
  const answer = await work();
  return [performance.now() - start, answer];
}

/** @param {number[]} times */
function summary(times) {
  const sorted = times.sort((a, b) => a - b);
  const quantile = (/** @type {number} */ share) => `${sorted[Math.floor((sorted.length - 1) * share)].toFixed(1)} ms`;
  return `median ${quantile(0.5)}, fastest ${quantile(0)}, slowest ${quantile(1)}`;
}

async function measure() {
  const ready = nextUpdate("catalog-ready");
  client.start();
  const { items } = await ready;
  await client.prepare();
  const varied = await list("varied", { limit: EVENTS + 10 });
  const similar = await list("similar", { kind: "more-like-this", item: varied[0], limit: EVENTS / 2 });
  for (const shelf of ["varied", "similar"]) client.closeShelf(shelf);

  let [highlighted, last] = [0, 0];
  client.subscribe(({ type }) => type === "highlights" && ([highlighted, last] = [highlighted + 1, performance.now()]));
  let shown = await list("s", {});
  /** @type {number[]} */
  const events = [];
  /** @type {number[]} */
  const highlights = [];
  for (let nth = 0; nth < EVENTS; nth++) {
    // Half of the views are of similar items, the other half of varied ones.
    const item = nth % 2 ? varied[nth] : (similar[nth / 2] ?? varied[nth]);
    const [ms, updates] = await timed(() => client.track("view_item", { item }));
    events.push(ms);
    shown = itemsOf(updates);
    const start = (last = performance.now());
    highlighted = 0;
    while (performance.now() - last < QUIET_MS) await new Promise((next) => setTimeout(next, 10));
    // Highlights that the worker has cached came with the list, so count only the others.
    if (highlighted >= 5) highlights.push(((last - start) / highlighted) * 10);
  }
  const timeRequests = async (/** @type {string[]} */ items, /** @type {"explain" | "why-not"} */ type) => {
    /** @type {number[]} */
    const times = [];
    for (const item of items) times.push((await timed(() => client.send({ type, shelf: "s", item })))[0]);
    return summary(times);
  };
  const missing = varied.filter((item) => !shown.includes(item)).slice(-20);
  return [
    `${items} items, ${EVENTS} events`,
    `event to a new list of 10: ${summary(events.slice(WARM))}`,
    highlights.length
      ? `list to the highlights of its 10 cards: ${summary(highlights)}`
      : "no highlights: the catalogue was baked with another model",
    `"why this?" for 10 items: ${await timeRequests(shown, "explain")}`,
    `"why not that?" for ${missing.length} items: ${await timeRequests(missing, "why-not")}`,
    `wasm memory of the worker: ${await memoryMb()} MB`,
  ].join("\n");
}

/** The wasm memory of the worker, in MB. */
function memoryMb() {
  const channel = new BroadcastChannel("nearmind-visit");
  const answer = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve((data / 1e6).toFixed(1))));
  channel.postMessage("memory");
  return answer;
}

/** @type {HTMLElement} */ (document.getElementById("report")).textContent = await measure().catch((why) =>
  String(why.message ?? why),
);
document.documentElement.dataset.done = "yes";
