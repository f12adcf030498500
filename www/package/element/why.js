/**
 * "Why this?": the reason in a sentence, what the score is the sum of, what each event of the visit adds and what the
 * list would be without it, and the way to forget it. Then what else one may ask: where the model looked, and why
 * another product is not here. Loaded when it is first opened. Asks the client; computes nothing.
 *
 * @import {Card, Explanation, Nearmind, Part, Update} from "../types.js"
 * @import {WhySay} from "./why-messages.js"
 */
import { h, icon, ICONS, set, write } from "./dom.js";
import { panelMessages } from "./panel-messages.js";
import { panelSheet } from "./panel-styles.js";
import { whyMessages } from "./why-messages.js";
import { whySheet } from "./why-styles.js";
import { matching, plain, writeParts } from "./words.js";

/** Products that a name may mean. */
const FOUND = 5;

/**
 * @param {ShadowRoot} root
 * @param {Nearmind} client
 * @param {{shelf: string, item: string, title: string, lang: string}} about
 */
export async function openWhy(root, client, about) {
  const say = whyMessages(about.lang);
  for (const sheet of [panelSheet(), whySheet()]) {
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  }
  const heading = h("h2", { id: "why-title", tabindex: -1 }, say.why(about.title));
  const close = h("button", { part: "panel-close", type: "button", "aria-label": say.close }, icon(ICONS.close));
  const answer = h("div", { part: "why-answer" });
  const news = h("p", { part: "panel-note", role: "status" });
  const dialog = h(
    "dialog",
    { part: "panel", "aria-labelledby": "why-title" },
    h("header", { part: "panel-header" }, heading, close),
    h("div", { part: "panel-body" }, answer, news, looked(client, about, say), another(client, about, say)),
  );
  const draw = async () => {
    const updates = await client.send({ type: "explain", shelf: about.shelf, item: about.item });
    const why = updates.find((update) => update.type === "explanation");
    answer.replaceChildren(...(why ? explanation(why, say, about.lang, forget) : [h("p", {}, say.gone)]));
  };
  /** @param {import("../types.js").Event} event */
  const forget = async (event) => {
    await client.send({ type: "delete", event });
    await draw();
    write(news, say.removed);
    heading.focus();
  };
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  await draw().catch(({ message }) => write(news, message));
  root.append(dialog);
  dialog.showModal();
}

/**
 * @param {Explanation} why
 * @param {WhySay} say
 * @param {string} lang
 * @param {(event: import("../types.js").Event) => Promise<void>} forget
 */
function explanation(why, say, lang, forget) {
  const number = new Intl.NumberFormat(lang, { signDisplay: "exceptZero", maximumFractionDigits: 3 });
  const most = Math.max(...why.parts.map(({ share }) => Math.abs(share)), Number.MIN_VALUE);
  const lines = (/** @type {import("../types.js").ScorePart[]} */ parts) =>
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
      ? [h("h3", {}, say.interests), h("dl", { part: "panel-times" }, ...lines(why.interests))]
      : [];
  const moved = why.place && why.byScore && why.place !== why.byScore ? ` ${say.varied(why.byScore)}` : "";
  return [
    ...why.sentences.map((sentence) => written(h("p", { part: "why-sentence" }), sentence)),
    h("p", { part: "panel-note" }, why.place ? say.place(why.place, why.of) + moved : say.gone),
    h("h3", {}, say.parts),
    h("dl", { part: "panel-times" }, ...lines(why.parts)),
    ...interests,
    ...events(why, say, lang, forget),
  ];
}

/**
 * @param {Explanation} why
 * @param {WhySay} say
 * @param {string} lang
 * @param {(event: import("../types.js").Event) => Promise<void>} forget
 */
function events(why, say, lang, forget) {
  if (!why.events.length) return [];
  const names = panelMessages(lang).events;
  const most = Math.max(...why.events.map(({ share }) => Math.abs(share)), Number.MIN_VALUE);
  const lines = why.events.map(({ event, label, share, without }) => {
    const button = h(
      "button",
      { part: "why-forget", type: "button", "aria-label": say.remove(label) },
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
      h("span", { class: "moved" }, without ? say.without(without.place ?? null) : ""),
      bar(share / most),
      button,
    );
  });
  return [h("h3", {}, say.events), h("ol", { part: "why-events" }, ...lines)];
}

/** @param {number} share -1..1 */
function bar(share) {
  const node = h("span", { class: share < 0 ? "bar against" : "bar chosen", "aria-hidden": "true" });
  node.style.setProperty("--share", Math.abs(share).toFixed(3));
  return node;
}

/** Where the model looked, asked for when it is opened. @param {Nearmind} client @param {{item: string, lang: string}} about @param {WhySay} say */
function looked(client, { item, lang }, say) {
  const text = h("p", { part: "why-looked", "aria-hidden": "true" });
  const words = h("p", { part: "panel-note" });
  const details = h(
    "details",
    { part: "why-more" },
    h("summary", {}, say.looked),
    h("p", { part: "panel-note" }, say.noReason),
    text,
    words,
  );
  details.addEventListener(
    "toggle",
    async () => {
      const updates = await client.send({ type: "attention", item }, lang).catch(() => /** @type {Update[]} */ ([]));
      const told = updates.find((update) => update.type === "attention");
      if (!told?.parts.length) return write(words, say.untold);
      // Every word is looked at a little: what is more than that is tinted.
      const least = Math.min(...told.parts.map(({ share }) => share ?? Infinity));
      writeParts(
        text,
        told.parts.map((part) => ({ ...part, share: part.share && part.share - least })),
      );
      write(words, say.words(matching(told.parts).slice(0, 5)));
    },
    { once: true },
  );
  return details;
}

/** @param {Nearmind} client @param {{shelf: string, lang: string}} about @param {WhySay} say */
function another(client, { shelf, lang }, say) {
  const field = h("input", { part: "why-name", type: "search", "aria-label": say.find, placeholder: say.find });
  const found = h("ul", { part: "why-found", role: "list" });
  const answer = h("p", { part: "why-not", role: "status" });
  const ask = async (/** @type {Card} */ card) => {
    const updates = await client.send({ type: "why-not", shelf, item: card.item });
    const told = updates.find((update) => update.type === "why-not");
    if (told) answer.replaceChildren(written(h("span"), told.sentence));
  };
  const form = h(
    "form",
    { part: "why-ask", role: "search" },
    field,
    h("button", { part: "why-search", type: "submit" }, say.search),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const cards = await client.search(field.value, { limit: FOUND, lang });
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
    write(answer, cards.length ? "" : say.none);
  });
  return h("details", { part: "why-more" }, h("summary", {}, say.another), form, found, answer);
}

/** @template {Element} Node @param {Node} node @param {Part[]} parts */
function written(node, parts) {
  writeParts(node, parts);
  return node;
}
