/**
 * `?nearmind=debug`: a panel for the shop's developer. Shows where the model runs and why, what is cached, how long answers
 * take, the scene in force, and the parts of each card's score. Loaded only with this parameter; sends nothing.
 *
 * @import {Nearmind, ShelfUpdate} from "./types.js"
 * @typedef {import("./languages/en/panel.js").PanelTexts} PanelTexts
 * @typedef {PanelTexts["debug"]} DebugTexts
 */
import { h, write } from "./element/dom.js";
import { debugSheet } from "./element/debug-styles.js";
import { panelSheet } from "./element/panel-styles.js";
import { deviceLines } from "./element/profile/device.js";
import { filesLine } from "./element/profile/storage.js";
import { shelfSheet } from "./element/styles.js";
import { plain } from "./element/words.js";
import { loadTexts } from "./languages.js";

/** Percentiles that are drawn. */
const PERCENTILES = /** @type {const} */ ([0.5, 0.9, 0.99]);

/** Commands of this panel itself. */
const OWN_COMMANDS = ["scene", "explain", "diagnose"];
/** With fewer items that may be shown than this, shelves stay short. */
const FEW = 6;

export class NearmindDebug extends (globalThis.HTMLElement ?? class {}) {
  /** @type {Map<string, ShelfUpdate>} */
  #shelves = new Map();
  /** @type {Nearmind | undefined} */
  #client;
  #lang = "en";
  #title = h("summary");
  #body = h("div", { class: "columns" });
  #due = false;
  /** Each shelf as it was drawn last. @type {Map<string, {update: ShelfUpdate, node: Node}>} */
  #drawn = new Map();

  /** @param {Nearmind} client @param {string} lang */
  watch(client, lang) {
    if (this.#client === client) return;
    this.#client = client;
    this.#lang = lang;
    client.subscribe((update) => {
      if (update.type === "shelf") this.#shelves.set(update.shelf, update);
      // Answers to the panel's own commands are no reason to draw again.
      if (update.type !== "metric" || !OWN_COMMANDS.includes(update.name)) this.#drawSoon();
    });
    if (this.shadowRoot) return this.#drawSoon();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [shelfSheet(), panelSheet(), debugSheet()];
    root.append(h("details", { class: "debug", open: true }, this.#title, this.#body));
    this.#drawSoon();
  }

  /** Draws at most four times a second: updates come in bunches. */
  #drawSoon() {
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
    const lang = this.#lang;
    const panelTexts = await loadTexts(lang, "panel");
    const texts = panelTexts.debug;
    const { state } = client;
    write(this.#title, texts.title);
    const section = (/** @type {string} */ title, /** @type {(Node | string)[]} */ ...nodes) =>
      h("section", {}, h("h3", {}, title), ...nodes);
    this.#body.replaceChildren(
      section(panelTexts.where, ...deviceLines(state, panelTexts)),
      section(
        texts.state,
        ...facts(state, texts),
        ...(await findings(client, texts)),
        h("dl", { part: "panel-storage" }, ...(await filesLine(state, panelTexts, lang))),
      ),
      section(texts.latency, latencyPlot(client.latencies(), texts)),
      ...(await Promise.all([...this.#shelves.values()].map((shelf) => this.#shelf(client, shelf, texts)))),
    );
  }

  /** Explains each list once. @param {Nearmind} client @param {ShelfUpdate} update @param {DebugTexts} texts */
  async #shelf(client, update, texts) {
    const drawn = this.#drawn.get(update.shelf);
    if (drawn?.update === update) return drawn.node;
    const nodes = await Promise.all([sceneOf(client, update, texts), scores(client, update, texts)]);
    const node = h("section", {}, h("h3", {}, `${update.shelf} · ${update.basis}`), ...nodes);
    this.#drawn.set(update.shelf, { update, node });
    return node;
  }
}

/** @type {import("./types.js").Update[]} */
const NOTHING = [];

/**
 * The scene in force, with what the catalogue and the page add to it.
 * @param {Nearmind} client
 * @param {ShelfUpdate} shelf
 * @param {DebugTexts} texts
 */
async function sceneOf(client, { shelf }, texts) {
  const updates = await client.send({ type: "scene", shelf }).catch(() => NOTHING);
  const scene = updates.find((update) => update.type === "scene")?.scene;
  const json = JSON.stringify(scene, null, 2);
  return h(
    "details",
    { class: "scene" },
    h("summary", {}, texts.scene(scene?.kind ?? "?")),
    h("pre", { tabindex: 0, "aria-label": texts.sceneAbout }, json),
  );
}

/** @param {import("./types.js").State} state @param {DebugTexts} texts */
function facts({ items, problem, progress, persist }, texts) {
  const lines = [
    items === null ? texts.noCatalog : texts.items(items),
    persist ? texts.stored : texts.notStored,
    ...(progress ? [`${progress.stage}: ${progress.done} / ${progress.total}`] : []),
    ...(problem ? [`${problem.code}: ${problem.message}`] : []),
  ];
  return lines.map((line) => h("p", {}, line));
}

/**
 * Items that cannot be shown, ids that no item has, and what to do about them.
 * @param {Nearmind} client
 * @param {DebugTexts} texts
 */
async function findings(client, texts) {
  const updates = client.state.items === null ? [] : await client.send({ type: "diagnose" }).catch(() => NOTHING);
  const found = updates.find((update) => update.type === "diagnosis");
  if (!found) return [];
  const { items, soldOut, canBeShown, unmatched, moreUnmatched } = found;
  const isShort = canBeShown < FEW && canBeShown < items;
  const stock = isShort && canBeShown ? texts.fewToShow : isShort ? texts.nothingToShow : texts.soldOut;
  const lines = soldOut ? [h("p", { class: isShort ? "finding" : "" }, stock(canBeShown, soldOut, items))] : [];
  if (!unmatched.length) return lines;
  const head = h("tr", {}, ...texts.unmatchedColumns.map((name) => h("th", { scope: "col" }, name)));
  const rows = unmatched.map(({ id, count, nearest }) =>
    h("tr", {}, h("th", { scope: "row" }, id), h("td", {}, `${count}`), h("td", {}, nearest ?? texts.nothingNear)),
  );
  const more = moreUnmatched ? [h("p", {}, texts.moreUnmatched(moreUnmatched))] : [];
  const about = h("p", { class: "finding" }, texts.unmatched(unmatched.length + moreUnmatched));
  return [...lines, about, h("table", { class: "unmatched" }, h("thead", {}, head), h("tbody", {}, ...rows)), ...more];
}

/**
 * A table with a line per command on one logarithmic scale, a mark per percentile, and the numbers.
 * @param {Record<string, number[]>} latencies
 * @param {DebugTexts} texts
 */
function latencyPlot(latencies, texts) {
  const rows = Object.entries(latencies).filter(([, values]) => values.length);
  const most = Math.max(10, ...rows.flatMap(([, values]) => values));
  const at = (/** @type {number} */ ms) => Math.log10(1 + ms) / Math.log10(1 + most);
  const head = h(
    "tr",
    {},
    ...[texts.command, texts.count, ...PERCENTILES.map((share) => `p${share * 100}`), ""].map((name) =>
      h("th", { scope: "col" }, name),
    ),
  );
  const body = rows.map(([command, values]) => {
    const marks = PERCENTILES.map((share) => percentile(values, share));
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
    h("caption", {}, texts.latencyAbout),
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
 * A bar per card: the parts of its score.
 * @param {Nearmind} client
 * @param {ShelfUpdate} shelf
 * @param {DebugTexts} texts
 */
async function scores(client, shelf, texts) {
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
    const sum = parts[i].map(({ name, share }) => `${name} ${share.toFixed(3)}`).join(" + ");
    return h(
      "li",
      {},
      h("span", { class: "name" }, plain(card.title)),
      h("span", { class: "bars", "aria-hidden": "true" }, ...bars),
      h("span", { class: "numbers" }, `${sum} = ${card.score.toFixed(3)}`),
    );
  });
  return h("ol", { class: "scores", "aria-label": texts.scores }, ...lines);
}

if (globalThis.customElements && !customElements.get("nearmind-debug"))
  customElements.define("nearmind-debug", NearmindDebug);

/** Opens the page's only panel, for the client that was opened first. @param {Nearmind} client @param {string} lang */
export function openDebug(client, lang) {
  const existing = /** @type {NearmindDebug | null} */ (document.querySelector("nearmind-debug"));
  const panel = existing ?? /** @type {NearmindDebug} */ (document.createElement("nearmind-debug"));
  if (!existing) document.body.append(panel);
  panel.watch(client, lang);
}
