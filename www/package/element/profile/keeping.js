/**
 * Exports the profile to a file, optionally encrypted with a passphrase, imports it from one, and erases everything.
 *
 * @import {Nearmind} from "../../types.js"
 * @import {PanelTexts} from "../../languages/en/panel.js"
 */
import { h, set } from "../dom.js";
import { isSealed, open, seal } from "./seal.js";

/** @param {Nearmind} client @param {PanelTexts} texts @param {import("./view.js").Act} act */
export function keeping(client, texts, act) {
  const phrase = h("input", { type: "password", id: "passphrase", autocomplete: "off", class: "name" });
  const save = h("button", { part: "export", type: "button" }, texts.export);
  const file = h("input", { type: "file", id: "profile-file", accept: ".json,application/json", class: "unseen" });
  const load = h("label", { part: "import", for: "profile-file" }, texts.import);
  save.addEventListener("click", () =>
    act(
      async () => {
        const text = await client.exportProfile();
        download(phrase.value ? await seal(text, phrase.value) : text, "nearmind-profile.json");
      },
      phrase.value ? texts.exportedSealed : texts.exported,
    ),
  );
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    act(async () => {
      const text = await chosen.text();
      file.value = "";
      if (isSealed(text) && !phrase.value) {
        phrase.focus();
        throw new Error(texts.needsPhrase);
      }
      const plain = isSealed(text) ? await open(text, phrase.value, texts.wrongPhrase) : text;
      await client.importProfile(plain);
    }, texts.imported);
  });
  return [
    h("p", { class: "field" }, h("label", { for: "passphrase" }, texts.phrase), phrase),
    h("div", { class: "buttons" }, save, file, load),
    forgetting(texts, () => act(() => client.forget(), texts.forgotten)),
  ];
}

/** @param {string} text @param {string} name */
function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The button that erases everything, with a confirmation. @param {PanelTexts} texts @param {() => Promise<void>} erase */
function forgetting(texts, erase) {
  const ask = h("button", { part: "forget", type: "button" }, texts.forget);
  const yes = h("button", { part: "forget-confirm", type: "button" }, texts.erase);
  const no = h("button", { part: "forget-cancel", type: "button" }, texts.keep);
  const question = h(
    "div",
    { part: "forget-question", role: "group", "aria-label": texts.forget, hidden: true },
    h("p", {}, texts.sure),
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
  yes.addEventListener("click", async () => {
    await erase();
    toggle(false);
  });
  return h("div", { part: "panel-forget" }, ask, question);
}
