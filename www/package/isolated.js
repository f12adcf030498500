/**
 * A worker that cannot speak to the network: `isolation="strict"`. The browser sees to it, not our good will.
 *
 * A Content Security Policy that allows nothing but blobs is given to an empty document, and the worker that is made
 * there, of blobs, inherits it: whatever runs in it has no way out but messages to this file. What it needs is fetched
 * here: its own program, and the files that the manifests of catalogue and model name, each a few times at most. No
 * address is made of anything that the worker knows. It tries all ways out when it starts (isolated-worker.js), and
 * where one is open it does not start.
 *
 * The page's own policy must allow `worker-src blob:` and `script-src blob:`. The storage is the shop's, as usual.
 */
import { trusted } from "./spawn.js";

const POLICY = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:";
const MODULES = ["nearmind-worker", "nearmind-worker-relaxed", "nearmind-gpu"];
const BLOCKED =
  "an isolated worker is made of blobs, and the page's policy must allow worker-src blob: and script-src blob:";
/** As often as a download that breaks is tried again, and once more. */
const MOST_TIMES = 4;

/** What of a Worker the client uses. */
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
  /** Addresses that may be asked for, and how many times more. @type {Map<string, number>} */
  #allowed = new Map();
  /** Bytes of each file that the worker has been sent. @type {Map<string, number>} */
  #sent = new Map();
  #manifests;

  /** @param {string[]} folders Addresses of catalogue and model: of a folder, or of its manifest. */
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
    const inside = await emptied(this.#frame);
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

  /** @param {MessagePort} port @param {{id: number, module?: string, file?: string, fresh?: boolean, range?: string}} asked */
  async #serve(port, { id, module, file, fresh, range }) {
    try {
      if (module !== undefined) {
        if (!MODULES.includes(module)) throw new Error(`${module} is none of its modules`);
        const script = await text(`./wasm/${module}.js`);
        const integrity = /"(sha256-[^"]+)"/.exec(script)?.[1];
        const wasm = await get(new URL(`./wasm/${module}_bg.wasm`, import.meta.url).href, { integrity });
        const bytes = await wasm.arrayBuffer();
        return port.postMessage({ id, script, bytes }, [bytes]);
      }
      const url = `${file}`;
      const left = this.#allowed.get(url) ?? 0;
      if (!left) throw new Error(`${url} is none of its files, or was asked for too often`);
      this.#allowed.set(url, left - 1);
      // Only from where a download broke: any other number might say something that the worker knows.
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

  /** Allows what a manifest names. @param {string} url @param {Response} manifest */
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
        // A name beside the manifest, and nothing that leads elsewhere.
        if (/^[\w.-]+$/.test(name) && name.includes(".")) this.#allow(new URL(name, url).href);
      }
    } catch {
      // No manifest: the worker will say so.
    }
  }

  /** @param {string} url */
  #allow(url) {
    if (!this.#allowed.has(url)) this.#allowed.set(url, MOST_TIMES);
  }
}

/** The window of an empty document from which nothing can be asked for. @param {HTMLIFrameElement} frame */
async function emptied(frame) {
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

/** The body goes as a stream where streams can go. @param {MessagePort} port @param {object} message @param {Response} response */
async function send(port, message, response) {
  const { body } = response;
  try {
    port.postMessage({ ...message, body }, body ? [/** @type {any} */ (body)] : []);
  } catch {
    const bytes = await response.arrayBuffer();
    port.postMessage({ ...message, body: bytes }, [bytes]);
  }
}

/** @param {string} url @param {RequestInit} [wishes] */
async function get(url, wishes) {
  const response = await fetch(url, wishes);
  if (!response.ok) throw new Error(`${url}: the server answers ${response.status}`);
  return response;
}

/** A script that lies beside this one. @param {string} path */
const text = async (path) => (await get(new URL(path, import.meta.url).href)).text();
