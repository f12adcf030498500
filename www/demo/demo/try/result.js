/**
 * Shows the imported products on shelves, with the same element, worker and explanations as in the shop. Events on this
 * page stay in memory, so that they do not mix with the visitor's log of the shop.
 *
 * @import {Catalog} from "../../import/types.js"
 * @import {Update} from "../../types.js"
 * @import {NearmindShelf} from "../../shelf.js"
 * @import {ImportMessages} from "../languages/en/import.js"
 */
import { h } from "../../element/dom.js";
import { byId } from "../settings.js";

/** The id of the catalogue that is shown. */
let shownId = "";

/** @param {Catalog | null} catalog @param {ImportMessages} messages @param {string | null} device */
export function drawResult(catalog, messages, device) {
  if (shownId === (catalog?.id ?? "")) return;
  shownId = catalog?.id ?? "";
  if (!catalog) return byId("shelves").replaceChildren();
  byId("result-text").textContent = messages.result(catalog);
  const unsupported = catalog.unread ?? []; // missing in catalogues of earlier versions
  byId("result-note").hidden = !unsupported.length;
  byId("result-note").textContent = unsupported.length ? messages.unsupported(unsupported) : "";
  const source = { catalog: `kept:${catalog.id}/`, model: catalog.model, storage: "memory", track: "off", device };
  const shelf = /** @type {NearmindShelf} */ (h("nearmind-shelf", { ...source, id: "for-you" }));
  const like = /** @type {NearmindShelf} */ (
    h("nearmind-shelf", { ...source, id: "more-like-this", item: "", hidden: true })
  );
  const open = (/** @type {HTMLElementEventMap["nearmind-select"]} */ event) => {
    event.preventDefault(); // the product's page is on the shop's own site
    const { item } = event.detail;
    shelf.client?.track("view_item", { item }).catch(() => {});
    Object.assign(like, { item, hidden: false });
  };
  for (const each of [shelf, like]) each.addEventListener("nearmind-select", open);
  byId("shelves").replaceChildren(shelf, like);
}

/** @param {ImportMessages} messages */
export function listenForWishes(messages) {
  const input = /** @type {HTMLInputElement} */ (byId("wish-text"));
  byId("wish").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    const shelf = /** @type {NearmindShelf | null} */ (document.querySelector("#shelves nearmind-shelf"));
    if (!text || !shelf?.client) return;
    const updates = await shelf.client.track("wish", { text }).catch(() => /** @type {Update[]} */ ([]));
    const shelves = updates.filter((update) => update.type === "shelf");
    byId("wish-status").textContent = shelves.map(({ note }) => note).find(Boolean) ?? messages.wished(text);
  });
}
