/**
 * A worker that cannot reach the network, for `isolation="strict"`. The browser enforces it.
 *
 * An empty document gets a Content Security Policy that allows blobs only, and a worker that is created there from blobs
 * inherits the policy: it can only send messages to this file. This file fetches what the worker needs: its own program,
 * and the files that the manifests of catalogue and model name, each a few times at most. No address contains anything
 * that the worker knows. The worker tries to reach the network when it starts (isolated-worker.js), and does not start
 * if it can.
 *
 * The page's own policy must allow `worker-src blob:` and `script-src blob:`. The storage is that of the shop's origin.
 */
import { trusted } from "./spawn.js";

const POLICY = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:";
const MODULES = ["nearmind-worker", "nearmind-encoder", "nearmind-encoder-relaxed", "nearmind-gpu"];
const BLOCKED =
  "an isolated worker is created from blobs: the page's policy must allow worker-src blob: and script-src blob:";
/** Requests of one file: a download that breaks off is tried again three times. */
const MOST_REQUESTS = 4;

/** The part of a Worker's interface that the client uses. */
export class IsolatedWorker {
  /** @type {((event: MessageEvent) => void) | null} */
  onmessage = null;
  /** @type {((event: {message: string}) => void) | null} */
  onerror = null;
  /** @type {(() => void) | null} */
  onmessageerror = null;
  #frame = document.createElement("iframe");
  /** @type {Worker | undefined} */
  #worker;
  /** @type {unknown[] | null} */
  #waiting = [];
  /** URLs that may be requested, and how many times more. @type {Map<string, number>} */
  #allowed = new Map();
  /** Bytes of each file that have been sent to the worker. @type {Map<string, number>} */
  #sent = new Map();
  #manifests;

  /** @param {string[]} folders URLs of catalogue and model: a folder's, or its manifest's. */
  constructor(folders) {
    this.#manifests = folders.map((url) => (url.endsWith("/") ? `${url}manifest.json` : url));
    for (const url of this.#manifests) this.#allow(url);
    this.#start().catch((error) => this.onerror?.({ message: `${error?.message ?? error}` }));
  }

  /** @param {unknown} message */
  postMessage(message) {
    this.#waiting ? this.#waiting.push(message) : this.#worker?.postMessage(message);
  }

  terminate() {
    this.#worker?.terminate();
    this.#frame.remove();
    this.#waiting = [];
  }

  async #start() {
    const [own, common] = await Promise.all([text("./isolated-worker.js"), text("./worker.js")]);
    const inside = await openIsolated(this.#frame);
    const address = (/** @type {string} */ script) =>
      inside.URL.createObjectURL(new inside.Blob([script], { type: "text/javascript" }));
    /** @type {Worker} */
    const worker = new inside.Worker(trusted(address(own), inside), { type: "module", name: "nearmind" });
    this.#worker = worker;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#serve(port1, data);
    worker.onerror = ({ message }) => this.onerror?.({ message: message || BLOCKED });
    worker.onmessageerror = () => this.onmessageerror?.();
    worker.onmessage = (event) => {
      if (event.data !== "isolated") return this.onmessage?.(event);
      for (const message of this.#waiting ?? []) worker.postMessage(message);
      this.#waiting = null;
    };
    worker.postMessage({ port: port2, script: address(common), home: new URL("./worker.js", import.meta.url).href }, [
      port2,
    ]);
  }

  /** @param {MessagePort} port @param {{id: number, module?: string, file?: string, fresh?: boolean, range?: string}} request */
  async #serve(port, { id, module, file, fresh, range }) {
    try {
      if (module !== undefined) {
        if (!MODULES.includes(module)) throw new Error(`${module} is not one of the worker's modules`);
        const script = await text(`./wasm/${module}.js`);
        const integrity = /"(sha256-[^"]+)"/.exec(script)?.[1];
        const wasm = await get(new URL(`./wasm/${module}_bg.wasm`, import.meta.url).href, { integrity });
        const bytes = await wasm.arrayBuffer();
        return port.postMessage({ id, script, bytes }, [bytes]);
      }
      const url = `${file}`;
      const left = this.#allowed.get(url) ?? 0;
      if (!left) throw new Error(`${url} is not one of the worker's files, or was requested too often`);
      this.#allowed.set(url, left - 1);
      // Only from where a download broke off: any other number could carry data of the worker's.
      const from = this.#sent.get(url) ?? 0;
      const headers = from && range === `bytes=${from}-` ? { range } : undefined;
      const response = await fetch(url, { cache: fresh ? "reload" : "default", headers });
      if (response.ok && this.#manifests.includes(url)) await this.#read(url, response.clone());
      this.#sent.set(url, response.status === 206 ? from : 0);
      const count = new TransformStream({
        transform: (/** @type {Uint8Array} */ chunk, out) => {
          this.#sent.set(url, (this.#sent.get(url) ?? 0) + chunk.byteLength);
          out.enqueue(chunk);
        },
      });
      const body = response.body?.pipeThrough(count) ?? null;
      send(port, { id, status: response.status, headers: [...response.headers] }, new Response(body));
    } catch (error) {
      port.postMessage({ id, error: `${/** @type {any} */ (error)?.message ?? error}` });
    }
  }

  /** Allows the files that a manifest names. @param {string} url @param {Response} manifest */
  async #read(url, manifest) {
    /** @type {(value: unknown) => string[]} */
    const names = (value) =>
      typeof value === "string"
        ? [value]
        : value && typeof value === "object"
          ? Object.values(value).flatMap(names)
          : [];
    try {
      for (const name of names(await manifest.json())) {
        // Only names of files in the manifest's folder.
        if (/^[\w.-]+$/.test(name) && name.includes(".")) this.#allow(new URL(name, url).href);
      }
    } catch {
      // Not a manifest: the worker reports it.
    }
  }

  /** @param {string} url */
  #allow(url) {
    if (!this.#allowed.has(url)) this.#allowed.set(url, MOST_REQUESTS);
  }
}

/** Returns the window of an empty document from which nothing can be requested. @param {HTMLIFrameElement} frame */
async function openIsolated(frame) {
  frame.hidden = true;
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  document.documentElement.append(frame);
  await loaded;
  const inside = /** @type {any} */ (frame.contentWindow);
  const policy = inside.document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = POLICY;
  inside.document.head.append(policy);
  return inside;
}

/** Sends a response, its body as a stream where the browser can transfer streams. @param {MessagePort} port @param {object} message @param {Response} response */
async function send(port, message, response) {
  const { body } = response;
  try {
    port.postMessage({ ...message, body }, body ? [/** @type {any} */ (body)] : []);
  } catch {
    const bytes = await response.arrayBuffer();
    port.postMessage({ ...message, body: bytes }, [bytes]);
  }
}

/** @param {string} url @param {RequestInit} [options] */
async function get(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url}: the server answers ${response.status}`);
  return response;
}

/** The text of a script beside this one. @param {string} path */
const text = async (path) => (await get(new URL(path, import.meta.url).href)).text();
