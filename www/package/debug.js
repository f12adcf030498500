/**
 * `?nearmind=debug`: for the shop's developer. Where the model runs and why, what is cached, how long answers take, the
 * scene in force, and what each card's score is made of. Loaded when the address asks for it; nothing of it is sent.
 *
 * @import {Nearmind, ShelfUpdate} from "./types.js"
 * @typedef {import("./element/panel-messages.js").PanelSay["debug"]} Say
 */
import { h } from "./element/dom.js";
import { debugSheet } from "./element/debug-styles.js";
import { panelMessages } from "./element/panel-messages.js";
import { panelSheet } from "./element/panel-styles.js";
import { deviceLines } from "./element/profile/device.js";
import { filesLine } from "./element/profile/storage.js";
import { shelfSheet } from "./element/styles.js";
import { plain } from "./element/words.js";

/** Percentiles that are drawn: the middle, and the slow end. */
const SHARES = /** @type {const} */ ([0.5, 0.9, 0.99]);

/** The questions of this panel. */
const OWN = ["scene", "explain", "diagnose"];
/** With fewer items than these that may be shown, shelves stay short. */
const FEW = 6;

export class NearmindDebug extends (globalThis.HTMLElement ?? class {}) {
  /** @type {Map<string, ShelfUpdate>} */
  #shelves = new Map();
  /** @type {Nearmind | undefined} */
  #client;
  #lang = "en";
  #body = h("div", { class: "columns" });
  #due = false;
  /** Of each shelf as it was drawn last. @type {Map<string, {update: ShelfUpdate, node: Node}>} */
  #drawn = new Map();

  /** @param {Nearmind} client @param {string} lang */
  watch(client, lang) {
    if (this.#client === client) return;
    this.#client = client;
    this.#lang = lang;
    client.subscribe((update) => {
      if (update.type === "shelf") this.#shelves.set(update.shelf, update);
      // What this panel asks itself is answered, too: that is no news.
      if (update.type !== "metric" || !OWN.includes(update.name)) this.#soon();
    });
    if (this.shadowRoot) return this.#soon();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [shelfSheet(), panelSheet(), debugSheet()];
    const say = panelMessages(lang).debug;
    root.append(h("details", { class: "debug", open: true }, h("summary", {}, say.title), this.#body));
    this.#soon();
  }

  /** Answers come in bunches, and nobody reads more than a few of these a second. */
  #soon() {
    if (this.#due) return;
    this.#due = true;
    setTimeout(async () => {
      this.#due = false;
      await this.#draw();
    }, 250);
  }

  async #draw() {
    const client = this.#client;
    if (!client) return;
    const [words, lang] = [panelMessages(this.#lang), this.#lang];
    const say = words.debug;
    const { state } = client;
    const section = (/** @type {string} */ title, /** @type {(Node | string)[]} */ ...nodes) =>
      h("section", {}, h("h3", {}, title), ...nodes);
    this.#body.replaceChildren(
      section(words.where, ...deviceLines(state, words)),
      section(
        say.state,
        ...facts(state, say),
        ...(await findings(client, say)),
        h("dl", { part: "panel-storage" }, ...(await filesLine(state, words, lang))),
      ),
      section(say.latency, latencyPlot(client.latencies(), say)),
      ...(await Promise.all([...this.#shelves.values()].map((shelf) => this.#shelf(client, shelf, say)))),
    );
  }

  /** Explained once, and not again before it is another list. @param {Nearmind} client @param {ShelfUpdate} update @param {Say} say */
  async #shelf(client, update, say) {
    const known = this.#drawn.get(update.shelf);
    if (known?.update === update) return known.node;
    const nodes = await Promise.all([sceneOf(client, update, say), scores(client, update, say)]);
    const node = h("section", {}, h("h3", {}, `${update.shelf} · ${update.basis}`), ...nodes);
    this.#drawn.set(update.shelf, { update, node });
    return node;
  }
}

/** @type {import("./types.js").Update[]} */
const NOTHING = [];

/**
 * The scene in force, with what the catalogue and the page put into it.
 * @param {Nearmind} client
 * @param {ShelfUpdate} shelf
 * @param {Say} say
 */
async function sceneOf(client, { shelf }, say) {
  const updates = await client.send({ type: "scene", shelf }).catch(() => NOTHING);
  const scene = updates.find((update) => update.type === "scene")?.scene;
  const json = JSON.stringify(scene, null, 2);
  return h(
    "details",
    { class: "scene" },
    h("summary", {}, say.scene(scene?.kind ?? "?")),
    h("pre", { tabindex: 0, "aria-label": say.sceneAbout }, json),
  );
}

/** @param {import("./types.js").State} state @param {Say} say */
function facts({ items, problem, progress, persist }, say) {
  const lines = [
    items === null ? say.noCatalog : say.items(items),
    persist ? say.stored : say.notStored,
    ...(progress ? [`${progress.stage}: ${progress.done} / ${progress.total}`] : []),
    ...(problem ? [`${problem.code}: ${problem.message}`] : []),
  ];
  return lines.map((line) => h("p", {}, line));
}

/**
 * What of the catalogue and of the page's ids will not work, and what to do about it.
 * @param {Nearmind} client
 * @param {Say} say
 */
async function findings(client, say) {
  const updates = client.state.items === null ? [] : await client.send({ type: "diagnose" }).catch(() => NOTHING);
  const found = updates.find((update) => update.type === "diagnosis");
  if (!found) return [];
  const { items, soldOut, canBeShown, unmatched, moreUnmatched } = found;
  const isShort = canBeShown < FEW && canBeShown < items;
  const stock = isShort && canBeShown ? say.fewToShow : isShort ? say.nothingToShow : say.soldOut;
  const lines = soldOut ? [h("p", { class: isShort ? "finding" : "" }, stock(canBeShown, soldOut, items))] : [];
  if (!unmatched.length) return lines;
  const head = h("tr", {}, ...say.unmatchedColumns.map((name) => h("th", { scope: "col" }, name)));
  const rows = unmatched.map(({ id, count, nearest }) =>
    h("tr", {}, h("th", { scope: "row" }, id), h("td", {}, `${count}`), h("td", {}, nearest ?? say.nothingNear)),
  );
  const more = moreUnmatched ? [h("p", {}, say.moreUnmatched(moreUnmatched))] : [];
  const about = h("p", { class: "finding" }, say.unmatched(unmatched.length + moreUnmatched));
  return [...lines, about, h("table", { class: "unmatched" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...more];
}

/**
 * A line a command on one logarithmic scale, with a mark a percentile, and the same in numbers.
 * @param {Record<string, number[]>} latencies
 * @param {Say} say
 */
function latencyPlot(latencies, say) {
  const rows = Object.entries(latencies).filter(([, values]) => values.length);
  const most = Math.max(10, ...rows.flatMap(([, values]) => values));
  const at = (/** @type {number} */ ms) => Math.log10(1 + ms) / Math.log10(1 + most);
  const head = h(
    "tr",
    {},
    ...[say.command, say.count, ...SHARES.map((share) => `p${share * 100}`), ""].map((name) =>
      h("th", { scope: "col" }, name),
    ),
  );
  const body = rows.map(([command, values]) => {
    const marks = SHARES.map((share) => percentile(values, share));
    const plot = h("td", { class: "plot", "aria-hidden": "true" });
    const span = h("span", { class: "span" });
    span.style.setProperty("--from", at(marks[0]).toFixed(3));
    span.style.setProperty("--to", at(marks[2]).toFixed(3));
    plot.append(
      span,
      ...marks.map((ms, i) => {
        const mark = h("span", { class: `mark m${i}` });
        mark.style.setProperty("--at", at(ms).toFixed(3));
        return mark;
      }),
    );
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, command),
      ...[values.length, ...marks.map((ms) => ms.toFixed(ms < 10 ? 1 : 0))].map((text) => h("td", {}, `${text}`)),
      plot,
    );
  });
  return h(
    "table",
    { class: "latency" },
    h("caption", {}, say.latencyAbout),
    h("thead", {}, head),
    h("tbody", {}, ...body),
  );
}

/**
 * The nearest-rank percentile.
 * @param {number[]} values
 * @param {number} share 0..1
 */
function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/**
 * A bar a card: what its score is the sum of.
 * @param {Nearmind} client
 * @param {ShelfUpdate} shelf
 * @param {Say} say
 */
async function scores(client, shelf, say) {
  const explained = await Promise.all(
    shelf.cards.map(({ item }) => client.explainIn(shelf.shelf, item).catch(() => null)),
  );
  const parts = shelf.cards.map(
    ({ score }, i) => explained[i]?.parts.filter(({ share }) => share) ?? [{ name: "score", share: score }],
  );
  const length = (/** @type {typeof parts[number]} */ all) => all.reduce((sum, { share }) => sum + Math.abs(share), 0);
  const most = Math.max(...parts.map(length), Number.MIN_VALUE);
  const lines = shelf.cards.map((card, i) => {
    const bars = parts[i].map(({ name, share }, place) => {
      const bar = h("span", { class: `part p${place % 6}`, title: `${name} ${share.toFixed(4)}` });
      bar.style.setProperty("--share", (Math.abs(share) / most).toFixed(4));
      return bar;
    });
    const told = parts[i].map(({ name, share }) => `${name} ${share.toFixed(3)}`).join(" + ");
    return h(
      "li",
      {},
      h("span", { class: "name" }, plain(card.title)),
      h("span", { class: "bars", "aria-hidden": "true" }, ...bars),
      h("span", { class: "numbers" }, `${told} = ${card.score.toFixed(3)}`),
    );
  });
  return h("ol", { class: "scores", "aria-label": say.scores }, ...lines);
}

if (globalThis.customElements && !customElements.get("nearmind-debug"))
  customElements.define("nearmind-debug", NearmindDebug);

/** One panel a page, for the client that was opened first. @param {Nearmind} client @param {string} lang */
export function openDebug(client, lang) {
  const known = /** @type {NearmindDebug | null} */ (document.querySelector("nearmind-debug"));
  const panel = known ?? /** @type {NearmindDebug} */ (document.createElement("nearmind-debug"));
  if (!known) document.body.append(panel);
  panel.watch(client, lang);
}
