/**
 * The fixed parts of a shelf. The shop's own markup and the list share one grid cell, so that the page does not move when
 * one replaces the other. Forces no layout while drawing: sizes come from the browser's observers after each frame.
 * Knows no worker.
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
  /** Scroll the list; enabled by turn.js. */
  back = h("button", { part: "turn-button", type: "button", disabled: true }, icon(ICONS.back));
  forth = h("button", { part: "turn-button", type: "button", disabled: true }, icon(ICONS.forth));
  #status = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
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
    this.#status,
  );

  /** Size in the last frame, in CSS pixels. */
  #width = 0;
  #height = 0;

  constructor() {
    set(this.list.node, "aria-labelledby", "heading");
    for (const slot of [this.#slot, this.#empty]) slot.addEventListener("slotchange", () => this.#slotChanged());
    const sizes = new ResizeObserver((changed) => this.#resized(changed));
    for (const node of [this.list.node, this.node]) sizes.observe(node);
  }

  /** @param {import("../languages/en/shelf.js").ShelfTexts} texts */
  translate(texts) {
    set(this.back, "aria-label", texts.back);
    set(this.forth, "aria-label", texts.forth);
    this.footer.translate(texts);
    write(this.#empty, texts.empty);
    this.#slotChanged();
  }

  /** @param {string} text */
  head(text) {
    write(this.#headingText, text);
  }

  /** Announces a text to screen readers. @param {string} text */
  announce(text) {
    write(this.#status, text);
  }

  /** Shows a text under the cards, and announces it. @param {string} text */
  showStatus(text) {
    this.footer.show(text);
    this.announce(text);
  }

  /**
   * Changes what is shown, and keeps the shelf's height if the new view is lower.
   * @param {() => void} change
   */
  keepRoom(change) {
    this.node.style.minBlockSize = `${this.#height}px`;
    this.node.classList.remove("folded");
    change();
    this.#viewport.disconnect();
    this.#viewport.observe(this.node);
  }

  /** Removes unused height once the shelf is outside of the viewport, where that moves nothing visible. */
  #viewport = new IntersectionObserver((seen) => {
    const { boundingClientRect, isIntersecting, rootBounds } = seen[seen.length - 1];
    const below = rootBounds && boundingClientRect.top >= rootBounds.bottom;
    // Above the viewport only scroll anchoring keeps the rest of the page in place.
    if (isIntersecting || !(below || CSS.supports("overflow-anchor: auto"))) return;
    this.#viewport.disconnect();
    this.node.style.minBlockSize = "";
    this.node.classList.add("folded");
  });

  /** @param {ResizeObserverEntry[]} changed */
  #resized(changed) {
    for (const { target, contentRect } of changed) {
      if (target === this.node) this.#height = contentRect.height;
      // With another width the kept height is no longer right.
      else if (contentRect.width !== this.#width) [this.#width, this.node.style.minBlockSize] = [contentRect.width, ""];
    }
  }

  /** Shows skeletons where the shop has no markup of its own. */
  #slotChanged() {
    const own = this.#slot.assignedElements().some(({ localName }) => localName !== "template");
    this.node.classList.toggle("bare", !own);
    this.node.classList.toggle("has-empty", this.#empty.assignedElements().length > 0);
  }
}
