/**
 * What is stored here, how large it is, and whether it may be: consent as the page and the browser have told it.
 *
 * @import {ProfileSummary, State} from "../../types.js"
 * @import {PanelSay} from "../panel-messages.js"
 */
import { h } from "../dom.js";

/** @param {State} state @param {ProfileSummary} profile @param {PanelSay} say @param {string} lang */
export async function storageLines(state, profile, say, lang) {
  const asked = Boolean(/** @type {any} */ (navigator).globalPrivacyControl);
  return [
    h(
      "p",
      { part: "panel-note consent", "data-persist": String(state.persist) },
      state.persist ? say.promise : asked ? say.memory : say.memoryOnly,
    ),
    ...(state.unsaved ? [h("p", { part: "panel-note unsaved" }, say.unsaved(state.unsaved))] : []),
    h("p", { part: "panel-note pictures" }, state.pictures === "private" ? say.privatePictures : say.shopPictures),
    h(
      "dl",
      { part: "panel-storage" },
      row(say.log(profile.events.length), size(profile.storedBytes, lang)),
      ...(await filesLine(state, say, lang)),
    ),
  ];
}

/** Days that a visitor may choose from; 0: until they are deleted. */
const DAYS = /** @type {const} */ ([30, 90, 365, 0]);

/**
 * How long typed texts are kept.
 * @param {ProfileSummary} profile @param {import("../../types.js").Nearmind} client @param {PanelSay} say
 * @param {import("./view.js").Act} act
 */
export function textDays({ textDays: now = 90 }, client, say, act) {
  const choice = (/** @type {typeof DAYS[number]} */ days) =>
    h("option", { value: `${days}`, selected: days === now }, say.days[days]);
  const select = h("select", { id: "text-days", class: "name", "data-place": "text-days:0" }, ...DAYS.map(choice));
  select.addEventListener("change", () =>
    act(async () => {
      await client.keepTexts(Number(select.value));
    }, say.textDaysDone),
  );
  return h("p", { class: "field" }, h("label", { for: "text-days" }, say.textDays), select);
}

/** @param {string} name @param {string} value */
const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** Model and catalogue, as far as they are kept. @param {State} state @param {PanelSay} say @param {string} lang */
export async function filesLine(state, say, lang) {
  const files = state.persist ? await keptFiles() : [];
  return [
    row(
      say.files(files.length),
      size(
        files.reduce((bytes, file) => bytes + file, 0),
        lang,
      ),
    ),
  ];
}

/** Bytes of each file that is kept for the next visit. */
async function keptFiles() {
  try {
    const cache = await caches.open("nearmind-files-1");
    const answers = await cache.matchAll();
    return await Promise.all(answers.map(async (answer) => (await answer.blob()).size));
  } catch {
    return []; // no cache here: nothing is kept
  }
}

/** @param {number} bytes @param {string} lang */
export function size(bytes, lang) {
  const [unit, divisor] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor);
}
