/**
 * A card from a `<template>` that the shop has put into its shelf. It is in the page's tree, not in the shadow tree, so
 * that the page's styles apply. Loaded only where there is a template.
 *
 *     <template>
 *       <article>
 *         <a data-link><img data-image alt=""> <b data-text="title"></b></a>
 *         <span data-text="price"></span> <em data-text="reason"></em>
 *         <button data-action="hide" type="button">Not this</button>
 *       </article>
 *     </template>
 *
 * data-text: title, description, brand, category, price, reason, item. data-link gets the URL, data-image the picture;
 * data-action (like, dislike, hide) makes a button. Highlighted words are spans of the class `word`.
 *
 * @import {Card, Part} from "../types.js"
 */
import { h, set, write } from "./dom.js";
import { money } from "./format.js";
import { keepHighlights, plain, writeParts } from "./words.js";

export class OwnCard {
  /** @type {Card} */
  card;
  /** The node in the shelf's list: a slot that shows the card of the page. */
  node;
  #own;
  #lang;

  /**
   * @param {HTMLElement} host The shelf.
   * @param {Card} card
   * @param {import("../languages/en/shelf.js").ShelfTexts} _texts
   * @param {string} lang
   */
  constructor(host, card, _texts, lang) {
    this.card = card;
    this.#lang = lang;
    const template = /** @type {HTMLTemplateElement} */ (host.querySelector(":scope > template"));
    const slot = `nearmind-card-${++count}`;
    this.#own = h(
      "div",
      { slot, class: "nearmind-card", "data-item": card.item },
      document.importNode(template.content, true),
    );
    this.node = h("div", { part: "own-card" }, h("slot", { name: slot }));
    host.append(this.#own);
    this.update(card);
  }

  /** @param {Card} card */
  update(card) {
    const before = this.card;
    this.card = card;
    const { category, brand, item, price } = card;
    for (const [name, text] of Object.entries({
      category,
      brand,
      item,
      price: price ? money(price, this.#lang) : "",
    })) {
      for (const node of this.#each(`[data-text="${name}"]`)) write(node, text);
    }
    for (const node of this.#each("[data-link]")) set(node, "href", card.url || null);
    this.picture(card.image);
    for (const node of this.#each("[data-action]")) {
      if (node.dataset.action !== "hide") set(node, "aria-pressed", String(card.opinion === node.dataset.action));
    }
    for (const node of this.#each('[data-text="reason"]')) writeParts(node, card.reason);
    const { title, description } = card.unread ? keepHighlights(before, card) : card;
    this.highlight(title, description);
  }

  /** No referrer is sent to the picture's host. @param {string} image URL, or empty. */
  picture(image) {
    for (const node of this.#each("[data-image]")) {
      set(node, "referrerpolicy", "no-referrer");
      node.onerror = () => node.remove();
      set(node, "src", image || null);
    }
  }

  /** @param {Part[]} title @param {Part[]} description */
  highlight(title, description) {
    this.card = { ...this.card, title, description };
    for (const node of this.#each('[data-text="title"]')) writeParts(node, title);
    for (const node of this.#each('[data-text="description"]')) writeParts(node, description);
  }

  leave() {
    this.#own.remove();
  }

  get title() {
    return plain(this.card.title);
  }

  /** @param {string} selector @returns {NodeListOf<HTMLElement>} */
  #each(selector) {
    return this.#own.querySelectorAll(selector);
  }
}

let count = 0;
