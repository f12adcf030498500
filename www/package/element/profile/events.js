/**
 * Draws the events of the log with their weights, newest first. Each can be muted, so that it has no effect, or erased.
 *
 * @import {EventLine, Nearmind} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h, icon, ICONS } from "../dom.js";

/** @param {EventLine[]} events @param {Nearmind} client @param {PanelTexts} texts @param {string} lang @param {import("./view.js").Act} act */
export function eventList(events, client, texts, lang, act) {
  if (!events.length) return h("p", { part: "panel-note" }, texts.nothing);
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  const largest = Math.max(...events.map(({ weight }) => Math.abs(weight)), Number.MIN_VALUE);
  const rows = events
    .toSorted((a, b) => b.event.timeMs - a.event.timeMs)
    .map(({ event, label, weight, muted, unused }, index) => {
      const bar = h("span", { class: `weight${weight < 0 ? " against" : ""}`, "aria-hidden": "true" });
      bar.style.setProperty("--share", (Math.abs(weight) / largest).toFixed(3));
      const when = h("time", { datetime: new Date(event.timeMs).toISOString() }, time.format(event.timeMs));
      const erase = h(
        "button",
        {
          class: "small",
          type: "button",
          "data-place": `erase-event:${index}`,
          "aria-label": texts.eraseEvent(label),
          title: texts.eraseOne,
        },
        icon(ICONS.close),
      );
      erase.addEventListener("click", () => act(() => client.erase(event), texts.erasedEvent(label)));
      const mute = h(
        "button",
        {
          class: "small text",
          type: "button",
          "aria-pressed": String(muted),
          "data-place": `mute-event:${index}`,
          "aria-label": texts.muteNamed(label),
        },
        muted ? texts.muted : texts.mute,
      );
      mute.addEventListener("click", () =>
        act(() => client.muteEvent(event, !muted), muted ? texts.unmutedNow(label) : texts.mutedNow(label)),
      );
      return h(
        "li",
        { "data-event": event.name, class: muted ? "muted" : "" },
        h("span", { class: "what" }, texts.events[event.name] ?? event.name),
        h("span", { class: "label", title: label }, label),
        ...(unused ? [h("span", { class: "unused" }, texts.unused[unused])] : []),
        bar,
        when,
        h("span", { class: "acts" }, mute, erase),
      );
    });
  return h("ol", { part: "panel-events", tabindex: 0, "aria-label": texts.visits }, ...rows);
}
