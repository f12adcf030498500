/**
 * Draws the visitor's interests with their names, words and weights. Each can be renamed, muted, or erased with its
 * events.
 *
 * @import {InterestLine, Nearmind} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h, icon, ICONS } from "../dom.js";

/** @param {InterestLine[]} interests @param {Nearmind} client @param {PanelTexts} texts @param {import("./view.js").Act} act */
export function interestList(interests, client, texts, act) {
  if (!interests.length) return h("p", { part: "panel-note" }, texts.noInterests);
  const largest = Math.max(...interests.map(({ weight }) => weight), Number.MIN_VALUE);
  const rows = interests.map((interest, index) => {
    const { id, name, words, weight, muted } = interest;
    const bar = h("span", { class: `weight${muted ? " against" : ""}`, "aria-hidden": "true" });
    bar.style.setProperty("--share", (weight / largest).toFixed(3));
    const field = h("input", {
      class: "name",
      value: name,
      maxlength: 60,
      "aria-label": texts.rename(name),
      "data-place": `name-interest:${index}`,
    });
    field.addEventListener("change", () => {
      const newName = field.value.trim();
      if (newName && newName !== name) act(() => client.renameInterest(id, newName), texts.renamed(newName));
    });
    const mute = h(
      "button",
      {
        class: "small text",
        type: "button",
        "aria-pressed": String(muted),
        "data-place": `mute-interest:${index}`,
        "aria-label": texts.muteNamed(name),
      },
      muted ? texts.muted : texts.mute,
    );
    mute.addEventListener("click", () =>
      act(() => client.muteInterest(id, !muted), muted ? texts.unmutedNow(name) : texts.mutedNow(name)),
    );
    const erase = h(
      "button",
      {
        class: "small",
        type: "button",
        "data-place": `erase-interest:${index}`,
        "aria-label": texts.eraseEvent(name),
        title: texts.eraseOne,
      },
      icon(ICONS.close),
    );
    erase.addEventListener("click", () =>
      act(() => client.send({ type: "delete-interest", interest: id }), texts.erasedEvent(name)),
    );
    // An interest that the visitor has not named is named by its words.
    const about = name === words.join(" · ") ? "" : words.join(texts.comma);
    return h(
      "li",
      { "data-interest": id, class: muted ? "muted" : "" },
      field,
      bar,
      h("span", { class: "what" }, about),
      h("span", { class: "acts" }, mute, erase),
    );
  });
  return h("ul", { part: "panel-interests", role: "list" }, ...rows);
}
