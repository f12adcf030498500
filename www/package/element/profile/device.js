/**
 * Where the model runs and why, with a bar for each device that shows how long a text takes.
 *
 * @import {State} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h } from "../dom.js";

/** @param {State} state @param {PanelTexts} texts */
export function deviceLines({ device: report, modelAbsent, words, isolated }, texts) {
  if (!report) {
    const about = texts.absent[modelAbsent?.code ?? "loading"](modelAbsent ?? {});
    return [about, words ? texts.withWords(words) : texts.withoutModel].map((line) =>
      h("p", { part: "panel-note" }, line),
    );
  }
  const { device, detail, reason, cpuMs, gpuMs } = report;
  const slowest = Math.max(cpuMs ?? 0, gpuMs ?? 0);
  const times = /** @type {const} */ ([
    ["cpu", cpuMs],
    ["gpu", gpuMs],
  ]).flatMap(([name, ms]) =>
    ms == null
      ? []
      : [bar(texts[name], texts.perText(ms < 10 ? ms.toFixed(1) : ms.toFixed(0)), ms / slowest, name === device)],
  );
  const name = device === "gpu" ? texts.gpu : texts.cpu;
  return [
    h("p", { part: "panel-chosen", "data-device": device }, h("strong", {}, name), ` · ${detail}`),
    h("p", { part: "panel-reason" }, texts.reasons[reason.code](reason)),
    h("dl", { part: "panel-times" }, ...times),
    ...(isolated ? [h("p", { part: "panel-note isolated" }, texts.isolated(isolated.length))] : []),
  ];
}

/** @param {string} label @param {string} value @param {number} share @param {boolean} chosen */
export function bar(label, value, share, chosen) {
  const line = h("span", { class: `bar${chosen ? " chosen" : ""}` });
  line.style.setProperty("--share", share.toFixed(3));
  return h("div", { class: "measured" }, h("dt", {}, label), h("dd", {}, line, value));
}
