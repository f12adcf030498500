/**
 * What one event costs in a large shop, from the click to the new list, the messages to the worker and back included.
 * `?catalog=` the address of a catalogue that `nearmind visit --out` wrote, `?items=` how many items it has.
 */
import { Nearmind } from "./nearmind.js";

const asked = new URLSearchParams(location.search);
const items = Number(asked.get("items") ?? 100000);
const catalog = asked.get("catalog") ?? `large/${items}/`;

const EVENTS = 60;
const WARM = 10;

async function measure() {
  const client = Nearmind.open({ catalog, model: asked.get("model") ?? "models/minilm/", device: "cpu", persist: false });
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
  return `${items} items: an event to a new list of 10: median ${at(0.5)} ms, quickest ${at(0)} ms`;
}

document.getElementById("said").textContent = await measure().catch((why) => String(why.message ?? why));
document.documentElement.dataset.done = "yes";
