/**
 * `<nearmind-shelf>`: recommendations that are computed on the visitor's device.
 *
 *     <script type="module" src="shelf.js"></script>
 *     <nearmind-shelf catalog="catalog/" model="models/minilm/">
 *       ... the shop's own markup, shown until the recommendations are ready, and on any failure ...
 *     </nearmind-shelf>
 *
 * custom-elements.json lists attributes, properties, methods, events, slots, parts and CSS properties; a test compares
 * it with this code. The element requests lists and draws them; the worker behind `nearmind.js` ranks. Importing it
 * without a DOM does nothing.
 *
 * @import {Nearmind, Problem, ShelfUpdate, Update} from "./types.js"
 */
import { langOf, optionsOf, SOURCES } from "./element/attributes.js";
import { place } from "./element/dom.js";
import { DataProperties } from "./element/data-properties.js";
import { addresses, prepare } from "./element/format.js";
import { Frame } from "./element/frame.js";
import { shelfSheet } from "./element/styles.js";
import { loadTexts, shelfTexts } from "./languages.js";
import { loadSentences, withTexts } from "./texts.js";
// What these import, so that it is requested at once and not step by step: on a mobile network each step takes 0.2 s.
import "./element/card.js";
import "./element/footer.js";
import "./element/list.js";
import "./element/words.js";
import "./languages/en/shelf.js";

/** A shelf starts when it is this near to the viewport. */
const START_MARGIN = "600px";
/** The most cards of a list without the attribute `limit`. */
const DEFAULT_LIMIT = 12;
/** The most placeholders that are shown instead of cards: enough for the first row of a wide page. */
const MAX_PLACEHOLDERS = 6;
/** The number of shelves so far, for their names. */
let shelfCount = 0;

export class NearmindShelf extends DataProperties {
  /** A new source starts a new worker. A new `item`, `scene`, `limit` or `lang` requests a new list. */
  static observedAttributes = [...SOURCES, "item", "scene", "limit", "lang", "heading", "track"];

  /** @type {Nearmind | null} */
  client = null;
  #name = `shelf-${++shelfCount}`;
  /** The revision, heading and note of the list that was drawn last; -1 before the first list of a worker. */
  #revision = -1;
  #heading = "";
  #note = "";
  /** @type {Frame | undefined} */
  #drawn;
  /** @type {import("./element/impressions.js").Impressions | undefined} */
  #impressions;
  /** @type {IntersectionObserver | undefined} */
  #nearObserver;
  /** @type {(() => void) | undefined} */
  #unsubscribe;
  #isRequesting = false;
  /** When the list was requested last, in milliseconds since the page was opened. */
  #requestedAt = 0;
  /** Reads the events and the product of the page. @type {import("./page-events.js").PageEvents | undefined} */
  #page;

  connectedCallback() {
    if (!this.#drawn) this.#build();
    this.adoptData();
    this.#applyLanguage();
    this.#nearObserver = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#open(),
      { rootMargin: START_MARGIN },
    );
    this.#nearObserver.observe(this);
  }

  disconnectedCallback() {
    this.#nearObserver?.disconnect();
    this.#impressions?.stop();
    this.#close();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected || !this.#drawn) return;
    if (name === "heading") this.#drawHeading();
    if (name === "lang") this.#applyLanguage();
    if (SOURCES.includes(name)) {
      // A shelf that has not started yet reads the attribute when it starts.
      if (!this.client && this.state !== "failed") return;
      this.#close(true);
      this.#open();
    } else if (name === "track") {
      if (this.client) this.#watchPage();
    } else if (this.client && name !== "heading") {
      this.#request();
    }
  }

  /** Id of the item that the list is about. null: the list is about the visitor. Empty: the page's own product. */
  get item() {
    return this.getAttribute("item");
  }
  set item(item) {
    item == null ? this.removeAttribute("item") : this.setAttribute("item", item);
  }

  get limit() {
    return Math.max(1, Number.parseInt(this.getAttribute("limit") ?? "", 10) || DEFAULT_LIMIT);
  }
  set limit(limit) {
    this.setAttribute("limit", String(limit));
  }

  get state() {
    return this.getAttribute("state") ?? "idle";
  }

  /** Ranks again. Resolves when the new list is drawn. */
  async refresh() {
    await this.client?.openShelf(this.#name, this.#buildRequest());
  }

  /** Why an item ranks where it does; null if the catalogue does not have it. @param {string} item */
  async explain(item) {
    return (await this.client?.explainIn(this.#name, item)) ?? null;
  }

  /** Erases everything that this device knows about the visitor. */
  async forget() {
    await this.client?.forget();
  }

  get #frame() {
    return (this.#drawn ??= new Frame());
  }
  get #lang() {
    return langOf(this);
  }
  get #texts() {
    return shelfTexts(this.#lang);
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [shelfSheet()];
    this.#frame.list.own = () => this.querySelector(":scope > template") && this;
    root.append(this.#frame.node);
    // A cloned shelf has the attribute `state`, but no cards yet.
    this.#showPlaceholders("idle");
  }

  /** Writes labels and heading in the page's language, once its texts have been loaded. */
  async #applyLanguage() {
    await loadTexts(this.#lang, "shelf");
    this.#frame.translate(this.#texts);
    this.#drawHeading();
  }

  /** Writes the heading: that of the attribute, of the list, or of the kind of list that will be requested. */
  #drawHeading() {
    const { headings } = this.#texts;
    this.#frame.head(
      this.getAttribute("heading") ?? (this.#heading || headings[this.item === null ? "profile" : "item"]),
    );
  }

  /** Replaces the cards with placeholders, and sets the state. @param {string} state */
  #showPlaceholders(state) {
    this.#frame.list.reserve(Math.min(this.limit, MAX_PLACEHOLDERS));
    this.setAttribute("state", state);
  }

  /** Opens the client, and requests the list. */
  async #open() {
    this.#nearObserver?.disconnect();
    this.#frame.footer.show("");
    if (this.state !== "ready") this.setAttribute("state", "loading");
    prepare(this.#lang);
    const first = this.#fetchFirst().catch(() => null); // the worker's list comes anyway
    loadSentences(this.#lang).catch(() => {});
    try {
      const [{ Nearmind }, , own] = await Promise.all([
        import("./nearmind.js"),
        loadTexts(this.#lang, "shelf"),
        this.querySelector(":scope > template") && import("./element/own-card.js"),
        import("./outbox.js"), // nearmind.js imports these three: they are requested with it
        import("./spawn.js"),
        import("./supervisor.js"),
      ]);
      if (this.client || !this.isConnected) return;
      this.#frame.list.OwnCard = own?.OwnCard;
      // Read after loading: attributes may have changed meanwhile.
      const options = optionsOf(this);
      if (!options) return this.#failAs("attributes");
      this.client = Nearmind.open(options);
    } catch (error) {
      return this.#failAs("client", `${error}`);
    }
    this.#unsubscribe = this.client.subscribe((update) => this.#receive(update));
    const { problem, progress } = this.client.state;
    if (problem) return this.#fail(problem);
    first.then((list) => this.#drawFirst(list)).catch(() => {});
    this.#frame.footer.progress(progress);
    if (new URLSearchParams(location.search).get("nearmind") === "debug") {
      import("./debug.js").then(({ openDebug }) => this.client && openDebug(this.client, this.#lang));
    }
    // A list about the page's product needs the page first; others read it after the first cards.
    if (this.item === "" || this.state === "ready") await this.#watchPage();
    this.#request();
  }

  /** The list of a first visit, if the visitor may see it. */
  async #fetchFirst() {
    const options = optionsOf(this);
    if (!options || this.item !== null) return null;
    const { firstList } = await import("./element/first-list.js");
    return firstList(options, this.#buildRequest());
  }

  /** Draws the list of a first visit, unless the worker's is there. @param {import("./wire.js").Shelf | null} list */
  async #drawFirst(list) {
    const client = this.client;
    const update = list && (await withTexts({ type: "shelf", ...list, shelf: this.#name }, this.#lang));
    if (update && client === this.client && this.state === "loading") this.#draw(/** @type {ShelfUpdate} */ (update));
  }

  /** Loads what is needed only once there are cards: what they do, impressions, scrolling, animations, their styles. */
  async #loadCardFeatures() {
    const [{ Acts }, { Impressions }, { Turn }, { Moves }, { addLateStyles }] = await Promise.all([
      import("./element/acts.js"),
      import("./element/impressions.js"),
      import("./element/turn.js"),
      import("./element/moves.js"),
      import("./element/late-styles.js"),
    ]);
    const { list } = this.#frame;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    if (!list.moves) {
      list.moves = new Moves(list);
      new Turn(this.#frame);
      addLateStyles(root);
      const current = () => ({ name: this.#name, root, client: this.client, texts: this.#texts, lang: this.#lang });
      new Acts(this.#frame, current, ({ item, url }, position) => {
        this.client?.track("select_item", { item }).catch(() => {});
        return this.#fire("nearmind-select", { item, url, position });
      });
    }
    const onSeen = (/** @type {string} */ item, /** @type {HTMLElement} */ node) =>
      this.#fire("nearmind-impression", { item, position: place(node) });
    this.#impressions ??= new Impressions(onSeen);
    if (this.isConnected) this.#impressions.watch(list.node.children);
  }

  /** Reads the page's events and product from its dataLayer and JSON-LD, unless `track` is off. */
  async #watchPage() {
    const isOff = () => this.getAttribute("track") === "off";
    if (isOff()) return this.#stopTracking(true);
    const { PageEvents } = await import("./page-events.js");
    if (!this.client || this.#page || isOff()) return;
    this.#page = PageEvents.forClient(this.client);
    this.#page.join(this, this.client, () => this.item === "" && this.#request());
  }

  /** @param {boolean} turnOff Whether tracking is turned off. A shelf that only left the page may come back. */
  #stopTracking(turnOff) {
    this.#page?.leave(this, turnOff);
    this.#page = undefined;
  }

  /** Closes the list and leaves the client. @param {boolean} [turnOff] Also turns off tracking. */
  #close(turnOff = false) {
    this.#stopTracking(turnOff);
    this.#unsubscribe?.();
    this.client?.closeShelf(this.#name);
    this.client = null;
    this.#revision = -1;
  }

  /** Requests the list after the current task, once for all attributes that it changes. */
  #request() {
    if (this.#isRequesting) return;
    this.#isRequesting = true;
    queueMicrotask(() => {
      this.#isRequesting = false;
      const request = this.#buildRequest();
      if (request.kind === "more-like-this" && !request.item) return;
      this.#requestedAt = performance.now();
      this.client?.openShelf(this.#name, request).catch(() => {});
    });
  }

  #buildRequest() {
    const item = this.item || (this.item === "" ? (this.#page?.product ?? "") : null);
    /** @type {import("./types.js").ShelfKind} */
    const kind = item === null ? "for-you" : "more-like-this";
    return { kind, item, scene: this.getAttribute("scene"), limit: this.limit, lang: this.#lang, ...this.allData() };
  }

  dataChanged() {
    if (this.client) this.#request();
  }

  /** @param {Update} update */
  #receive(update) {
    // After a failure, updates are ignored until there is a new worker.
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
        // Private pictures, which are part of the catalogue.
        for (const { item, image } of update.pictures) {
          if (image.startsWith("data:")) this.#frame.list.views.get(item)?.picture(image);
        }
        return;
      // biome-ignore lint/suspicious/noFallthroughSwitchClause: after both, revisions start again
      case "restarted":
        if (this.state === "failed") this.setAttribute("state", "loading");
      case "forgotten":
        this.#revision = -1;
        return this.#frame.footer.show("");
      case "error":
        return update.fatal ? this.#fail(update) : this.#warn(update);
    }
  }

  /** @param {ShelfUpdate} update */
  #draw({ revision, basis, heading, note, cards }) {
    const isFirst = this.state !== "ready";
    this.#revision = revision;
    this.#heading = heading;
    this.#drawHeading();
    if (note !== this.#note) this.#frame.showStatus((this.#note = note));
    this.#fire("nearmind-metric", {
      name: isFirst ? "first-shelf" : "shelf",
      value: performance.now() - this.#requestedAt,
      unit: "ms",
    });
    if (!cards.length) return this.#frame.keepRoom(() => this.#showPlaceholders("empty"));
    const base = new URL(this.getAttribute("base") ?? "", document.baseURI).href;
    const strict = this.getAttribute("isolation") === "strict";
    const placed = cards.map((card) => ({ ...card, ...addresses(card, base, strict) }));
    const draw = () => this.#frame.list.draw(placed, this.#texts, this.#lang);
    if (isFirst) {
      this.#frame.keepRoom(() => {
        draw();
        this.setAttribute("state", "ready");
      });
    } else {
      draw();
    }
    this.#loadCardFeatures();
    if (!isFirst) return;
    this.#watchPage();
    this.#frame.announce(`${this.getAttribute("heading") ?? heading}: ${this.#texts.list(cards.length)}`);
    this.#fire("nearmind-ready", { basis, items: cards.map(({ item }) => item) });
  }

  /** Fails with a problem that the worker does not report. @param {string} code @param {string} [detail] */
  async #failAs(code, detail = "") {
    this.#fail(/** @type {any} */ (await withTexts({ type: "error", code, detail, fatal: true }, this.#lang)));
  }

  /** Shows the shop's own markup again. @param {Problem} problem */
  #fail(problem) {
    console.error(`nearmind: ${problem.message}`);
    this.#frame.footer.progress(null);
    this.#frame.footer.show(this.#texts.failed(problem.message.replace(problem.detail && ` (${problem.detail})`, "")), {
      label: this.#texts.retry,
      run: () => (this.client ? this.client.restart() : this.#open()),
    });
    this.#frame.keepRoom(() => this.#showPlaceholders("failed"));
    this.#fire("nearmind-error", problemOf(problem));
  }

  /** Shows a problem that is not fatal: the cards stay. @param {Problem} problem */
  #warn(problem) {
    this.#frame.footer.show(problem.message);
    this.#fire("nearmind-error", problemOf(problem));
  }

  /** @param {string} type @param {unknown} detail */
  #fire(type, detail) {
    return this.dispatchEvent(
      new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: type === "nearmind-select" }),
    );
  }
}

/** The detail of the event `nearmind-error`. @param {Problem} problem */
const problemOf = ({ code, message, fatal }) => ({ code, message, fatal });

if (globalThis.customElements && !customElements.get("nearmind-shelf"))
  customElements.define("nearmind-shelf", NearmindShelf);
