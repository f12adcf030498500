/**
 * The list of cards. The places stay and the cards move between them, so that nothing on the page shifts. An item keeps
 * its card, so that focus, loaded pictures and pressed buttons survive a new ranking. The animation is in moves.js. Knows
 * cards, but neither worker nor shelf.
 *
 * @import {Card} from "../types.js"
 */
import { CardView, skeleton } from "./card.js";
import { h, set } from "./dom.js";

export class CardList {
  node = h("ul", { part: "list", role: "list" });
  /** @type {Map<string, CardView | import("./own-card.js").OwnCard>} */
  views = new Map();
  #lang = "";
  /** Loaded after the first cards. @type {import("./moves.js").Moves | undefined} */
  moves;
  /** The shelf, if it has a template for cards. @type {() => HTMLElement | null} */
  own = () => null;
  /** @type {typeof import("./own-card.js").OwnCard | undefined} */
  OwnCard;

  /** Shows skeletons until the cards come. @param {number} count */
  reserve(count) {
    this.#drop([...this.views.keys()]);
    this.#fill(Array.from({ length: count }, skeleton));
  }

  /**
   * @param {Card[]} cards
   * @param {import("../languages/en/shelf.js").ShelfTexts} texts
   * @param {string} lang
   */
  draw(cards, texts, lang) {
    if (lang !== this.#lang) this.#drop([...this.views.keys()]);
    this.#lang = lang;
    const [focused, first] = [this.#focused(), this.#first()];
    const left = new Set(this.views.keys());
    for (const { item } of cards) left.delete(item);
    const views = new Map(cards.map((card) => [card.item, this.#view(card, texts, lang)]));
    this.#drop([...left]);
    this.views = views;
    this.#fill([...this.views.values()].map(({ node }) => node));
    for (const [place, { item }] of cards.entries()) set(this.node.children[place], "data-item", item);
    this.#refocus(focused);
    // A new order is shown from its start, unless the focus is in the list.
    this.moves?.later(!focused && this.#first() !== first);
  }

  /** Puts one node into each place. @param {Element[]} nodes */
  #fill(nodes) {
    const { children } = this.node;
    while (children.length > nodes.length) this.node.lastElementChild?.remove();
    while (children.length < nodes.length) this.node.append(h("li", { part: "place" }));
    nodes.forEach((node, place) => {
      if (children[place].firstElementChild === node) return;
      set(children[place], "data-item", null);
      children[place].replaceChildren(node);
    });
  }

  #first() {
    return this.node.firstElementChild?.firstElementChild;
  }

  /** Focuses the card of an item, or the first. @param {string} item */
  focus(item) {
    const { node } = this.views.get(item) ?? this.views.values().next().value ?? this;
    node.querySelector("a")?.focus();
  }

  /** @param {Card} card @param {import("../languages/en/shelf.js").ShelfTexts} texts @param {string} lang */
  #view(card, texts, lang) {
    const view = this.views.get(card.item);
    view?.update(card);
    if (view) return view;
    const host = this.own();
    return host && this.OwnCard ? new this.OwnCard(host, card, texts, lang) : new CardView(card, texts, lang);
  }

  /** @param {string[]} items */
  #drop(items) {
    for (const item of items) {
      this.views.get(item)?.leave?.();
      this.views.delete(item);
    }
  }

  #focused() {
    const root = /** @type {ShadowRoot} */ (this.node.getRootNode());
    const node = /** @type {HTMLElement | null} */ (root.activeElement);
    const card = node?.closest("li");
    if (!node || !card || card.parentNode !== this.node) return null;
    return { node, place: [...this.node.children].indexOf(card) };
  }

  /**
   * Restores the focus, which a moved or removed node loses. After a removed card the link of the next one gets it, and
   * not its button, so that a second press does not act on another product.
   * @param {{node: HTMLElement, place: number} | null} focused
   */
  #refocus(focused) {
    if (!focused) return;
    const { node, place } = focused;
    const next = this.node.children[Math.min(place, this.node.children.length - 1)];
    const target = node.isConnected ? node : next?.querySelector("a");
    if (/** @type {ShadowRoot} */ (this.node.getRootNode()).activeElement !== target) {
      /** @type {HTMLElement | null | undefined} */ (target)?.focus({ preventScroll: true });
    }
  }
}
