/**
 * The imported products on real shelves: the same element, worker and explanations as in the shop. What is done here
 * stays in memory: it is not mixed into what the device knows of the visitor of the shop.
 *
 * @import {Catalog} from "../../import/types.js"
 * @import {Update} from "../../types.js"
 * @import {NearmindShelf} from "../../shelf.js"
 * @import {Say} from "./messages.js"
 */
import { h } from "../../element/dom.js";
import { byId } from "../settings.js";

let shown = "";

/** @param {Catalog | null} catalog @param {Say} say @param {string | null} device */
export function drawResult(catalog, say, device) {
  if (shown === (catalog?.id ?? "")) return;
  shown = catalog?.id ?? "";
  if (!catalog) return byId("shelves").replaceChildren();
  byId("result-text").textContent = say.result(catalog);
  const unread = catalog.unread ?? []; // a catalogue of an earlier version does not say it
  byId("result-note").hidden = !unread.length;
  byId("result-note").textContent = unread.length ? say.unread(unread) : "";
  const source = { catalog: `kept:${catalog.id}/`, model: catalog.model, storage: "memory", track: "off", device };
  const shelf = /** @type {NearmindShelf} */ (h("nearmind-shelf", { ...source, id: "for-you" }));
  const like = /** @type {NearmindShelf} */ (
    h("nearmind-shelf", { ...source, id: "more-like-this", item: "", hidden: true })
  );
  const open = (/** @type {HTMLElementEventMap["nearmind-select"]} */ event) => {
    event.preventDefault(); // the product's page is the shop's, elsewhere
    const { item } = event.detail;
    shelf.client?.track("view_item", { item }).catch(() => {});
    Object.assign(like, { item, hidden: false });
  };
  for (const each of [shelf, like]) each.addEventListener("nearmind-select", open);
  byId("shelves").replaceChildren(shelf, like);
}

/** @param {Say} say */
export function listenForWishes(say) {
  const input = /** @type {HTMLInputElement} */ (byId("wish-text"));
  byId("wish").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    const shelf = /** @type {NearmindShelf | null} */ (document.querySelector("#shelves nearmind-shelf"));
    if (!text || !shelf?.client) return;
    const moved = await shelf.client.track("wish", { text }).catch(() => /** @type {Update[]} */ ([]));
    const shelves = moved.filter((update) => update.type === "shelf");
    byId("wish-said").textContent = shelves.map(({ note }) => note).find(Boolean) ?? say.said(text);
  });
}
