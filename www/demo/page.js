/**
 * What every page of the demo shop does: language, theme, cart count, and the client of its recommender.
 * It is used as any shop would use it: the element and its script for shelves, `Nearmind` for events and search.
 */
import { Nearmind } from "../nearmind.js";
import { showCount } from "./cart.js";
import { lang } from "./items.js";
import { spoken, ZH } from "./messages.js";
import { recall, remember } from "./store.js";

export const say = spoken(lang);

const shelf = /** @type {HTMLElement} */ (document.querySelector("nearmind-shelf, nearmind-profile"));
const parameters = new URLSearchParams(location.search);

// `?device=cpu` or `gpu`, to compare them.
const device = /** @type {"auto" | "cpu" | "gpu" | null} */ (parameters.get("device"));
if (device) shelf.setAttribute("device", device);

export const client = Nearmind.open({
  catalog: shelf.getAttribute("catalog") ?? "",
  model: shelf.getAttribute("model") ?? "",
  device: device ?? "auto",
  lang,
});

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A promise whose failure the shelf already shows. */
export const ignore = () => {};

/** @param {ParentNode} root */
export function translate(root) {
  if (!lang.startsWith("zh")) return;
  const words = /** @type {Record<string, string>} */ (ZH);
  for (const node of root.querySelectorAll("[data-t], [data-t-placeholder], [data-t-label]")) {
    const { t, tPlaceholder, tLabel } = /** @type {HTMLElement} */ (node).dataset;
    if (t) node.textContent = words[t] ?? node.textContent;
    if (tPlaceholder) node.setAttribute("placeholder", words[tPlaceholder]);
    if (tLabel) node.setAttribute("aria-label", words[tLabel]);
  }
}

function offerOtherLanguage() {
  if (parameters.has("lang")) remember("lang", lang);
  const other = lang.startsWith("zh") ? { tag: "en", name: "English" } : { tag: "zh-CN", name: "中文" };
  const link = /** @type {HTMLAnchorElement} */ (byId("language"));
  const query = new URLSearchParams(location.search);
  query.set("lang", other.tag);
  Object.assign(link, { textContent: other.name, lang: other.tag, hreflang: other.tag, href: `?${query}` });
}

function offerThemes() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  byId("theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remember("theme", root.dataset.theme);
  });
}

/** The shop works without a network from the second visit on. */
function keepForLater() {
  const url = new URL("../offline.js", import.meta.url).href;
  const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("halfmoon", { createScriptURL: () => url });
  const register = () => navigator.serviceWorker?.register(policy ? policy.createScriptURL("") : url).catch(ignore);
  // After what the visitor came for.
  shelf.addEventListener("nearmind-ready", register, { once: true });
}

translate(document);
keepForLater();
document.documentElement.dataset.translated = "";
offerOtherLanguage();
offerThemes();
showCount();
if (recall("lang") && parameters.has("lang")) {
  parameters.delete("lang");
  history.replaceState(
    null,
    "",
    parameters.size ? `?${parameters}${location.hash}` : location.pathname + location.hash,
  );
}
