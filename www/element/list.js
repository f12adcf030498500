/**
 * The list of cards. Places stand still and cards change places: nothing on the page shifts when the order does. The
 * same item keeps its card, so that focus, loaded pictures and pressed buttons survive a new ranking, and cards slide
 * to their new places instead of jumping. Knows cards; knows neither worker nor shelf.
 *
 * @import {Card} from "../types.js"
 */
import { CardView, skeleton } from "./card.js";
import { h, set } from "./dom.js";

const SLIDE_MS = 260;

export class CardList {
  node = h("ul", { part: "list", role: "list" });
  /** @type {Map<string, CardView | import("./own-card.js").OwnCard>} */
  views = new Map();
  #lang = "";
  #sliding = false;
  #toStart = false;
  /** Where each item's card was in the last frame, in pixels from the list's corner. */
  #places = new Map();
  #width = 0;
  /** Whose template makes the cards, if there is one. @type {() => HTMLElement | null} */
  own = () => null;
  /** @type {typeof import("./own-card.js").OwnCard | undefined} */
  OwnCard;

  /** Holds the room until the cards come. @param {number} count */
  reserve(count) {
    this.#drop([...this.views.keys()]);
    this.#fill(Array.from({ length: count }, skeleton));
  }

  /**
   * @param {Card[]} cards
   * @param {import("./messages.js").Say} say
   * @param {string} lang
   */
  draw(cards, say, lang) {
    if (lang !== this.#lang) this.#drop([...this.views.keys()]);
    this.#lang = lang;
    const [focused, first] = [this.#focused(), this.#first()];
    this.#slideLater();
    const left = new Set(this.views.keys());
    for (const { item } of cards) left.delete(item);
    const views = new Map(cards.map((card) => [card.item, this.#view(card, say, lang)]));
    this.#drop([...left]);
    this.views = views;
    this.#fill([...this.views.values()].map(({ node }) => node));
    cards.forEach(({ item }, place) => set(this.node.children[place], "data-item", item));
    this.#refocus(focused);
    // A new order is read from its beginning, unless the visitor is in the middle of it.
    if (!focused && this.#first() !== first) this.#toStart = true;
  }

  /** One node in each place. @param {Element[]} nodes */
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

  /** The card of an item, or the first. @param {string} item */
  focus(item) {
    const { node } = this.views.get(item) ?? this.views.values().next().value ?? this;
    node.querySelector("a")?.focus();
  }

  /** @param {Card} card @param {import("./messages.js").Say} say @param {string} lang */
  #view(card, say, lang) {
    const known = this.views.get(card.item);
    known?.update(card);
    if (known) return known;
    const host = this.own();
    return host && this.OwnCard ? new this.OwnCard(host, card, say, lang) : new CardView(card, say, lang);
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
   * Moving a node drops its focus, and a card that left takes it along: then the link of its successor has it, not
   * the button, lest a second press hits another product.
   * @param {{node: HTMLElement, place: number} | null} focused
   */
  #refocus(focused) {
    if (!focused) return;
    const { node, place } = focused;
    const heir = this.node.children[Math.min(place, this.node.children.length - 1)];
    const target = node.isConnected ? node : heir?.querySelector("a");
    if (/** @type {ShadowRoot} */ (this.node.getRootNode()).activeElement !== target) {
      /** @type {HTMLElement | null | undefined} */ (target)?.focus({ preventScroll: true });
    }
  }

  /**
   * Cards slide from where the last frame had them to where this one has them. Measured in the frame, where the layout
   * is made anyway: asked for in the middle of drawing, it would be made once more.
   */
  #slideLater() {
    if (this.#sliding) return;
    this.#sliding = true;
    requestAnimationFrame(() => {
      this.#sliding = false;
      if (this.#toStart) this.node.scrollLeft = 0;
      this.#toStart = false;
      const [before, width] = [this.#places, this.#width];
      this.#width = this.node.clientWidth;
      this.#places = new Map([...this.views.keys()].map((item, at) => [item, place(this.node.children[at])]));
      if (width === this.#width) this.#slide(before);
    });
  }

  /** @param {Map<string, {x: number, y: number}>} before */
  #slide(before) {
    if (!before.size || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [item, { node }] of this.views) {
      const from = before.get(item);
      if (!from) {
        node.animate([{ opacity: 0 }, { opacity: 1 }], { duration: SLIDE_MS, easing: "ease-out" });
        continue;
      }
      const to = this.#places.get(item) ?? from;
      const [x, y] = [from.x - to.x, from.y - to.y];
      if (x || y) {
        node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
          duration: SLIDE_MS,
          easing: "cubic-bezier(.2, .7, .2, 1)",
        });
      }
    }
  }
}

/** @param {Element} node */
function place(node) {
  const { offsetLeft: x, offsetTop: y } = /** @type {HTMLElement} */ (node);
  return { x, y };
}
