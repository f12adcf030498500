/**
 * What the importer stores on this device. If storage is denied, the state lasts until the page is closed, vectors are not
 * stored, and `isPersistent` is false.
 *
 *     database "nearmind-import", version 1
 *       state    "pending" -> the unfinished import, which continues after a reload, with its file
 *                "done"    -> the finished catalogue: id, name, report (`Catalog` in types.d.ts)
 *                "maker"   -> the model and device that computed the vectors
 *       vectors  first half of a text's SHA-256, in hexadecimal -> ArrayBuffer of f32 [H]
 *     cache "nearmind-catalog-ID": the pack, as crates/web/worker/src/load/on_device.rs reads it
 *
 * Used by the page and by the importer's worker. Must not know what a feed is.
 */
const DATABASE = "nearmind-import";
const CACHE_PREFIX = "nearmind-catalog-";
const FOLDER = "/nearmind-kept/";

export class ImportStorage {
  #database;
  /** @type {Map<string, any>} */
  #memory = new Map();

  static async open() {
    return new ImportStorage(await openDatabase().catch(() => null));
  }

  /** @param {IDBDatabase | null} database */
  constructor(database) {
    this.#database = database;
  }

  /** Whether the data survives a reload. */
  get isPersistent() {
    return this.#database !== null;
  }

  /** @param {string} key */
  async get(key) {
    return this.#database ? requestResult(this.#store("state").get(key)) : this.#memory.get(key);
  }

  /** @param {string} key @param {unknown} value `undefined` removes it. */
  async set(key, value) {
    if (!this.#database) return void this.#memory.set(key, value);
    const store = this.#store("state", "readwrite");
    if (value === undefined) store.delete(key);
    else store.put(value, key);
    await committed(store.transaction);
  }

  /** Returns the stored vectors, `undefined` for keys without one. @param {string[]} keys @returns {Promise<(ArrayBuffer | undefined)[]>} */
  async vectors(keys) {
    if (!this.#database) return keys.map(() => undefined);
    const store = this.#store("vectors");
    return Promise.all(keys.map((key) => requestResult(store.get(key))));
  }

  /** @param {string[]} keys @param {ArrayBuffer[]} vectors */
  async putVectors(keys, vectors) {
    if (!this.#database || !keys.length) return;
    const store = this.#store("vectors", "readwrite");
    for (const [i, key] of keys.entries()) store.put(vectors[i], key);
    await committed(store.transaction);
  }

  /** Deletes all vectors but those of these keys. @param {string[]} [keys] */
  async retainVectors(keys = []) {
    if (!this.#database) return;
    const store = this.#store("vectors", "readwrite");
    if (!keys.length) store.clear();
    const retained = new Set(keys);
    for (const key of keys.length ? await requestResult(store.getAllKeys()) : [])
      if (!retained.has(String(key))) store.delete(key);
    await committed(store.transaction);
  }

  /** @param {string} name @param {IDBTransactionMode} [mode] */
  #store(name, mode = "readonly") {
    return /** @type {IDBDatabase} */ (this.#database).transaction(name, mode).objectStore(name);
  }
}

/** Stores the files of a pack. The manifest must be the last one: without it, a pack is incomplete. @param {string} id @param {[string, Uint8Array][]} files */
export async function putPack(id, files) {
  const cache = await caches.open(CACHE_PREFIX + id);
  for (const [name, bytes] of files) await cache.put(FOLDER + name, new Response(/** @type {BufferSource} */ (bytes)));
}

/** @param {string} id */
export const hasPack = (id) => caches.has(CACHE_PREFIX + id);

/** Returns the files of a pack, or null if the browser has deleted it. @param {string} id @returns {Promise<[string, Uint8Array][] | null>} */
export async function getPack(id) {
  if (!(await hasPack(id))) return null;
  const cache = await caches.open(CACHE_PREFIX + id);
  const files = (await cache.keys()).map(async (request) => {
    const response = await cache.match(request);
    const bytes = new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer(0));
    return /** @type {[string, Uint8Array]} */ ([new URL(request.url).pathname.slice(FOLDER.length), bytes]);
  });
  return Promise.all(files);
}

/** Deletes all packs but this one. @param {string} [id] */
export async function retainPack(id) {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE_PREFIX + id);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("state");
    opening.result.createObjectStore("vectors");
  };
  return requestResult(opening);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const requestResult = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
