/**
 * What every page of the demo shop does that recommends: its settings, cart count, and the client of its recommender.
 * It is used as any shop would use it: the element and its script for shelves, `Nearmind` for events and search.
 */
import { Nearmind } from "../nearmind.js";
import { showCount } from "./cart.js";
import { spoken } from "./messages.js";
import { lang } from "./settings.js";

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

/** The shop works without a network from the second visit on. */
function keepForLater() {
  const url = new URL("../offline.js", import.meta.url).href;
  const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("halfmoon", { createScriptURL: () => url });
  const register = () => navigator.serviceWorker?.register(policy ? policy.createScriptURL("") : url).catch(ignore);
  // After what the visitor came for.
  shelf.addEventListener("nearmind-ready", register, { once: true });
}

keepForLater();
showCount();
