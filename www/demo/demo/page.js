/**
 * What every page of the demo shop does that recommends: its settings, cart count, and the client of its recommender.
 * It is used as any shop would use it: the element and its script for shelves, `Nearmind` for events and search.
 */
import { Nearmind } from "../nearmind.js";
import { showCount } from "./cart.js";
import { spoken } from "./messages.js";
import { byId, lang } from "./settings.js";

export { byId } from "./settings.js";
export const say = spoken(lang);

const shelf = /** @type {HTMLElement} */ (document.querySelector("nearmind-shelf, nearmind-profile"));

// `?device=cpu` or `gpu`, to compare them.
const device = /** @type {"auto" | "cpu" | "gpu" | null} */ (new URLSearchParams(location.search).get("device"));
if (device) shelf.setAttribute("device", device);

export const client = Nearmind.open({
  catalog: shelf.getAttribute("catalog") ?? "",
  model: shelf.getAttribute("model") ?? "",
  device: device ?? "auto",
  lang,
});

/** A promise whose failure the shelf already shows. */
export const ignore = () => {};

/** What a visitor types is an event; a link to results is none, since anybody can write one. */
function trackSearches() {
  const form = /** @type {HTMLFormElement} */ (byId("search"));
  form.addEventListener("submit", () => {
    const text = `${new FormData(form).get("q") ?? ""}`.trim();
    if (text) client.track("search", { text }).catch(ignore);
  });
}

/** The shop works without a network from the second visit on. */
function keepForLater() {
  const url = new URL("../offline.js", import.meta.url).href;
  const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("halfmoon", { createScriptURL: () => url });
  navigator.serviceWorker?.register(policy ? policy.createScriptURL("") : url).catch(ignore);
}

/** Nothing is kept for visitors who asked not to be tracked, and what was kept before they asked is deleted. */
async function keepNothing() {
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister();
  for (const name of await caches.keys()) if (name.startsWith("halfmoon-")) await caches.delete(name);
}

const noTracking = Boolean(/** @type {any} */ (navigator).globalPrivacyControl);
// After what the visitor came for, when no file of the page is on its way any more: one that is makes the cache again.
shelf.addEventListener("nearmind-ready", () => void (noTracking ? keepNothing().catch(ignore) : keepForLater()), {
  once: true,
});
trackSearches();
showCount();
