/**
 * What is stored on this device and how large it is, and whether the page and the browser allow storing it.
 *
 * @import {ProfileSummary, State} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h } from "../dom.js";

/** @param {State} state @param {ProfileSummary} profile @param {PanelTexts} texts @param {string} lang */
export async function storageLines(state, profile, texts, lang) {
  const noTracking = Boolean(navigator.globalPrivacyControl);
  return [
    h(
      "p",
      { part: "panel-note consent", "data-persist": String(state.persist) },
      state.persist ? texts.promise : noTracking ? texts.memory : texts.memoryOnly,
    ),
    ...(state.unsaved ? [h("p", { part: "panel-note unsaved" }, texts.unsaved(state.unsaved))] : []),
    h("p", { part: "panel-note pictures" }, state.pictures === "private" ? texts.privatePictures : texts.shopPictures),
    h(
      "dl",
      { part: "panel-storage" },
      row(texts.log(profile.events.length), size(profile.storedBytes, lang)),
      ...(await filesLine(state, texts, lang)),
    ),
  ];
}

/** Choices of how many days typed texts are kept; 0: until the visitor deletes them. */
const DAYS = /** @type {const} */ ([30, 90, 365, 0]);

/**
 * How long typed texts are kept.
 * @param {ProfileSummary} profile @param {import("../../types.js").Nearmind} client @param {PanelTexts} texts
 * @param {import("./view.js").Act} act
 */
export function textDays({ textDays: now = 90 }, client, texts, act) {
  const choice = (/** @type {typeof DAYS[number]} */ days) =>
    h("option", { value: `${days}`, selected: days === now }, texts.days[days]);
  const select = h("select", { id: "text-days", class: "name", "data-place": "text-days:0" }, ...DAYS.map(choice));
  select.addEventListener("change", () =>
    act(async () => {
      await client.keepTexts(Number(select.value));
    }, texts.textDaysDone),
  );
  return h("p", { class: "field" }, h("label", { for: "text-days" }, texts.textDays), select);
}

/** @param {string} name @param {string} value */
const row = (name, value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** Number and size of the stored files of model and catalogue. @param {State} state @param {PanelTexts} texts @param {string} lang */
export async function filesLine(state, texts, lang) {
  const files = state.persist ? await storedFiles() : [];
  return [
    row(
      texts.files(files.length),
      size(
        files.reduce((bytes, file) => bytes + file, 0),
        lang,
      ),
    ),
  ];
}

/** Bytes of each file that is stored for the next visit. */
async function storedFiles() {
  try {
    const cache = await caches.open("nearmind-files-1");
    const answers = await cache.matchAll();
    return await Promise.all(answers.map(async (answer) => (await answer.blob()).size));
  } catch {
    return []; // there is no cache
  }
}

/** @param {number} bytes @param {string} lang */
export function size(bytes, lang) {
  const [unit, divisor] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / divisor);
}
