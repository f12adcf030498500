/**
 * What an import leaves on this device. Where storage is denied it lasts as long as the page, and `lasting` says so.
 *
 *     database "nearmind-import", version 1
 *       state    "pending" -> the import that goes on after a reload, with its file
 *                "done"    -> the catalogue that is there: its name, its report, which cache
 *                "maker"   -> what made the vectors
 *       vectors  first half of a text's SHA-256, in hexadecimal -> ArrayBuffer of f32 [H]
 *     cache "nearmind-catalog-ID": the pack, as crates/web/worker/src/load/on_device.rs reads it
 *
 * Used by the page and by the importing worker. Must not know what a feed is.
 */
const DATABASE = "nearmind-import";
const CACHES = "nearmind-catalog-";
const FOLDER = "/nearmind-kept/";

export class Keep {
  #database;
  /** @type {Map<string, any>} */
  #memory = new Map();

  static async open() {
    return new Keep(await database().catch(() => null));
  }

  /** @param {IDBDatabase | null} database */
  constructor(database) {
    this.#database = database;
  }

  get lasting() {
    return this.#database !== null;
  }

  /** @param {string} key */
  async get(key) {
    return this.#database ? done(this.#store("state").get(key)) : this.#memory.get(key);
  }

  /** @param {string} key @param {unknown} value `undefined` removes it. */
  async set(key, value) {
    if (!this.#database) return void this.#memory.set(key, value);
    const store = this.#store("state", "readwrite");
    if (value === undefined) store.delete(key);
    else store.put(value, key);
    await finished(store.transaction);
  }

  /** The vectors of these keys that are known, undefined for the others. @param {string[]} keys @returns {Promise<(ArrayBuffer | undefined)[]>} */
  async vectors(keys) {
    if (!this.#database) return keys.map(() => undefined);
    const store = this.#store("vectors");
    return Promise.all(keys.map((key) => done(store.get(key))));
  }

  /** @param {string[]} keys @param {ArrayBuffer[]} vectors */
  async putVectors(keys, vectors) {
    if (!this.#database || !keys.length) return;
    const store = this.#store("vectors", "readwrite");
    for (const [i, key] of keys.entries()) store.put(vectors[i], key);
    await finished(store.transaction);
  }

  /** Lets go of all vectors but these. @param {string[]} [keys] */
  async retainVectors(keys = []) {
    if (!this.#database) return;
    const store = this.#store("vectors", "readwrite");
    if (!keys.length) store.clear();
    const kept = new Set(keys);
    for (const key of keys.length ? await done(store.getAllKeys()) : []) if (!kept.has(String(key))) store.delete(key);
    await finished(store.transaction);
  }

  /** @param {string} name @param {IDBTransactionMode} [mode] */
  #store(name, mode = "readonly") {
    return /** @type {IDBDatabase} */ (this.#database).transaction(name, mode).objectStore(name);
  }
}

/** The manifest last: a pack that is cut off by a closed tab is none. @param {string} id @param {[string, Uint8Array][]} files */
export async function putPack(id, files) {
  const cache = await caches.open(CACHES + id);
  for (const [name, bytes] of files) await cache.put(FOLDER + name, new Response(/** @type {BufferSource} */ (bytes)));
}

/** @param {string} id */
export const hasPack = (id) => caches.has(CACHES + id);

/** The files of a pack, or null where it is gone. @param {string} id @returns {Promise<[string, Uint8Array][] | null>} */
export async function getPack(id) {
  if (!(await hasPack(id))) return null;
  const cache = await caches.open(CACHES + id);
  const files = (await cache.keys()).map(async (request) => {
    const response = await cache.match(request);
    const bytes = new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
    return /** @type {[string, Uint8Array]} */ ([new URL(request.url).pathname.slice(FOLDER.length), bytes]);
  });
  return Promise.all(files);
}

/** Lets go of all packs but this one. @param {string} [id] */
export async function retainPack(id) {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES) && name !== CACHES + id);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("state");
    opening.result.createObjectStore("vectors");
  };
  return done(opening);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
