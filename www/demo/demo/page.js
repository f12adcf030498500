/**
 * What the shop's pages have in common: settings, the cart's count, and the recommender's client. The shop uses Nearmind
 * as any shop would: the element and its script for shelves, `Nearmind` for events and search.
 */
import { Nearmind } from "../nearmind.js";
import { drawCartCount } from "./cart.js";
import { byId, lang } from "./settings.js";

export { byId, messages } from "./settings.js";

const shelf = /** @type {HTMLElement} */ (document.querySelector("nearmind-shelf, nearmind-profile"));

// `?device=cpu` or `?device=gpu` selects the device, to compare them.
const device = /** @type {"auto" | "cpu" | "gpu" | null} */ (new URLSearchParams(location.search).get("device"));
if (device) shelf.setAttribute("device", device);

export const client = Nearmind.open({
  catalog: shelf.getAttribute("catalog") ?? "",
  model: shelf.getAttribute("model") ?? "",
  device: device ?? "auto",
  lang,
});

/** For `catch`: errors that the shelf shows already. */
export const ignore = () => {};

/** Tracks what the visitor types. Links to results are not tracked, since anyone can write such a link. */
function trackSearches() {
  const form = /** @type {HTMLFormElement} */ (byId("search"));
  form.addEventListener("submit", () => {
    const text = `${new FormData(form).get("q") ?? ""}`.trim();
    if (text) client.track("search", { text }).catch(ignore);
  });
}

/** Makes the shop work offline from the second visit on. */
function registerServiceWorker() {
  const url = new URL("../offline.js", import.meta.url).href;
  const policy = globalThis.trustedTypes?.createPolicy("halfmoon", { createScriptURL: () => url });
  navigator.serviceWorker?.register(policy ? policy.createScriptURL("") : url).catch(ignore);
}

/** Removes the service worker and its caches, for visitors who ask not to be tracked. */
async function removeServiceWorker() {
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? []) await registration.unregister();
  for (const name of await caches.keys()) if (name.startsWith("halfmoon-")) await caches.delete(name);
}

const noTracking = Boolean(navigator.globalPrivacyControl);
// Once the shelf is ready, so that it is not delayed. The caches are removed once the recommender answers: a request of the
// loading page would create one again.
shelf.addEventListener(
  "nearmind-ready",
  () => {
    if (!noTracking) return registerServiceWorker();
    client.recommend({ limit: 1 }).catch(ignore).then(removeServiceWorker).catch(ignore);
  },
  { once: true },
);
trackSearches();
drawCartCount();
