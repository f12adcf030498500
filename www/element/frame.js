/**
 * The fixed parts of a shelf: the shop's own markup and the live list in one cell, so that the taller of the two
 * holds the room and neither moves the page when they change places. Knows no worker.
 */
import { h, icon, ICONS, set, write } from "./dom.js";
import { CardList } from "./list.js";
import { Footer } from "./footer.js";

export class Frame {
  list = new CardList();
  footer = new Footer();
  #slot = h("slot");
  #headingText = h("slot", { name: "heading" });
  #heading = h("h2", { part: "heading", id: "heading" }, this.#headingText);
  #empty = h("slot", { name: "empty" });
  #back = h("button", { part: "turn-button", type: "button" }, icon(ICONS.back));
  #forth = h("button", { part: "turn-button", type: "button" }, icon(ICONS.forth));
  #news = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  #stage = h(
    "div",
    { class: "live" },
    h("div", { part: "header" }, this.#heading, h("div", { part: "turn" }, this.#back, this.#forth)),
    this.list.node,
  );
  node = h(
    "section",
    { part: "shelf", "aria-labelledby": "heading" },
    h("div", { class: "own" }, this.#slot),
    h("div", { part: "empty" }, this.#empty),
    this.#stage,
    this.footer.node,
    this.#news,
  );

  #width = 0;

  constructor() {
    set(this.list.node, "aria-labelledby", "heading");
    for (const slot of [this.#slot, this.#empty]) slot.addEventListener("slotchange", () => this.#seeSlot());
    this.#back.addEventListener("click", () => this.#turn(-1));
    this.#forth.addEventListener("click", () => this.#turn(1));
    this.list.node.addEventListener("scroll", () => this.#seeEnds(), { passive: true });
    new ResizeObserver(() => this.#resized()).observe(this.list.node);
  }

  /** @param {import("./messages.js").Say} say */
  translate(say) {
    for (const [button, label] of /** @type {const} */ ([
      [this.#back, say.back],
      [this.#forth, say.forth],
    ])) {
      set(button, "aria-label", label);
    }
    this.footer.translate(say);
    write(this.#empty, say.empty);
    this.#seeSlot();
  }

  /** @param {string} text */
  head(text) {
    write(this.#headingText, text);
  }

  /** Says it to those who listen, once. @param {string} text */
  announce(text) {
    write(this.#news, text);
  }

  /**
   * Runs a change of view and keeps the height that the shelf had, should the new view be lower.
   * @param {() => void} change
   */
  keepRoom(change) {
    this.node.style.minBlockSize = "";
    const height = this.node.getBoundingClientRect().height;
    change();
    if (this.node.getBoundingClientRect().height < height) this.node.style.minBlockSize = `${height}px`;
    this.#width = this.list.node.clientWidth;
  }

  /**
   * @param {import("../types.js").Card[]} cards
   * @param {import("./messages.js").Say} say
   * @param {string} lang
   */
  draw(cards, say, lang) {
    this.list.draw(cards, say, lang);
    this.#seeEnds();
  }

  /** Another width has other heights. */
  #resized() {
    const { clientWidth } = this.list.node;
    if (clientWidth !== this.#width) this.node.style.minBlockSize = "";
    this.#width = clientWidth;
    this.#seeEnds();
  }

  /** Without markup of the shop's own, bones are shown instead of it. */
  #seeSlot() {
    const own = this.#slot.assignedElements().some(({ localName }) => localName !== "template");
    this.node.classList.toggle("bare", !own);
    this.node.classList.toggle("has-empty", this.#empty.assignedElements().length > 0);
  }

  #seeEnds() {
    const { scrollLeft, scrollWidth, clientWidth } = this.list.node;
    this.#back.disabled = Math.abs(scrollLeft) < 8;
    this.#forth.disabled = Math.abs(scrollLeft) + clientWidth > scrollWidth - 8;
  }

  /** @param {1 | -1} way */
  #turn(way) {
    const { direction } = getComputedStyle(this.list.node);
    const left = way * (direction === "rtl" ? -1 : 1) * this.list.node.clientWidth * 0.85;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.list.node.scrollBy({ left, behavior: calm ? "auto" : "smooth" });
  }
}
