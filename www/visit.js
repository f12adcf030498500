/**
 * What one event costs in a large shop, from the click to the new list, the messages to the worker and back included.
 * `?catalog=` the address of a catalogue that `nearmind visit --out` wrote, `?items=` how many items it has. With
 * `?model=none/` the memory that it says is the catalogue's and the visit's alone.
 */
import { Nearmind } from "./nearmind.js";

const asked = new URLSearchParams(location.search);
const items = Number(asked.get("items") ?? 100000);
const catalog = asked.get("catalog") ?? `large/${items}/`;

const EVENTS = 60;
const WARM = 10;

async function measure() {
  const model = asked.get("model") ?? "models/minilm/";
  const client = Nearmind.open({ catalog, model, device: "cpu", persist: false, worker: "visit-worker.js" });
  const here = new Promise((resolve) => client.subscribe((update) => update.type === "catalog-ready" && resolve(update)));
  await client.openShelf("s", { kind: "for-you", limit: 10, lang: "en" });
  await here;
  await client.send({ type: "profile", lang: "en", nowMs: Date.now() });
  const times = [];
  for (let nth = 0; nth < EVENTS; nth++) {
    // Half of the views are of one kind, the others of any.
    const row = (nth % 2 === 0 ? nth * 100 : nth * 7919) % items;
    const from = performance.now();
    await client.track("view_item", { item: `item-${String(row).padStart(6, "0")}` });
    times.push(performance.now() - from);
  }
  const sorted = times.slice(WARM).sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)].toFixed(2);
  const took = `median ${at(0.5)} ms, quickest ${at(0)} ms`;
  return `${items} items: an event to a new list of 10: ${took}; the worker's wasm holds ${await heldMb()} MB`;
}

/** What the worker's program has taken of memory. */
function heldMb() {
  const channel = new BroadcastChannel("nearmind-visit");
  const held = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve((data / 1e6).toFixed(1))));
  channel.postMessage("");
  return held;
}

document.getElementById("said").textContent = await measure().catch((why) => String(why.message ?? why));
document.documentElement.dataset.done = "yes";
