/**
 * The fixed parts of a shelf: the shop's own markup and the live list in one cell, so that the taller of the two
 * holds the room and neither moves the page when they change places. Asks for no layout while it draws: what it must
 * know of sizes and places the browser's observers tell after each frame. Knows no worker.
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
  /** There is something to turn to when somebody looks (turn.js). */
  back = h("button", { part: "turn-button", type: "button", disabled: true }, icon(ICONS.back));
  forth = h("button", { part: "turn-button", type: "button", disabled: true }, icon(ICONS.forth));
  #news = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  #stage = h(
    "div",
    { class: "live" },
    h("div", { part: "header" }, this.#heading, h("div", { part: "turn" }, this.back, this.forth)),
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

  /** Of the last frame. */
  #width = 0;
  #height = 0;

  constructor() {
    set(this.list.node, "aria-labelledby", "heading");
    for (const slot of [this.#slot, this.#empty]) slot.addEventListener("slotchange", () => this.#seeSlot());
    const sizes = new ResizeObserver((changed) => this.#resized(changed));
    for (const node of [this.list.node, this.node]) sizes.observe(node);
  }

  /** @param {import("./messages.js").Say} say */
  translate(say) {
    set(this.back, "aria-label", say.back);
    set(this.forth, "aria-label", say.forth);
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

  /** Says it under the cards, and to those who listen. @param {string} text */
  say(text) {
    this.footer.tell(text);
    this.announce(text);
  }

  /**
   * Runs a change of view and keeps the height that the shelf had, should the new view be lower.
   * @param {() => void} change
   */
  keepRoom(change) {
    this.node.style.minBlockSize = `${this.#height}px`;
    this.node.classList.remove("folded");
    change();
    this.#sight.disconnect();
    this.#sight.observe(this.node);
  }

  /** Room that nothing fills is given back where that moves nothing in sight: out of the viewport. */
  #sight = new IntersectionObserver((seen) => {
    const { boundingClientRect, isIntersecting, rootBounds } = seen[seen.length - 1];
    const below = rootBounds && boundingClientRect.top >= rootBounds.bottom;
    // Above the viewport the browser has to hold the rest of the page where it is.
    if (isIntersecting || !(below || CSS.supports("overflow-anchor: auto"))) return;
    this.#sight.disconnect();
    this.node.style.minBlockSize = "";
    this.node.classList.add("folded");
  });

  /** @param {ResizeObserverEntry[]} changed */
  #resized(changed) {
    for (const { target, contentRect } of changed) {
      if (target === this.node) this.#height = contentRect.height;
      // Another width has other heights.
      else if (contentRect.width !== this.#width) [this.#width, this.node.style.minBlockSize] = [contentRect.width, ""];
    }
  }

  /** Without markup of the shop's own, bones are shown instead of it. */
  #seeSlot() {
    const own = this.#slot.assignedElements().some(({ localName }) => localName !== "template");
    this.node.classList.toggle("bare", !own);
    this.node.classList.toggle("has-empty", this.#empty.assignedElements().length > 0);
  }
}
