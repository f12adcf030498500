/**
 * What the visitor does with the cards of a shelf: opens one, likes, dislikes or hides it, takes that back, asks why.
 * Knows the frame and the client; what happened is told to the shelf, which tells the page.
 *
 * @import {Card, Nearmind} from "../types.js"
 * @import {Frame} from "./frame.js"
 * @import {Say} from "./messages.js"
 * @typedef {"like" | "dislike" | "hide"} Opinion
 * @typedef {{name: string, root: ShadowRoot, client: Nearmind | null, say: Say, lang: string}} Now
 */

import { place } from "./dom.js";

export class Acts {
  #frame;
  #now;
  #select;

  /**
   * @param {Frame} frame
   * @param {() => Now} now
   * @param {(card: Card, position: number) => boolean} select Whether the link is to be followed.
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
    // The path, not the target: a card of the shop's own stands outside of the shadow tree.
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
    const { client, say } = this.#now();
    const done = { like: say.liked, dislike: say.disliked, hide: say.hidden }[action](title);
    client?.track(action, { item: card.item }).catch(() => {});
    this.#frame.footer.tell(done, { label: say.undo, run: () => this.#undo(action, card.item) });
    this.#frame.announce(`${done} ${say.undo}?`);
  }

  /** @param {Opinion} action @param {string} item */
  async #undo(action, item) {
    const { client, root, say } = this.#now();
    const fromFooter = this.#frame.footer.node.contains(root.activeElement);
    this.#frame.footer.tell("");
    this.#frame.announce(say.undone);
    await client?.undo(action, item).catch(() => {});
    // The undo button is gone: whoever pressed it goes on at the card that is back.
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
