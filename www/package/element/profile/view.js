/**
 * The profile: interests and their map, events, storage, the device, export and deletion. Shown in a shelf's dialog and in
 * `<nearmind-profile>`. Uses the client, and computes nothing.
 *
 * @import {Nearmind} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 * @typedef {(work: () => Promise<unknown>, done: string) => Promise<void>} Act Does the work, draws the profile again, and shows `done`.
 */
import { h, write } from "../dom.js";
import { deviceLines } from "./device.js";
import { eventList } from "./events.js";
import { interestList } from "./interests.js";
import { keeping } from "./keeping.js";
import { interestMap } from "./map.js";
import { storageLines, textDays } from "./storage.js";

export class ProfileView {
  #client;
  #lang;
  #texts;
  #stop;
  #sections;
  #status = h("p", { part: "panel-note", role: "status" });
  node = h("div", { part: "profile" });
  /** Drawings run one after the other, so that the latest profile is drawn last. */
  #drawing = Promise.resolve();

  /** @param {Nearmind} client @param {string} lang @param {PanelTexts} texts */
  constructor(client, lang, texts) {
    this.#client = client;
    this.#lang = lang;
    this.#texts = texts;
    const section = (/** @type {string} */ name, /** @type {string} */ title) =>
      h(
        "section",
        { part: `section ${name}`, "aria-labelledby": `title-${name}` },
        h("h3", { id: `title-${name}` }, title),
        h("div", { class: "content" }),
      );
    this.#sections = {
      interests: section("interests", texts.interests),
      map: section("map", texts.map),
      events: section("events", texts.visits),
      device: section("device", texts.where),
      storage: section("storage", texts.storage),
      keeping: section("keeping", texts.yours),
    };
    this.node.append(...Object.values(this.#sections), this.#status);
    this.#stop = client.subscribe((update) => {
      if (["model-ready", "model-absent", "word-vectors-ready", "catalog-ready"].includes(update.type)) this.draw();
    });
  }

  stop() {
    this.#stop();
  }

  draw() {
    return (this.#drawing = this.#drawing
      .then(() => this.#draw())
      .catch(({ message }) => write(this.#status, message)));
  }

  async #draw() {
    const texts = this.#texts;
    this.#fill("device", ...deviceLines(this.#client.state, texts));
    const profile = await this.#client.profile(this.#lang);
    const { cards } =
      this.#client.state.items === null ? { cards: [] } : await this.#client.recommend({ lang: this.#lang });
    const map = await this.#client.map(
      cards.map(({ item }) => item),
      this.#lang,
    );
    const focus = this.#focused();
    const act = /** @type {Act} */ ((work, done) => this.#act(work, done));
    this.#fill("interests", interestList(profile.interests ?? [], this.#client, texts, act));
    this.#fill("map", ...interestMap(map, texts));
    this.#sections.map.hidden = !map?.points.length;
    this.#fill("events", eventList(profile.events, this.#client, texts, this.#lang, act));
    const lines = await storageLines(this.#client.state, profile, texts, this.#lang);
    this.#fill("storage", ...lines, textDays(profile, this.#client, texts, act));
    if (!this.#sections.keeping.querySelector("button")) this.#fill("keeping", ...keeping(this.#client, texts, act));
    this.#refocus(focus);
  }

  /** @param {"interests" | "map" | "events" | "device" | "storage" | "keeping"} name @param {Node[]} nodes */
  #fill(name, ...nodes) {
    this.#sections[name].querySelector(".content")?.replaceChildren(...nodes);
  }

  /** @type {Act} */
  async #act(work, done) {
    write(this.#status, "");
    try {
      await work();
      await this.draw();
      write(this.#status, done);
    } catch (error) {
      write(this.#status, `${/** @type {any} */ (error)?.message ?? error}`);
    }
  }

  /** The `data-place` of the focused control, `action:index`, so that the focus can be restored after drawing. */
  #focused() {
    const root = /** @type {ShadowRoot} */ (this.node.getRootNode());
    const place = /** @type {HTMLElement | null} */ (root.activeElement)?.dataset.place;
    return place && this.node.contains(root.activeElement) ? place : null;
  }

  /** Focuses the control at a place, or the last one with the same action. @param {string | null} place */
  #refocus(place) {
    if (!place) return;
    const [action, nth] = place.split(":");
    const places = /** @type {HTMLElement[]} */ ([...this.node.querySelectorAll(`[data-place^="${action}:"]`)]);
    (places[Math.min(Number(nth), places.length - 1)] ?? this.node.closest("dialog")?.querySelector("button"))?.focus();
  }
}
