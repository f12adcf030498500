/**
 * One card: created once for an item, and updated when the item's texts, reason or opinion change. Draws its data and
 * marks its buttons with their actions; knows neither the worker nor the list.
 *
 * @import {Card, Part} from "../types.js"
 */
import { money } from "./format.js";
import { h, icon, ICONS, set, write } from "./dom.js";
import { keepHighlights, matching, plain, writeParts } from "./words.js";

/** @typedef {"like" | "dislike" | "hide" | "why"} Action */

export class CardView {
  /** @type {Card} */
  card;
  #image = h("img", {
    part: "image",
    alt: "",
    loading: "lazy",
    decoding: "async",
    width: 320,
    height: 320,
    referrerpolicy: "no-referrer",
  });
  #picture = h("div", { part: "picture" });
  #brand = h("p", { part: "brand" });
  #title = h("a", { part: "link" });
  #description = h("p", { part: "description" });
  #price = h("p", { part: "price" });
  #reason = h("p", { part: "reason" });
  #words = h("p", { part: "words" });
  #actions = h("div", { part: "actions", role: "group" });
  /** @type {Record<Action, HTMLButtonElement>} */
  #buttons;
  #texts;
  #lang;
  node;

  /**
   * @param {Card} card
   * @param {import("../languages/en/shelf.js").ShelfTexts} texts
   * @param {string} lang
   */
  constructor(card, texts, lang) {
    this.card = card;
    this.#texts = texts;
    this.#lang = lang;
    this.#buttons = {
      like: button("like", texts.like),
      dislike: button("dislike", texts.dislike),
      hide: button("hide", texts.hide),
      why: button("why", texts.why),
    };
    set(this.#buttons.why, "aria-haspopup", "dialog");
    this.#actions.append(...Object.values(this.#buttons));
    this.node = h(
      "div",
      { part: "card" },
      this.#picture,
      h(
        "div",
        { part: "body" },
        this.#brand,
        h("h3", { part: "title" }, this.#title),
        this.#description,
        this.#reason,
        this.#words,
        h("div", { part: "foot" }, this.#price, this.#actions),
      ),
    );
    this.#image.onerror = () => this.#image.remove();
    const id = `words-${++count}`;
    set(this.#words, "id", id);
    set(this.#title, "aria-describedby", id);
    this.update(card);
  }

  /** @param {Card} card */
  update(card) {
    const before = this.card;
    this.card = card;
    set(this.#title, "href", card.url || null);
    this.picture(card.image);
    write(this.#brand, card.brand);
    write(this.#price, card.price ? money(card.price, this.#lang) : "");
    writeParts(this.#reason, card.reason);
    set(this.#actions, "aria-label", this.#texts.opinions(plain(card.title)));
    for (const action of /** @type {const} */ (["like", "dislike"])) {
      set(this.#buttons[action], "aria-pressed", String(card.opinion === action));
    }
    const { title, description } = card.unread ? keepHighlights(before, card) : card;
    this.highlight(title, description);
  }

  /** Without a picture, or if it cannot be loaded, a placeholder is shown. @param {string} image URL, or empty. */
  picture(image) {
    const src = image || null;
    if (this.#image.getAttribute("src") === src) return;
    set(this.#image, "src", src);
    this.#picture.replaceChildren(...(image ? [this.#image] : []));
  }

  /**
   * @param {Part[]} title
   * @param {Part[]} description
   */
  highlight(title, description) {
    this.card = { ...this.card, title, description };
    writeParts(this.#title, title);
    writeParts(this.#description, description);
    const words = matching([...title, ...description]);
    write(this.#words, words.length ? this.#texts.matching(words) : "");
  }

  /** Called when the card is removed. */
  leave() {}

  get title() {
    return plain(this.card.title);
  }
}

let count = 0;

/** A placeholder of a card's size. */
export function skeleton() {
  const lines = ["brand", "title", "description", "price"].map((line) => h("span", { class: `bone ${line}` }));
  return h(
    "div",
    { part: "card skeleton", "aria-hidden": "true" },
    h("div", { part: "picture" }),
    h("div", { part: "body" }, ...lines),
  );
}

/** @param {Action} action @param {string} label */
const button = (action, label) =>
  h(
    "button",
    { part: `action ${action}`, type: "button", "data-action": action, "aria-label": label, title: label },
    icon(ICONS[action]),
  );
