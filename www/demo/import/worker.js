/**
 * The importing worker: reads a feed, hands out its texts, takes their vectors, writes the pack. The parsers, the cleaning
 * and the pack are those of `nearmind bake`, in a wasm module that is fetched here and nowhere else.
 *
 * page -> worker  { id, method, given }
 * worker -> page  { id, result }, { id, problem }, or { id, progress } on the way
 *
 * @import {FeedsModule} from "../wasm/nearmind-feeds.js"
 * @import {Problem} from "./types.js"
 */
import { getPack, Keep, putPack, retainPack } from "./keep.js";

/** Rows and keys of one step: some hundredths of a second. */
const ROWS = 2000;
const KEYS = 500;
/** Texts that are embedded again, to see whether this build makes the vectors that an earlier one kept. */
const TRIED = 4;

/** @type {typeof import("../wasm/nearmind-feeds.js") | undefined} */
let wasm;
/** When a feed has been opened. @type {FeedsModule} */
let feeds;
let count = 0;
let chinese = false;
let width = 0;
let manifest = "";
/** @type {string[]} */
let keys = [];
/** `[N, H]` */
let vectors = new Float32Array();
/** Rows whose vectors are there. */
let has = new Uint8Array();
/** Rows that wait for their vectors; the first ones may be known, and are tried. @type {number[]} */
let queue = [];
const keep = Keep.open();

const methods = {
  /** Reads and cleans a feed. @param {{file: File, options: object}} given @param {(progress: object) => void} say */
  async read({ file, options }, say) {
    wasm ??= await load();
    feeds?.free();
    feeds = new wasm.FeedsModule(options);
    const reader = new FileReaderSync();
    const part = (/** @type {number} */ at, /** @type {number} */ length) =>
      new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + length)));
    feeds.open(file.name, part);
    for (let now; (now = feeds.step(ROWS)); ) {
      say({ ...now, total: file.size });
      await turn();
    }
    const read = feeds.finish();
    ({ count, chinese } = read);
    return read;
  },

  /** Looks which texts are known. @param {{model: string, device: string}} given `model` is its manifest. */
  async plan({ model, device }) {
    manifest = model;
    width = JSON.parse(model).architecture.hidden;
    const maker = `${await digest(new TextEncoder().encode(model))} ${device}`;
    const kept = await keep;
    if ((await kept.get("maker")) !== maker) {
      await kept.retainVectors();
      await kept.set("maker", maker);
    }
    keys = [];
    vectors = new Float32Array(count * width);
    has = new Uint8Array(count);
    for (let from = 0; from < count; from += KEYS) {
      const some = feeds.keys(from, Math.min(from + KEYS, count));
      keys.push(...some);
      (await kept.vectors(some)).forEach((vector, i) => {
        if (vector?.byteLength !== width * 4) return;
        vectors.set(new Float32Array(vector), (from + i) * width);
        has[from + i] = 1;
      });
    }
    const rows = [...has.keys()];
    queue = [...rows.filter((row) => has[row]).slice(0, TRIED), ...rows.filter((row) => !has[row])];
    return progress();
  },

  /** The next rows to embed. @param {{most: number}} given */
  texts({ most }) {
    const rows = queue.splice(0, most);
    return { rows, texts: feeds.texts(Uint32Array.from(rows)) };
  },

  /** What the model made of them. @param {{rows: number[], vectors: Float32Array}} given */
  async learned({ rows, vectors: made }) {
    const of = (/** @type {number} */ i) => made.slice(i * width, (i + 1) * width);
    const tried = rows.flatMap((row, i) => (has[row] ? [[row, i]] : []));
    if (tried.some(([row, i]) => of(i).some((value, at) => value !== vectors[row * width + at]))) {
      // Another build, or another browser: none of the known ones counts.
      queue = [...has.keys()].filter((row) => has[row] && !rows.includes(row)).concat(queue);
      has.fill(0);
      await (await keep).retainVectors();
    }
    rows.forEach((row, i) => {
      vectors.set(of(i), row * width);
      has[row] = 1;
    });
    const names = rows.map((row) => keys[row]);
    // Without room for them the import goes on: only a reload would have to begin anew.
    const stored = (await keep).putVectors(
      names,
      rows.map((_, i) => of(i).buffer),
    );
    const kept = await stored.then(
      () => true,
      () => false,
    );
    return { ...progress(), kept };
  },

  /** Writes the pack to the browser's cache, in the place of an earlier one. */
  async pack() {
    const dictionary = chinese ? await chineseWords() : undefined;
    const packed = feeds.pack(manifest, vectors, dictionary);
    const id = (await digest(packed.manifest)).slice(0, 16);
    /** @type {[string, Uint8Array][]} */
    const files = [...packed.files, ["manifest.json", packed.manifest]];
    await putPack(id, files);
    const bytes = files.reduce((sum, [, { length }]) => sum + length, 0);
    return { id, bytes, count };
  },

  /** A catalogue took the place of all others. @param {{done: {id: string}}} given */
  async commit({ done }) {
    const kept = await keep;
    await kept.set("done", done);
    await kept.set("pending", undefined);
    await retainPack(done.id);
    await kept.retainVectors(keys);
  },

  /** A pack as one file. @param {{id: string}} given */
  async zip({ id }) {
    const files = await getPack(id);
    if (!files) throw Object.assign(new Error("it is not on this device any more"), { name: "gone" });
    wasm ??= await load();
    files.sort(([a], [b]) => (a < b ? -1 : 1));
    return new Blob([wasm.zip(files)], { type: "application/zip" });
  },
};

const progress = () => ({ done: has.reduce((sum, one) => sum + one, 0), total: count });

async function load() {
  const module = await import("../wasm/nearmind-feeds.js");
  await module.default();
  return module;
}

async function chineseWords() {
  const response = await fetch(new URL("../wasm/jieba.txt", import.meta.url));
  if (!response.ok) throw Object.assign(new Error(`${response.url}: ${response.status}`), { name: "dictionary" });
  return response.text();
}

/** @param {BufferSource} bytes */
async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Lets other messages in. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

self.onmessage = async ({ data: { id, method, given } }) => {
  try {
    const say = (/** @type {object} */ progress) => postMessage({ id, progress });
    const result = await /** @type {any} */ (methods)[method](given, say);
    postMessage({ id, result });
  } catch (thrown) {
    postMessage({ id, problem: problem(thrown) });
  }
};

/** @param {any} thrown @returns {Problem} */
function problem({ name, message, row, format, why }) {
  return { code: name ?? "module", message: `${message}`, row, format, why };
}
