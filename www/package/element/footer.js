/**
 * The line under the cards: progress, what the last click did with an undo button, errors, and a button that opens the
 * profile. Its height is fixed, so that no message moves the page.
 *
 * @import {Progress} from "../types.js"
 * @import {ShelfTexts} from "../languages/en/shelf.js"
 */
import { h, icon, ICONS, set, write } from "./dom.js";

export class Footer {
  #bar = h("div", { part: "progress", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 });
  #loading = h("span", { part: "progress-text" });
  #text = h("span", { part: "status-text" });
  #button = h("button", { part: "undo", type: "button", hidden: true });
  #aboutText = h("span");
  #about = h(
    "button",
    { part: "about", type: "button", "aria-haspopup": "dialog", hidden: true },
    icon(ICONS.device),
    this.#aboutText,
  );
  node = h(
    "footer",
    { part: "footer" },
    this.#bar,
    h("p", { part: "status" }, this.#text, this.#button, this.#loading),
    this.#about,
  );
  /** @type {ShelfTexts | undefined} */
  #texts;
  /** @type {(() => void) | undefined} */
  #action;

  constructor() {
    this.#button.addEventListener("click", () => this.#action?.());
  }

  /** @param {() => void} open */
  onAbout(open) {
    this.#about.addEventListener("click", open);
    set(this.#about, "hidden", false);
  }

  /** @param {ShelfTexts} texts */
  translate(texts) {
    this.#texts = texts;
    write(this.#aboutText, texts.privacy);
    set(this.#about, "aria-label", texts.privacy);
  }

  /** @param {Progress | null} progress */
  progress(progress) {
    this.node.classList.toggle("loading", Boolean(progress));
    if (!progress) return;
    const { stage, done, total } = progress;
    const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : null;
    set(this.#bar, "aria-valuenow", percent);
    const label = this.#texts?.[stage] ?? "";
    set(this.#bar, "aria-label", label);
    this.#bar.style.setProperty("--done", String((percent ?? 0) / 100));
    write(this.#loading, percent == null ? label : `${label} · ${percent}%`);
  }

  /**
   * Shows a sentence, and a button if there is something to do about it.
   * @param {string} text
   * @param {{label: string, run: () => void}} [button]
   */
  show(text, button) {
    write(this.#text, text);
    set(this.#text, "title", text || null);
    this.#action = button?.run;
    write(this.#button, button?.label ?? "");
    set(this.#button, "hidden", !button);
  }
}
