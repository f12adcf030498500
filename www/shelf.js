/**
 * `<nearmind-shelf>`: recommendations that are computed on the visitor's device.
 *
 *     <script type="module" src="shelf.js"></script>
 *     <nearmind-shelf catalog="catalog/" model="models/minilm/">
 *       ... the shop's own markup, shown until there is something better, and on any failure ...
 *     </nearmind-shelf>
 *
 * Attributes  catalog, model   URLs; required
 *             kind             "for-you" (the default) or "more-like-this", which is about `item`
 *             item, limit, lang, device ("auto", "cpu", "gpu"), heading, theme ("light", "dark"; else the page's own)
 *             state            set by the element: "idle", "loading", "ready", "empty", "failed"
 * Events      nearmind-ready { basis, items }        nearmind-error { code, message, fatal }
 *             nearmind-select { item, url, position } nearmind-impression { item, position }; all bubble, composed
 * Parts       shelf header heading turn turn-button list place card picture image body brand title link description
 *             word reason price actions action like dislike hide footer status undo progress about
 * Properties  --nearmind-accent -ink -muted -line -surface -picture -mark -radius -gap -card-width -card-height
 *             -heading-size -picture-ratio -font
 *
 * The element asks and draws; the worker behind `client.js` decides. That file is also for the page itself: events,
 * search, the profile. Importing this one without a DOM does nothing.
 *
 * @import {Card, Client, Options, Problem, ShelfKind, ShelfUpdate, Update} from "./types.js"
 */
import { Frame } from "./element/frame.js";
import { Impressions } from "./element/impressions.js";
import { messages } from "./element/messages.js";
import { shelfSheet } from "./element/styles.js";

/** A shelf wakes up when it is this near to the viewport. */
const NEAR = "600px";
const LIMIT = 12;
let shelves = 0;

export class NearmindShelf extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["catalog", "model", "device", "kind", "item", "limit", "lang", "heading"];

  /** @type {Client | null} */
  client = null;
  #name = `shelf-${++shelves}`;
  #revision = -1;
  /** @type {Frame} */
  #frame;
  /** @type {Impressions} */
  #impressions;
  /** @type {IntersectionObserver | undefined} */
  #approach;
  /** @type {(() => void) | undefined} */
  #unsubscribe;
  #asking = false;

  connectedCallback() {
    if (!this.#frame) this.#build();
    this.#dress();
    if (this.state !== "ready") this.#reserve("idle");
    this.#approach = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#open(),
      { rootMargin: NEAR },
    );
    this.#approach.observe(this);
  }

  disconnectedCallback() {
    this.#approach?.disconnect();
    this.#impressions.stop();
    this.#close();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected || !this.#frame) return;
    if (name === "heading" || name === "lang") this.#dress();
    if (!this.client || name === "heading") return;
    if (name === "catalog" || name === "model" || name === "device") {
      this.#close();
      this.#open();
    } else {
      this.#ask();
    }
  }

  /** @returns {ShelfKind} */
  get kind() {
    return this.getAttribute("kind") === "more-like-this" ? "more-like-this" : "for-you";
  }
  set kind(kind) {
    this.setAttribute("kind", kind);
  }

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

  get #lang() {
    return this.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang || "en";
  }
  get #say() {
    return messages(this.#lang);
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [shelfSheet()];
    this.#frame = new Frame();
    this.#impressions = new Impressions((item, node) =>
      this.#fire("nearmind-impression", { item, position: place(node) }),
    );
    this.#frame.list.node.addEventListener("click", (event) => this.#click(event));
    this.#frame.list.node.addEventListener("auxclick", (event) => event.button === 1 && this.#click(event));
    this.#frame.footer.onAbout(() => this.#openPanel());
    root.append(this.#frame.node);
  }

  #dress() {
    this.#frame.translate(this.#say);
    this.#frame.head(this.getAttribute("heading") ?? this.#say[this.kind]);
  }

  /** @param {string} state */
  #reserve(state) {
    this.#frame.list.reserve(Math.min(this.limit, 6));
    this.setAttribute("state", state);
  }

  async #open() {
    this.#approach?.disconnect();
    if (!this.getAttribute("catalog") || !this.getAttribute("model")) {
      return this.#fail({
        code: "attributes",
        message: "nearmind-shelf needs the attributes catalog and model.",
        fatal: true,
      });
    }
    if (this.state !== "ready") this.setAttribute("state", "loading");
    try {
      const { connect } = await import("./client.js");
      if (this.client || !this.isConnected) return;
      // Read now: whatever changed an attribute while the script came has not been heard.
      const [catalog, model] = [this.getAttribute("catalog") ?? "", this.getAttribute("model") ?? ""];
      const device = /** @type {Options["device"]} */ (this.getAttribute("device") ?? "auto");
      this.client = connect({ catalog, model, device, lang: this.#lang });
    } catch (error) {
      return this.#fail({ code: "client", message: `${error}`, fatal: true });
    }
    this.#unsubscribe = this.client.subscribe((update) => this.#receive(update));
    const { problem, progress } = this.client.state;
    if (problem) return this.#fail(problem);
    this.#frame.footer.progress(progress);
    this.#ask();
  }

  #close() {
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
      const request = { kind: this.kind, item: this.item, limit: this.limit, lang: this.#lang };
      this.client?.openShelf(this.#name, request).catch(() => {});
    });
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
      case "restarted":
        if (this.state === "failed") this.setAttribute("state", "loading");
      // falls through
      case "forgotten":
        this.#revision = -1;
        return this.#frame.footer.tell("");
      case "error":
        return update.fatal ? this.#fail(update) : this.#warn(update);
    }
  }

  /** @param {ShelfUpdate} update */
  #draw({ revision, basis, heading, cards }) {
    const first = this.state !== "ready";
    this.#revision = revision;
    if (!this.getAttribute("heading") && heading) this.#frame.head(heading);
    if (!cards.length) return this.#frame.keepRoom(() => this.#reserve("empty"));
    const draw = () => this.#frame.draw(cards, this.#say, this.#lang);
    if (first) {
      this.#frame.keepRoom(() => {
        draw();
        this.setAttribute("state", "ready");
      });
    } else {
      draw();
    }
    this.#impressions.watch(this.#frame.list.node.children);
    if (!first) return;
    this.#frame.announce(`${this.getAttribute("heading") ?? heading}: ${this.#say.list(cards.length)}`);
    this.#fire("nearmind-ready", { basis, items: cards.map(({ item }) => item) });
  }

  /** The shop's own markup stands again. @param {Problem} problem */
  #fail(problem) {
    this.#frame.footer.progress(null);
    this.#frame.footer.tell(`${this.#say.failed} ${this.#say.problems[problem.code] ?? problem.message}`, {
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

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const node = /** @type {HTMLElement | null} */ (target.closest("li[data-item]"));
    const view = this.#frame.list.views.get(node?.dataset.item ?? "");
    if (!node || !view || !this.client) return;
    const action = /** @type {HTMLElement | null} */ (target.closest("[data-action]"))?.dataset.action;
    if (action) return this.#act(/** @type {"like" | "dislike" | "hide"} */ (action), view.card, view.title);
    if (!target.closest("a")) return;
    this.client.track("select_item", { item: view.card.item }).catch(() => {});
    const go = this.#fire("nearmind-select", { item: view.card.item, url: view.card.url, position: place(node) });
    if (!go) event.preventDefault();
  }

  /** @param {"like" | "dislike" | "hide"} action @param {Card} card @param {string} title */
  #act(action, card, title) {
    if (card.opinion === action) return this.#undo(action, card.item);
    const done = { like: this.#say.liked, dislike: this.#say.disliked, hide: this.#say.hidden }[action](title);
    this.client?.track(action, { item: card.item }).catch(() => {});
    this.#frame.footer.tell(done, { label: this.#say.undo, run: () => this.#undo(action, card.item) });
    this.#frame.announce(`${done} ${this.#say.undo}?`);
  }

  /** @param {"like" | "dislike" | "hide"} action @param {string} item */
  async #undo(action, item) {
    const fromFooter = this.#frame.footer.node.contains(this.shadowRoot?.activeElement ?? null);
    this.#frame.footer.tell("");
    this.#frame.announce(this.#say.undone);
    await this.client?.undo(action, item).catch(() => {});
    // The undo button is gone: whoever pressed it goes on at the card that is back.
    if (fromFooter) this.#frame.list.focus(item);
  }

  async #openPanel() {
    const { openPanel } = await import("./element/panel.js");
    if (this.client && this.shadowRoot) openPanel(this.shadowRoot, this.client, this.#lang);
  }

  /** @param {string} type @param {unknown} detail */
  #fire(type, detail) {
    return this.dispatchEvent(
      new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: type === "nearmind-select" }),
    );
  }
}

/** @param {HTMLElement} node */
const place = (node) => [...(node.parentElement?.children ?? [])].indexOf(node);

/** @param {Problem} problem */
const problemOf = ({ code, message, fatal }) => ({ code, message, fatal });

if (globalThis.customElements && !customElements.get("nearmind-shelf"))
  customElements.define("nearmind-shelf", NearmindShelf);
