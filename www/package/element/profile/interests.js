/**
 * What the visitor seems to like, in groups with a name, the words that tell them apart, and their weight. Each can be
 * called otherwise, muted or erased with all that it is made of, and is found again after the next visit.
 *
 * @import {InterestLine, Nearmind} from "../../types.js"
 * @import {PanelSay} from "../panel-messages.js"
 */
import { h, icon, ICONS } from "../dom.js";

/** @param {InterestLine[]} interests @param {Nearmind} client @param {PanelSay} say @param {import("./view.js").Act} act */
export function interestList(interests, client, say, act) {
  if (!interests.length) return h("p", { part: "panel-note" }, say.noInterests);
  const most = Math.max(...interests.map(({ weight }) => weight), Number.MIN_VALUE);
  const lines = interests.map((interest, place) => {
    const { id, name, words, weight, muted } = interest;
    const line = h("span", { class: `weight${muted ? " against" : ""}`, "aria-hidden": "true" });
    line.style.setProperty("--share", (weight / most).toFixed(3));
    const field = h("input", {
      class: "name",
      value: name,
      maxlength: 60,
      "aria-label": say.rename(name),
      "data-place": `name:${place}`,
    });
    field.addEventListener("change", () => {
      const told = field.value.trim();
      if (told && told !== name) act(() => client.renameInterest(id, told), say.renamed(told));
    });
    const mute = h(
      "button",
      {
        class: "small text",
        type: "button",
        "aria-pressed": String(muted),
        "data-place": `mute:${place}`,
        "aria-label": say.muteNamed(name),
      },
      muted ? say.muted : say.mute,
    );
    mute.addEventListener("click", () =>
      act(() => client.muteInterest(id, !muted), muted ? say.unmutedNow(name) : say.mutedNow(name)),
    );
    const erase = h(
      "button",
      {
        class: "small",
        type: "button",
        "data-place": `drop:${place}`,
        "aria-label": say.eraseEvent(name),
        title: say.eraseOne,
      },
      icon(ICONS.close),
    );
    erase.addEventListener("click", () =>
      act(() => client.send({ type: "delete-interest", interest: id }), say.erasedEvent(name)),
    );
    // An interest without a name of the visitor's is called by its words.
    const about = name === words.join(" · ") ? "" : words.join(say.comma);
    return h(
      "li",
      { "data-interest": id, class: muted ? "muted" : "" },
      field,
      line,
      h("span", { class: "what" }, about),
      h("span", { class: "acts" }, mute, erase),
    );
  });
  return h("ul", { part: "panel-interests", role: "list" }, ...lines);
}
