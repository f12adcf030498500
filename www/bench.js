/**
 * The encoder without a shop: `window.candidate` for benchmarks that compare embedding libraries, and a button for
 * people. `?device=cpu|gpu`, `?model=` the address of a model's folder, `?measure` starts at once.
 *
 * candidate: {init(): Promise, embed(texts: string[]): Promise<Float32Array[]>, backend: string}
 */

const asked = new URLSearchParams(location.search);
const device = asked.get("device") ?? "cpu";
const model = asked.get("model") ?? "models/minilm/";

let worker;
let last = 0;
const waiting = new Map();

/** One message to the worker, and its answer. */
function ask(texts) {
  if (!worker) start();
  const id = ++last;
  const embed = { model: new URL(model, document.baseURI).href, device, texts };
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, embed });
  });
}

function start() {
  const url = new URL("worker.js", import.meta.url).href;
  const policy = window.trustedTypes?.createPolicy("nearmind", { createScriptURL: (own) => own });
  worker = new Worker(policy ? policy.createScriptURL(url) : url, { type: "module", name: "nearmind" });
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if (data.vectors) resolve?.(data);
    else if (data.error ?? data.updates?.[0]?.type === "error") reject?.(new Error((data.error ?? data.updates[0]).message));
  };
  worker.onerror = (event) => waiting.forEach(({ reject }) => reject(new Error(event.message)));
}

window.candidate = {
  backend: "nearmind",
  async init() {
    const { device: report } = await ask([]);
    this.backend = `nearmind ${report.device} (${report.detail}): ${report.reason}`;
  },
  async embed(texts) {
    const { vectors, width } = await ask(texts);
    return texts.map((_, i) => vectors.subarray(i * width, (i + 1) * width));
  },
};

// For people.

const TEXTS = Array.from({ length: 64 }, (_, i) => [
  "A waterproof jacket for cycling in the rain, with taped seams, an adjustable hood and reflective trim.",
  "Solid oak side table with a drawer. Made by hand from certified wood, oiled, and delivered without plastic.",
  "Noise-cancelling headphones with thirty hours of battery, two microphones for calls and a folding case. ".repeat(2),
  "Cast iron pan.",
][i % 4]);

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function measure(say) {
  say(`load     ${(await timed(() => candidate.init())).toFixed(0)} ms\n${candidate.backend}`);
  const queries = [], batches = [];
  for (let i = 0; i < 40; i++) queries.push(await timed(() => candidate.embed(["rain jacket for cycling"])));
  say(`query    ${median(queries.slice(8)).toFixed(2)} ms, ${Math.min(...queries).toFixed(2)} at best`);
  for (let i = 0; i < 5; i++) batches.push(await timed(() => candidate.embed(TEXTS)));
  say(`texts    ${(TEXTS.length / (median(batches) / 1000)).toFixed(1)} a second`);
  say(`bytes    ${await digest()}`);
}

/** The same for the same model wherever it is computed: natively, and with every kind of SIMD. */
async function digest() {
  const vectors = await candidate.embed(TEXTS.slice(0, 4));
  const bytes = new Uint8Array(await new Blob(vectors).arrayBuffer());
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

const element = (id) => document.getElementById(id);
const say = (line) => element("report").append(`${line}\n`);

element("device").value = device;
element("model").value = model;
element("measure").onclick = () => {
  location.search = new URLSearchParams({ device: element("device").value, model: element("model").value, measure: "" });
};
if (asked.has("measure")) measure(say).catch((error) => say(error.message));
