/**
 * `<nearmind-shelf>`: recommendations that are computed on the visitor's device.
 *
 *     <script type="module" src="shelf.js"></script>
 *     <nearmind-shelf catalog="catalog/" model="models/minilm/">
 *       ... the shop's own markup, shown until there is something better, and on any failure ...
 *     </nearmind-shelf>
 *
 * custom-elements.json lists attributes, properties, methods, events, slots, parts and CSS properties; a test holds it
 * to this code. The element asks and draws; the worker behind `nearmind.js` decides. Importing it without a DOM does
 * nothing.
 *
 * @import {Nearmind, Problem, ShelfUpdate, Update} from "./types.js"
 */
import { langOf, optionsOf, SOURCES } from "./element/attributes.js";
import { place } from "./element/dom.js";
import { addresses, prepare } from "./element/format.js";
import { Frame } from "./element/frame.js";
import { loadMessages, messages } from "./element/messages.js";
import { shelfSheet } from "./element/styles.js";
import { ToldElement } from "./element/told.js";

/** A shelf wakes up when it is this near to the viewport. */
const NEAR = "600px";
const LIMIT = 12;
const UNTOLD = { code: "attributes", message: "nearmind-shelf needs the attributes catalog and model.", fatal: true };
let shelves = 0;

export class NearmindShelf extends ToldElement {
  /** Of those that are no sources, another one is another question. */
  static observedAttributes = [...SOURCES, "item", "scene", "limit", "lang", "heading", "track"];

  /** @type {Nearmind | null} */
  client = null;
  #name = `shelf-${++shelves}`;
  #revision = -1;
  /** What was said last of what the visitor wrote. */
  #note = "";
  /** @type {Frame | undefined} */
  #drawn;
  /** @type {import("./element/impressions.js").Impressions | undefined} */
  #impressions;
  /** @type {import("./element/acts.js").Acts | undefined} */
  #acts;
  /** @type {IntersectionObserver | undefined} */
  #approach;
  /** @type {(() => void) | undefined} */
  #unsubscribe;
  #asking = false;
  #asked = 0;
  /** What the page says of itself: the product it is about. @type {import("./page-events.js").PageEvents | undefined} */
  #page;

  connectedCallback() {
    if (!this.#drawn) this.#build();
    this.adoptTold();
    this.#dress();
    this.#approach = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#open(),
      { rootMargin: NEAR },
    );
    this.#approach.observe(this);
  }

  disconnectedCallback() {
    this.#approach?.disconnect();
    this.#impressions?.stop();
    this.#close();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected || !this.#drawn) return;
    if (name === "heading" || name === "lang") this.#dress();
    if (SOURCES.includes(name)) {
      // What has not begun reads it when it begins.
      if (!this.client && this.state !== "failed") return;
      this.#close(true);
      this.#open();
    } else if (name === "track") {
      if (this.client) this.#listen();
    } else if (this.client && name !== "heading") {
      this.#ask();
    }
  }

  /** The item that the list is about; without the attribute it is about the visitor. Empty: the page's own product. */
  get item() {
    return this.getAttribute("item");
  }
  set item(item) {
    item == null ? this.removeAttribute("item") : this.setAttribute("item", item);
  }

  get limit() {
    return Math.max(1, Number.parseInt(this.getAttribute("limit") ?? "", 10) || LIMIT);
  }
  set limit(limit) {
    this.setAttribute("limit", String(limit));
  }

  get state() {
    return this.getAttribute("state") ?? "idle";
  }

  /** Ranks again, and resolves when the answer is drawn. */
  async refresh() {
    await this.client?.openShelf(this.#name, this.#request());
  }

  /** Why an item stands where it stands; null where the catalogue lacks it. @param {string} item */
  async explain(item) {
    return (await this.client?.explainIn(this.#name, item)) ?? null;
  }

  /** Erases everything that this device knows of the visitor. */
  async forget() {
    await this.client?.forget();
  }

  get #frame() {
    return (this.#drawn ??= new Frame());
  }
  get #lang() {
    return langOf(this);
  }
  get #say() {
    return messages(this.#lang);
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [shelfSheet()];
    this.#frame.list.own = () => this.querySelector(":scope > template") && this;
    root.append(this.#frame.node);
    // A copy of a shelf has its attributes, and not yet its cards.
    this.#reserve("idle");
  }

  /** In the page's language, as soon as its words are here: what is said in two languages moves. */
  #dress() {
    const coming = loadMessages(this.#lang);
    if (coming) return void coming.then(() => this.#dress());
    this.#frame.translate(this.#say);
    this.#frame.head(this.getAttribute("heading") ?? this.#say[this.item === null ? "for-you" : "more-like-this"]);
  }

  /** @param {string} state */
  #reserve(state) {
    this.#frame.list.reserve(Math.min(this.limit, 6));
    this.setAttribute("state", state);
  }

  async #open() {
    this.#approach?.disconnect();
    this.#frame.footer.tell("");
    if (this.state !== "ready") this.setAttribute("state", "loading");
    prepare(this.#lang);
    this.#obey().catch(() => {});
    try {
      const [{ Nearmind }, , own] = await Promise.all([
        import("./nearmind.js"),
        loadMessages(this.#lang),
        this.querySelector(":scope > template") && import("./element/own-card.js"),
      ]);
      if (this.client || !this.isConnected) return;
      this.#frame.list.OwnCard = own?.OwnCard;
      // Read when it is used: whatever changed an attribute while a script came has not been heard.
      const options = optionsOf(this);
      if (!options) return this.#fail(UNTOLD);
      this.client = Nearmind.open(options);
    } catch (error) {
      return this.#fail({ code: "client", message: `${error}`, fatal: true });
    }
    this.#unsubscribe = this.client.subscribe((update) => this.#receive(update));
    const { problem, progress } = this.client.state;
    if (problem) return this.#fail(problem);
    this.#frame.footer.progress(progress);
    if (new URLSearchParams(location.search).get("nearmind") === "debug") {
      import("./debug.js").then(({ openDebug }) => this.client && openDebug(this.client, this.#lang));
    }
    // Who asks about the page's product needs it first; for the others it comes after what the visitor came for.
    if (this.item === "" || this.state === "ready") await this.#listen();
    this.#ask();
  }

  /** What the visitor may do: comes beside the worker, before there is something to do it with. */
  async #obey() {
    const { Acts } = await import("./element/acts.js");
    const now = () => ({
      name: this.#name,
      root: /** @type {ShadowRoot} */ (this.shadowRoot),
      client: this.client,
      say: this.#say,
      lang: this.#lang,
    });
    this.#acts ??= new Acts(this.#frame, now, ({ item, url }, position) => {
      this.client?.track("select_item", { item }).catch(() => {});
      return this.#fire("nearmind-select", { item, url, position });
    });
  }

  /** What cards that stand can do: be seen, be turned, and move to other places. */
  async #watch() {
    const [{ Impressions }, { Turn }, { Moves }, { addLateStyles }] = await Promise.all([
      import("./element/impressions.js"),
      import("./element/turn.js"),
      import("./element/moves.js"),
      import("./element/late-styles.js"),
    ]);
    const { list } = this.#frame;
    if (!list.moves) {
      list.moves = new Moves(list);
      new Turn(this.#frame);
      addLateStyles(/** @type {ShadowRoot} */ (this.shadowRoot));
    }
    const seen = (/** @type {string} */ item, /** @type {HTMLElement} */ node) =>
      this.#fire("nearmind-impression", { item, position: place(node) });
    this.#impressions ??= new Impressions(seen);
    if (this.isConnected) this.#impressions.watch(list.node.children);
  }

  /** What the page says of itself anyway, to its own analytics and to search engines. */
  async #listen() {
    const off = () => this.getAttribute("track") === "off";
    if (off()) return this.#unheard(true);
    const { PageEvents } = await import("./page-events.js");
    if (!this.client || this.#page || off()) return;
    this.#page = PageEvents.of(this.client);
    this.#page.join(this, this.client, () => this.item === "" && this.#ask());
  }

  /** @param {boolean} deaf */
  #unheard(deaf) {
    this.#page?.leave(this, deaf);
    this.#page = undefined;
  }

  /** @param {boolean} [deaf] What the page says from now on is not for this client. */
  #close(deaf = false) {
    this.#unheard(deaf);
    this.#unsubscribe?.();
    this.client?.closeShelf(this.#name);
    this.client = null;
    this.#revision = -1;
  }

  /** Asks once, however many attributes have changed. */
  #ask() {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      const request = this.#request();
      if (request.kind === "more-like-this" && !request.item) return;
      this.#asked = performance.now();
      this.client?.openShelf(this.#name, request).catch(() => {});
    });
  }

  #request() {
    const item = this.item || (this.item === "" ? (this.#page?.product ?? "") : null);
    /** @type {import("./types.js").ShelfKind} */
    const kind = item === null ? "for-you" : "more-like-this";
    return { kind, item, scene: this.getAttribute("scene"), limit: this.limit, lang: this.#lang, ...this.toldAll() };
  }

  whenTold() {
    if (this.client) this.#ask();
  }

  /** @param {Update} update */
  #receive(update) {
    // After a failure nothing counts until there is a new worker.
    if (this.state === "failed" && update.type !== "restarted") return;
    switch (update.type) {
      case "progress":
      case "catalog-ready":
      case "model-ready":
        return this.#frame.footer.progress(this.client?.state.progress ?? null);
      case "shelf":
        return update.shelf === this.#name && update.revision >= this.#revision && this.#draw(update);
      case "highlights":
        if (update.shelf !== this.#name || update.revision !== this.#revision) return;
        return this.#frame.list.views.get(update.item)?.highlight(update.title, update.description);
      case "pictures":
        // Small pictures, which came with the catalogue.
        for (const { item, image } of update.pictures) {
          if (image.startsWith("data:")) this.#frame.list.views.get(item)?.picture(image);
        }
        return;
      // biome-ignore lint/suspicious/noFallthroughSwitchClause: a new worker's revisions begin again, too
      case "restarted":
        if (this.state === "failed") this.setAttribute("state", "loading");
      case "forgotten":
        this.#revision = -1;
        return this.#frame.footer.tell("");
      case "error":
        return update.fatal ? this.#fail(update) : this.#warn(update);
    }
  }

  /** @param {ShelfUpdate} update */
  #draw({ revision, basis, heading, note, cards }) {
    const first = this.state !== "ready";
    this.#revision = revision;
    if (!this.getAttribute("heading") && heading) this.#frame.head(heading);
    if (note !== this.#note) this.#frame.say((this.#note = note));
    this.#fire("nearmind-metric", {
      name: first ? "first-shelf" : "shelf",
      value: performance.now() - this.#asked,
      unit: "ms",
    });
    if (!cards.length) return this.#frame.keepRoom(() => this.#reserve("empty"));
    const base = new URL(this.getAttribute("base") ?? "", document.baseURI).href;
    const strict = this.getAttribute("isolation") === "strict";
    const placed = cards.map((card) => ({ ...card, ...addresses(card, base, strict) }));
    const draw = () => this.#frame.list.draw(placed, this.#say, this.#lang);
    if (first) {
      this.#frame.keepRoom(() => {
        draw();
        this.setAttribute("state", "ready");
      });
    } else {
      draw();
    }
    this.#watch();
    if (!first) return;
    this.#listen();
    this.#frame.announce(`${this.getAttribute("heading") ?? heading}: ${this.#say.list(cards.length)}`);
    this.#fire("nearmind-ready", { basis, items: cards.map(({ item }) => item) });
  }

  /** The shop's own markup stands again. @param {Problem} problem */
  #fail(problem) {
    console.error(`nearmind: ${problem.message}`);
    this.#frame.footer.progress(null);
    this.#frame.footer.tell(this.#say.failed(this.#say.problems[problem.code] ?? problem.message), {
      label: this.#say.retry,
      run: () => (this.client ? this.client.restart() : this.#open()),
    });
    this.#frame.keepRoom(() => this.#reserve("failed"));
    this.#fire("nearmind-error", problemOf(problem));
  }

  /** Recommendations go on. @param {Problem} problem */
  #warn(problem) {
    this.#frame.footer.tell(problem.message);
    this.#fire("nearmind-error", problemOf(problem));
  }

  /** @param {string} type @param {unknown} detail */
  #fire(type, detail) {
    return this.dispatchEvent(
      new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: type === "nearmind-select" }),
    );
  }
}

/** @param {Problem} problem */
const problemOf = ({ code, message, fatal }) => ({ code, message, fatal });

if (globalThis.customElements && !customElements.get("nearmind-shelf"))
  customElements.define("nearmind-shelf", NearmindShelf);
