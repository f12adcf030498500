/**
 * The line under the cards: progress while something loads, what the last click did and its undo, what went wrong,
 * and the way to everything that this device knows. Of fixed height: no message moves the page.
 *
 * @import {Progress} from "../types.js"
 * @import {Say} from "./messages.js"
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
  /** @type {Say | undefined} */
  #say;
  /** @type {(() => void) | undefined} */
  #then;

  constructor() {
    this.#button.addEventListener("click", () => this.#then?.());
  }

  /** @param {() => void} open */
  onAbout(open) {
    this.#about.addEventListener("click", open);
  }

  /** @param {Say} say */
  translate(say) {
    this.#say = say;
    write(this.#aboutText, say.privacy);
    set(this.#about, "hidden", false);
    set(this.#about, "aria-label", say.privacy);
  }

  /** @param {Progress | null} progress */
  progress(progress) {
    this.node.classList.toggle("loading", Boolean(progress));
    if (!progress) return;
    const { stage, done, total } = progress;
    const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : null;
    set(this.#bar, "aria-valuenow", percent);
    const label = this.#say?.[stage] ?? "";
    set(this.#bar, "aria-label", label);
    this.#bar.style.setProperty("--done", String((percent ?? 0) / 100));
    write(this.#loading, percent == null ? label : `${label} · ${percent}%`);
  }

  /**
   * A sentence, and a button if there is something to do about it.
   * @param {string} text
   * @param {{label: string, run: () => void}} [button]
   */
  tell(text, button) {
    write(this.#text, text);
    set(this.#text, "title", text || null);
    this.#then = button?.run;
    write(this.#button, button?.label ?? "");
    set(this.#button, "hidden", !button);
  }
}
