/**
 * What the visitor can do with cards: open one, like, dislike or hide it, undo that, and open "Why this?". Knows the frame
 * and the client; reports a selected card to the shelf.
 *
 * @import {Card, Nearmind} from "../types.js"
 * @import {Frame} from "./frame.js"
 * @import {ShelfTexts} from "../languages/en/shelf.js"
 * @typedef {"like" | "dislike" | "hide"} Opinion
 * @typedef {{name: string, root: ShadowRoot, client: Nearmind | null, texts: ShelfTexts, lang: string}} Now
 */

import { place } from "./dom.js";

export class Acts {
  #frame;
  #now;
  #select;

  /**
   * @param {Frame} frame
   * @param {() => Now} now
   * @param {(card: Card, position: number) => boolean} select Returns whether the link is to be followed.
   */
  constructor(frame, now, select) {
    this.#frame = frame;
    this.#now = now;
    this.#select = select;
    const { node } = frame.list;
    node.addEventListener("click", (event) => this.#click(event));
    node.addEventListener("auxclick", (event) => event.button === 1 && this.#click(event));
    frame.footer.onAbout(() => this.#openPanel());
  }

  /** @param {MouseEvent} event */
  #click(event) {
    // The path and not the target, because the shop's own cards are outside of the shadow tree.
    const path = /** @type {HTMLElement[]} */ (event.composedPath());
    const end = path.findIndex((node) => node.dataset?.item && node.localName === "li");
    const view = this.#frame.list.views.get(path[end]?.dataset.item ?? "");
    if (!view) return;
    const action = path.slice(0, end).find((node) => node.dataset?.action)?.dataset.action;
    if (action === "why") return this.#openWhy(view.card.item, view.title);
    if (action) return this.#act(/** @type {Opinion} */ (action), view.card, view.title);
    if (!path.slice(0, end).some((node) => node.localName === "a")) return;
    if (!this.#select(view.card, place(path[end]))) event.preventDefault();
  }

  /** @param {Opinion} action @param {Card} card @param {string} title */
  #act(action, card, title) {
    if (card.opinion === action) return this.#undo(action, card.item);
    const { client, texts } = this.#now();
    const done = { like: texts.liked, dislike: texts.disliked, hide: texts.hidden }[action](title);
    client?.track(action, { item: card.item }).catch(() => {});
    this.#frame.footer.show(done, { label: texts.undo, run: () => this.#undo(action, card.item) });
    this.#frame.announce(`${done} ${texts.undo}?`);
  }

  /** @param {Opinion} action @param {string} item */
  async #undo(action, item) {
    const { client, root, texts } = this.#now();
    const fromFooter = this.#frame.footer.node.contains(root.activeElement);
    this.#frame.footer.show("");
    this.#frame.announce(texts.undone);
    await client?.undo(action, item).catch(() => {});
    // The undo button disappears: the focus goes to the card.
    if (fromFooter) this.#frame.list.focus(item);
  }

  async #openPanel() {
    const { openPanel } = await import("./panel.js");
    const { client, root, lang } = this.#now();
    if (client) openPanel(root, client, lang);
  }

  /** @param {string} item @param {string} title */
  async #openWhy(item, title) {
    const { openWhy } = await import("./why.js");
    const { client, root, lang, name } = this.#now();
    if (client) openWhy(root, client, { shelf: name, item, title, lang });
  }
}
