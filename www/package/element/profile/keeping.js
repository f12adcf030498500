/**
 * Taking the profile along and leaving nothing behind: to a file, plain or sealed with a passphrase, back from it, and
 * erasing all of it.
 *
 * @import {Nearmind} from "../../types.js"
 * @import {PanelSay} from "../panel-messages.js"
 */
import { h, set } from "../dom.js";
import { isSealed, open, seal } from "./seal.js";

/** @param {Nearmind} client @param {PanelSay} say @param {import("./view.js").Act} act */
export function keeping(client, say, act) {
  const phrase = h("input", { type: "password", id: "passphrase", autocomplete: "off", class: "name" });
  const save = h("button", { part: "export", type: "button" }, say.export);
  const file = h("input", { type: "file", id: "profile-file", accept: ".json,application/json", class: "unseen" });
  const load = h("label", { part: "import", for: "profile-file" }, say.import);
  save.addEventListener("click", () =>
    act(
      async () => {
        const text = await client.exportProfile();
        download(phrase.value ? await seal(text, phrase.value) : text, "nearmind-profile.json");
      },
      phrase.value ? say.exportedSealed : say.exported,
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
        throw new Error(say.needsPhrase);
      }
      const plain = isSealed(text) ? await open(text, phrase.value, say.wrongPhrase) : text;
      await client.importProfile(plain);
    }, say.imported);
  });
  return [
    h("p", { class: "field" }, h("label", { for: "passphrase" }, say.phrase), phrase),
    h("div", { class: "buttons" }, save, file, load),
    forgetting(say, () => act(() => client.forget(), say.forgotten)),
  ];
}

/** @param {string} text @param {string} name */
function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
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
  yes.addEventListener("click", async () => {
    await erase();
    toggle(false);
  });
  return h("div", { part: "panel-forget" }, ask, question);
}
