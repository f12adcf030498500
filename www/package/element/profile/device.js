/**
 * Where the model runs, why there, and how long a text takes: a bar for each device.
 *
 * @import {State} from "../../types.js"
 * @import {PanelSay} from "../panel-messages.js"
 */
import { h } from "../dom.js";

/** @param {State} state @param {PanelSay} say */
export function deviceLines({ device: report, isolated }, say) {
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
    ...(isolated ? [h("p", { part: "panel-note isolated" }, say.isolated(isolated.length))] : []),
  ];
}

/** @param {string} label @param {string} value @param {number} share @param {boolean} chosen */
export function bar(label, value, share, chosen) {
  const line = h("span", { class: `bar${chosen ? " chosen" : ""}` });
  line.style.setProperty("--share", share.toFixed(3));
  return h("div", { class: "measured" }, h("dt", {}, label), h("dd", {}, line, value));
}
