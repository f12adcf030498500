/**
 * What this device knows: where the model runs and why, every event in the log with its weight, how much is stored,
 * and the button that erases it all. Loaded when it is first opened. Asks the client; computes nothing.
 *
 * @import {Client, DeviceReport, EventLine} from "../types.js"
 * @import {PanelSay} from "./panel-messages.js"
 */
import { h, icon, ICONS, set } from "./dom.js";
import { panelMessages } from "./panel-messages.js";
import { panelSheet } from "./panel-styles.js";

/**
 * @param {ShadowRoot} root
 * @param {Client} client
 * @param {string} lang
 */
export async function openPanel(root, client, lang) {
  const say = panelMessages(lang);
  if (!root.adoptedStyleSheets.includes(panelSheet())) root.adoptedStyleSheets.push(panelSheet());
  const close = h("button", { part: "panel-close", type: "button", "aria-label": say.close }, icon(ICONS.close));
  const device = h("div", { part: "panel-device" });
  const log = h("div", { part: "panel-log" });
  const news = h("p", { part: "panel-note", role: "status" });
  const dialog = h(
    "dialog",
    { part: "panel", "aria-labelledby": "panel-title" },
    h("header", { part: "panel-header" }, h("h2", { id: "panel-title" }, say.panel), close),
    h("p", { part: "panel-promise" }, client.state.persist ? say.promise : say.memory),
    h("h3", {}, say.where),
    device,
    log,
    news,
  );

  const drawDevice = () => device.replaceChildren(...deviceLines(client.state.device, say));
  const drawLog = async () => {
    const { events, storedBytes } = await client.profile(lang);
    log.replaceChildren(
      h("h3", {}, say.stored(bytes(storedBytes, lang))),
      eventList(events, say, lang),
      forgetting(say, erase),
    );
  };
  const erase = async () => {
    await client.forget();
    await drawLog();
    news.textContent = say.forgotten;
    close.focus();
  };
  const unsubscribe = client.subscribe((update) => update.type === "model-ready" && drawDevice());
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    unsubscribe();
    dialog.remove();
  });

  drawDevice();
  root.append(dialog);
  dialog.showModal();
  await drawLog().catch(({ message }) => log.replaceChildren(h("p", { part: "panel-note" }, message)));
}

/** @param {DeviceReport | null} report @param {PanelSay} say */
function deviceLines(report, say) {
  if (!report) return [h("p", { part: "panel-note" }, say.pending)];
  const { device, detail, reason, cpuMs, gpuMs } = report;
  const slowest = Math.max(cpuMs ?? 0, gpuMs ?? 0);
  const times = /** @type {const} */ ([
    ["cpu", cpuMs],
    ["gpu", gpuMs],
  ]).flatMap(([name, ms]) =>
    ms == null
      ? []
      : [bar(say[name], say.perText(ms < 10 ? ms.toFixed(1) : ms.toFixed(0)), ms / slowest, name === device)],
  );
  const name = device === "gpu" ? say.gpu : say.cpu;
  return [
    h("p", { part: "panel-chosen", "data-device": device }, h("strong", {}, name), ` · ${detail}`),
    h("p", { part: "panel-reason" }, say.reasons[reason.code](reason)),
    h("dl", { part: "panel-times" }, ...times),
  ];
}

/** @param {string} label @param {string} value @param {number} share @param {boolean} chosen */
function bar(label, value, share, chosen) {
  const line = h("span", { class: `bar${chosen ? " chosen" : ""}` });
  line.style.setProperty("--share", share.toFixed(3));
  return h("div", { class: "measured" }, h("dt", {}, label), h("dd", {}, line, value));
}

/** @param {EventLine[]} events @param {PanelSay} say @param {string} lang */
function eventList(events, say, lang) {
  if (!events.length) return h("p", { part: "panel-note" }, say.nothing);
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  const most = Math.max(...events.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
  const lines = events
    .toSorted((a, b) => b.event.timeMs - a.event.timeMs)
    .map(({ event, label, weight }) => {
      const line = h("span", { class: `weight${weight < 0 ? " against" : ""}`, "aria-hidden": "true" });
      line.style.setProperty("--share", (Math.abs(weight) / most).toFixed(3));
      const when = h("time", { datetime: new Date(event.timeMs).toISOString() }, time.format(event.timeMs));
      return h(
        "li",
        { "data-event": event.name },
        h("span", { class: "what" }, say.events[event.name] ?? event.name),
        h("span", { class: "label", title: label }, label),
        line,
        when,
      );
    });
  return h("ol", { part: "panel-events" }, ...lines);
}

/** A button, and the question before it is done. @param {PanelSay} say @param {() => Promise<void>} erase */
function forgetting(say, erase) {
  const ask = h("button", { part: "forget", type: "button" }, say.forget);
  const yes = h("button", { part: "forget-confirm", type: "button" }, say.erase);
  const no = h("button", { part: "forget-cancel", type: "button" }, say.keep);
  const question = h(
    "div",
    { part: "forget-question", role: "group", "aria-label": say.forget, hidden: true },
    h("p", {}, say.sure),
    yes,
    no,
  );
  const toggle = (/** @type {boolean} */ open) => {
    set(question, "hidden", !open);
    set(ask, "hidden", open);
    (open ? no : ask).focus();
  };
  ask.addEventListener("click", () => toggle(true));
  no.addEventListener("click", () => toggle(false));
  yes.addEventListener("click", erase);
  return h("div", { part: "panel-forget" }, ask, question);
}

/** @param {number} count @param {string} lang */
const bytes = (count, lang) =>
  new Intl.NumberFormat(lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 1 }).format(count / 1000);
