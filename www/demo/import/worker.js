/**
 * The importer's worker: reads a feed, returns the texts to embed, receives their vectors, and writes the pack. The parsers,
 * the cleaning and the pack format are those of `nearmind bake`, in a wasm module that only this worker loads.
 *
 * page -> worker  { id, method, params }
 * worker -> page  { id, result } or { id, problem }, and { id, progress } before that
 *
 * @import {FeedsModule} from "../wasm/nearmind-feeds.js"
 * @import {Problem} from "./types.js"
 */
import { getPack, ImportStorage, putPack, retainPack } from "./storage.js";

/** Rows and keys that are processed in one step, which takes some hundredths of a second. */
const ROWS_PER_STEP = 2000;
const KEYS_PER_STEP = 500;
/** Number of stored vectors that are computed again, to check that this build computes the same ones. */
const CHECKED_VECTORS = 4;

/** @type {typeof import("../wasm/nearmind-feeds.js") | undefined} */
let wasm;
/** The open feed. @type {FeedsModule} */
let feeds;
let count = 0;
let chinese = false;
let width = 0;
let manifest = "";
/** @type {string[]} */
let keys = [];
/** `[N, H]`, by row */
let vectors = new Float32Array();
/** 1 for each row whose vector is there. */
let hasVector = new Uint8Array();
/** Rows to embed. The first ones may have stored vectors, which are checked. @type {number[]} */
let queue = [];
const opening = ImportStorage.open();

const methods = {
  /** Reads and cleans a feed. @param {{file: File, options: object}} params @param {(progress: object) => void} report */
  async read({ file, options }, report) {
    wasm ??= await loadModule();
    feeds?.free();
    feeds = new wasm.FeedsModule(options);
    const reader = new FileReaderSync();
    const readPart = (/** @type {number} */ at, /** @type {number} */ length) =>
      new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + length)));
    feeds.open(file.name, readPart);
    for (let step; (step = feeds.step(ROWS_PER_STEP)); ) {
      report({ ...step, total: file.size });
      await yieldToEventLoop();
    }
    const read = feeds.finish();
    ({ count, chinese } = read);
    return read;
  },

  /** Loads the stored vectors and queues the other rows. @param {{model: string, device: string}} params `model`: its manifest. */
  async plan({ model, device }) {
    manifest = model;
    width = JSON.parse(model).architecture.hidden;
    const maker = `${await digest(new TextEncoder().encode(model))} ${device}`;
    const storage = await opening;
    if ((await storage.get("maker")) !== maker) {
      await storage.retainVectors();
      await storage.set("maker", maker);
    }
    keys = [];
    vectors = new Float32Array(count * width);
    hasVector = new Uint8Array(count);
    for (let from = 0; from < count; from += KEYS_PER_STEP) {
      const stepKeys = feeds.keys(from, Math.min(from + KEYS_PER_STEP, count));
      keys.push(...stepKeys);
      (await storage.vectors(stepKeys)).forEach((vector, i) => {
        if (vector?.byteLength !== width * 4) return;
        vectors.set(new Float32Array(vector), (from + i) * width);
        hasVector[from + i] = 1;
      });
    }
    const rows = [...hasVector.keys()];
    queue = [
      ...rows.filter((row) => hasVector[row]).slice(0, CHECKED_VECTORS),
      ...rows.filter((row) => !hasVector[row]),
    ];
    return progress();
  },

  /** Takes the next rows from the queue. @param {{limit: number}} params */
  texts({ limit }) {
    const rows = queue.splice(0, limit);
    return { rows, texts: feeds.texts(Uint32Array.from(rows)) };
  },

  /** Stores the vectors of these rows. @param {{rows: number[], vectors: Float32Array}} params `vectors`: `[B, H]` */
  async addVectors({ rows, vectors: added }) {
    const vectorAt = (/** @type {number} */ i) => added.slice(i * width, (i + 1) * width);
    const checked = rows.flatMap((row, i) => (hasVector[row] ? [[row, i]] : []));
    if (checked.some(([row, i]) => vectorAt(i).some((value, at) => value !== vectors[row * width + at]))) {
      // The stored vectors come from another build or browser version: compute all of them again.
      queue = [...hasVector.keys()].filter((row) => hasVector[row] && !rows.includes(row)).concat(queue);
      hasVector.fill(0);
      await (await opening).retainVectors();
    }
    rows.forEach((row, i) => {
      vectors.set(vectorAt(i), row * width);
      hasVector[row] = 1;
    });
    // If there is no space, the import continues, but would start again after a reload.
    const storing = (await opening).putVectors(
      rows.map((row) => keys[row]),
      rows.map((_, i) => vectorAt(i).buffer),
    );
    const stored = await storing.then(
      () => true,
      () => false,
    );
    return { ...progress(), stored };
  },

  /** Builds the pack and stores it. `commit` deletes the previous one. */
  async pack() {
    const dictionary = chinese ? await loadDictionary() : undefined;
    const packed = feeds.pack(manifest, vectors, dictionary);
    const id = (await digest(packed.manifest)).slice(0, 16);
    /** @type {[string, Uint8Array][]} */
    const files = [...packed.files, ["manifest.json", packed.manifest]];
    await putPack(id, files);
    const bytes = files.reduce((sum, [, { length }]) => sum + length, 0);
    return { id, bytes, count };
  },

  /** Makes this catalogue the stored one and deletes the data of all others. @param {{catalog: {id: string}}} params */
  async commit({ catalog }) {
    const storage = await opening;
    await storage.set("done", catalog);
    await storage.set("pending", undefined);
    await retainPack(catalog.id);
    await storage.retainVectors(keys);
  },

  /** Returns a pack as a zip archive. @param {{id: string}} params */
  async zip({ id }) {
    const files = await getPack(id);
    if (!files) throw Object.assign(new Error("the catalogue is no longer on this device"), { name: "gone" });
    wasm ??= await loadModule();
    files.sort(([a], [b]) => (a < b ? -1 : 1));
    return new Blob([wasm.zip(files)], { type: "application/zip" });
  },
};

const progress = () => ({ done: hasVector.reduce((sum, one) => sum + one, 0), total: count });

async function loadModule() {
  const module = await import("../wasm/nearmind-feeds.js");
  await module.default();
  return module;
}

/** Loads jieba's dictionary of Chinese words. */
async function loadDictionary() {
  const response = await fetch(new URL("../wasm/jieba.txt", import.meta.url));
  if (!response.ok)
    throw Object.assign(new Error(`${response.url}: the server answers ${response.status}`), { name: "dictionary" });
  return response.text();
}

/** @param {BufferSource} bytes */
async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lets the worker handle other messages. */
const yieldToEventLoop = () => new Promise((resolve) => setTimeout(resolve));

self.onmessage = async ({ data: { id, method, params } }) => {
  try {
    const report = (/** @type {object} */ progress) => postMessage({ id, progress });
    const result = await /** @type {any} */ (methods)[method](params, report);
    postMessage({ id, result });
  } catch (thrown) {
    postMessage({ id, problem: toProblem(thrown) });
  }
};

/** @param {any} thrown @returns {Problem} */
function toProblem({ name, message, row, format, why }) {
  return { code: name ?? "module", message: `${message}`, row, format, why };
}
