/**
 * The profile in a dialog. Loaded when it is first opened.
 *
 * @import {Nearmind} from "../types.js"
 */
import { h, icon, ICONS } from "./dom.js";
import { panelSheet } from "./panel-styles.js";
import { ProfileView } from "./profile/view.js";
import { loadTexts } from "../languages.js";

/**
 * @param {ShadowRoot} root
 * @param {Nearmind} client
 * @param {string} lang
 */
export async function openPanel(root, client, lang) {
  const texts = await loadTexts(lang, "panel");
  if (!root.adoptedStyleSheets.includes(panelSheet())) root.adoptedStyleSheets.push(panelSheet());
  const view = new ProfileView(client, lang, texts);
  const close = h("button", { part: "panel-close", type: "button", "aria-label": texts.close }, icon(ICONS.close));
  const dialog = h(
    "dialog",
    { part: "panel", "aria-labelledby": "panel-title" },
    h("header", { part: "panel-header" }, h("h2", { id: "panel-title" }, texts.panel), close),
    h("div", { part: "panel-body" }, view.node),
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    view.stop();
    dialog.remove();
  });
  root.append(dialog);
  dialog.showModal();
  await view.draw();
}
