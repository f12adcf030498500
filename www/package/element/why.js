/**
 * "Why this?": the reason in a sentence, the parts of the score, what each event adds, the place without it, and a button
 * to forget it. Also where the model looked, and why another product is not in the list. Loaded when it is first opened.
 * Uses the client, and computes nothing.
 *
 * @import {Card, Explanation, Nearmind, Part, Update} from "../types.js"
 * @import {PanelTexts} from "../languages/en/panel.js"
 */
import { h, icon, ICONS, set, write } from "./dom.js";
import { panelSheet } from "./panel-styles.js";
import { whySheet } from "./why-styles.js";
import { matching, plain, writeParts } from "./words.js";
import { loadTexts } from "../languages.js";

/** Products that are offered for a name. */
const MOST_FOUND = 5;

/**
 * @param {ShadowRoot} root
 * @param {Nearmind} client
 * @param {{shelf: string, item: string, title: string, lang: string}} about
 */
export async function openWhy(root, client, about) {
  const panelTexts = await loadTexts(about.lang, "panel");
  const texts = panelTexts.why;
  for (const sheet of [panelSheet(), whySheet()]) {
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  }
  const heading = h("h2", { id: "why-title", tabindex: -1 }, texts.why(about.title));
  const close = h("button", { part: "panel-close", type: "button", "aria-label": panelTexts.close }, icon(ICONS.close));
  const answer = h("div", { part: "why-answer" });
  const status = h("p", { part: "panel-note", role: "status" });
  const dialog = h(
    "dialog",
    { part: "panel", "aria-labelledby": "why-title" },
    h("header", { part: "panel-header" }, heading, close),
    h("div", { part: "panel-body" }, answer, status, looked(client, about, panelTexts), another(client, about, texts)),
  );
  const draw = async () => {
    const updates = await client.send({ type: "explain", shelf: about.shelf, item: about.item });
    const why = updates.find((update) => update.type === "explanation");
    answer.replaceChildren(...(why ? explanation(why, panelTexts, about.lang, forget) : [h("p", {}, texts.gone)]));
  };
  /** @param {import("../types.js").Event} event */
  const forget = async (event) => {
    await client.send({ type: "delete", event });
    await draw();
    write(status, texts.removed);
    heading.focus();
  };
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  client.prepare().catch(() => {}); // the words that explain the list come from the model
  await draw().catch(({ message }) => write(status, message));
  root.append(dialog);
  dialog.showModal();
}

/**
 * @param {Explanation} why
 * @param {PanelTexts} panelTexts
 * @param {string} lang
 * @param {(event: import("../types.js").Event) => Promise<void>} forget
 */
function explanation(why, panelTexts, lang, forget) {
  const texts = panelTexts.why;
  const number = new Intl.NumberFormat(lang, { signDisplay: "exceptZero", maximumFractionDigits: 3 });
  const most = Math.max(...why.parts.map(({ share }) => Math.abs(share)), Number.MIN_VALUE);
  const lines = (/** @type {{name: string, label: string, share: number}[]} */ parts) =>
    parts.map(({ name, label, share }) =>
      h(
        "div",
        { class: "measured", "data-part": name },
        h("dt", {}, label),
        h("dd", {}, bar(share / most), number.format(share)),
      ),
    );
  const interests =
    why.interests.length > 1
      ? [h("h3", {}, texts.interests), h("dl", { part: "panel-times" }, ...lines(why.interests))]
      : [];
  const moved = why.place && why.byScore && why.place !== why.byScore ? ` ${texts.varied(why.byScore)}` : "";
  return [
    ...why.sentences.map((sentence) => withParts(h("p", { part: "why-sentence" }), sentence)),
    h("p", { part: "panel-note" }, why.place ? texts.place(why.place, why.of) + moved : texts.gone),
    h("h3", {}, texts.parts),
    h("dl", { part: "panel-times" }, ...lines(why.parts)),
    ...interests,
    ...events(why, panelTexts, forget),
  ];
}

/**
 * @param {Explanation} why
 * @param {PanelTexts} panelTexts
 * @param {(event: import("../types.js").Event) => Promise<void>} forget
 */
function events(why, { why: texts, events: names }, forget) {
  if (!why.events.length) return [];
  const most = Math.max(...why.events.map(({ share }) => Math.abs(share)), Number.MIN_VALUE);
  const lines = why.events.map(({ event, label, share, without }) => {
    const button = h(
      "button",
      { part: "why-forget", type: "button", "aria-label": texts.remove(label) },
      icon(ICONS.close),
    );
    button.addEventListener("click", () => {
      set(button, "disabled", true);
      forget(event).catch(() => set(button, "disabled", null));
    });
    return h(
      "li",
      { "data-event": event.name },
      h("span", { class: "what" }, names[event.name] ?? event.name),
      h("span", { class: "label", title: label }, label),
      h("span", { class: "moved" }, without ? texts.without(without.place ?? null) : ""),
      bar(share / most),
      button,
    );
  });
  return [h("h3", {}, texts.events), h("ol", { part: "why-events" }, ...lines)];
}

/** @param {number} share -1..1 */
function bar(share) {
  const node = h("span", { class: share < 0 ? "bar against" : "bar chosen", "aria-hidden": "true" });
  node.style.setProperty("--share", Math.abs(share).toFixed(3));
  return node;
}

/** Where the model looked; requested when it is opened. @param {Nearmind} client @param {{item: string, lang: string}} about @param {PanelTexts} panelTexts */
function looked(client, { item, lang }, panelTexts) {
  const texts = panelTexts.why;
  const text = h("p", { part: "why-looked", "aria-hidden": "true" });
  const words = h("p", { part: "panel-note" });
  const details = h(
    "details",
    { part: "why-more" },
    h("summary", {}, texts.looked),
    h("p", { part: "panel-note" }, texts.noReason),
    text,
    words,
  );
  details.addEventListener(
    "toggle",
    async () => {
      write(words, panelTexts.absent.loading());
      await client.prepare().catch(() => {});
      const updates = await client.send({ type: "attention", item }, lang).catch(() => /** @type {Update[]} */ ([]));
      const attention = updates.find((update) => update.type === "attention");
      if (!attention?.parts.length) return write(words, texts.noAttention);
      // Every word gets some attention: only what exceeds the least is tinted.
      const least = Math.min(...attention.parts.map(({ share }) => share ?? Infinity));
      writeParts(
        text,
        attention.parts.map((part) => ({ ...part, share: part.share && part.share - least })),
      );
      write(words, texts.words(matching(attention.parts).slice(0, 5)));
    },
    { once: true },
  );
  return details;
}

/** @param {Nearmind} client @param {{shelf: string, lang: string}} about @param {PanelTexts["why"]} texts */
function another(client, { shelf, lang }, texts) {
  const field = h("input", { part: "why-name", type: "search", "aria-label": texts.find, placeholder: texts.find });
  const found = h("ul", { part: "why-found", role: "list" });
  const answer = h("p", { part: "why-not", role: "status" });
  const ask = async (/** @type {Card} */ card) => {
    const updates = await client.send({ type: "why-not", shelf, item: card.item });
    const whyNot = updates.find((update) => update.type === "why-not");
    if (whyNot) answer.replaceChildren(withParts(h("span"), whyNot.sentence));
  };
  const form = h(
    "form",
    { part: "why-ask", role: "search" },
    field,
    h("button", { part: "why-search", type: "submit" }, texts.search),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const cards = await client.search(field.value, { limit: MOST_FOUND, lang });
    found.replaceChildren(
      ...cards.map((card) => {
        const button = h(
          "button",
          { part: "why-candidate", type: "button", "data-item": card.item },
          plain(card.title),
        );
        button.addEventListener("click", () => ask(card));
        return h("li", {}, button);
      }),
    );
    write(answer, cards.length ? "" : texts.none);
  });
  return h("details", { part: "why-more" }, h("summary", {}, texts.another), form, found, answer);
}

/** @template {Element} Node @param {Node} node @param {Part[]} parts */
function withParts(node, parts) {
  writeParts(node, parts);
  return node;
}
