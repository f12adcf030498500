/**
 * What this device knows of the visitor, and every way to change it: interests, their map, events, storage, where the
 * model runs, and taking all of it along or away. Stands in a shelf's dialog and in `<nearmind-profile>`. Asks the
 * client; computes nothing.
 *
 * @import {Nearmind, ProfileSummary} from "../../types.js"
 * @typedef {(work: () => Promise<unknown>, done: string) => Promise<void>} Act Does, draws again, and says what is done.
 */
import { h, write } from "../dom.js";
import { panelMessages } from "../panel-messages.js";
import { deviceLines } from "./device.js";
import { eventList } from "./events.js";
import { interestList } from "./interests.js";
import { keeping } from "./keeping.js";
import { interestMap } from "./map.js";
import { storageLines, textDays } from "./storage.js";

export class ProfileView {
  #client;
  #lang;
  #say;
  #stop;
  #sections;
  #news = h("p", { part: "panel-note", role: "status" });
  node = h("div", { part: "profile" });
  /** One drawing after the other: what is asked first must not be drawn last. */
  #drawing = Promise.resolve();

  /** @param {Nearmind} client @param {string} lang */
  constructor(client, lang) {
    this.#client = client;
    this.#lang = lang;
    this.#say = panelMessages(lang);
    const section = (/** @type {string} */ name, /** @type {string} */ title) =>
      h(
        "section",
        { part: `section ${name}`, "aria-labelledby": `title-${name}` },
        h("h3", { id: `title-${name}` }, title),
        h("div", { class: "content" }),
      );
    const say = this.#say;
    this.#sections = {
      interests: section("interests", say.interests),
      map: section("map", say.map),
      events: section("events", say.visits),
      device: section("device", say.where),
      storage: section("storage", say.storage),
      keeping: section("keeping", say.yours),
    };
    this.node.append(...Object.values(this.#sections), this.#news);
    this.#stop = client.subscribe((update) => {
      if (["model-ready", "catalog-ready"].includes(update.type)) this.draw();
    });
  }

  stop() {
    this.#stop();
  }

  draw() {
    return (this.#drawing = this.#drawing.then(() => this.#draw()).catch(({ message }) => write(this.#news, message)));
  }

  async #draw() {
    const say = this.#say;
    this.#fill("device", ...deviceLines(this.#client.state, say));
    const profile = await this.#client.profile(this.#lang);
    const { cards } =
      this.#client.state.items === null ? { cards: [] } : await this.#client.recommend({ lang: this.#lang });
    const map = await this.#client.map(
      cards.map(({ item }) => item),
      this.#lang,
    );
    const focus = this.#focused();
    const act = /** @type {Act} */ ((work, done) => this.#act(work, done));
    this.#fill("interests", interestList(profile.interests ?? [], this.#client, say, act));
    this.#fill("map", ...interestMap(map, say));
    this.#sections.map.hidden = !map?.points.length;
    this.#fill("events", eventList(profile.events, this.#client, say, this.#lang, act));
    const lines = await storageLines(this.#client.state, profile, say, this.#lang);
    this.#fill("storage", ...lines, textDays(profile, this.#client, say, act));
    if (!this.#sections.keeping.querySelector("button")) this.#fill("keeping", ...keeping(this.#client, say, act));
    this.#refocus(focus);
  }

  /** @param {"interests" | "map" | "events" | "device" | "storage" | "keeping"} name @param {Node[]} nodes */
  #fill(name, ...nodes) {
    this.#sections[name].querySelector(".content")?.replaceChildren(...nodes);
  }

  /** @type {Act} */
  async #act(work, done) {
    write(this.#news, "");
    try {
      await work();
      await this.draw();
      write(this.#news, done);
    } catch (error) {
      write(this.#news, `${/** @type {any} */ (error)?.message ?? error}`);
    }
  }

  /** The place of the button that was pressed: the same place has the focus after drawing. */
  #focused() {
    const root = /** @type {ShadowRoot} */ (this.node.getRootNode());
    const place = /** @type {HTMLElement | null} */ (root.activeElement)?.dataset.place;
    return place && this.node.contains(root.activeElement) ? place : null;
  }

  /** @param {string | null} place */
  #refocus(place) {
    if (!place) return;
    const [group, at] = place.split(":");
    const places = /** @type {HTMLElement[]} */ ([...this.node.querySelectorAll(`[data-place^="${group}:"]`)]);
    (places[Math.min(Number(at), places.length - 1)] ?? this.node.closest("dialog")?.querySelector("button"))?.focus();
  }
}
