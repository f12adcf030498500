/** What every page of the demo shop does with its header: the language and the theme. Translates the page's texts. */
import { shop as en } from "./languages/en/shop.js";
import { page, shop as zh } from "./languages/zh/shop.js";
import { getStored, setStored } from "./storage.js";

export const lang = document.documentElement.lang;
/** What the shop's scripts say, in the page's language. */
export const messages = lang.startsWith("zh") ? zh : en;
const parameters = new URLSearchParams(location.search);

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Replaces the English texts of the page if its language is Chinese. @param {ParentNode} root @param {Record<string, string>} [texts] By `data-t` key. */
export function translate(root, texts = page) {
  if (!lang.startsWith("zh")) return;
  for (const node of root.querySelectorAll("[data-t], [data-t-placeholder], [data-t-label]")) {
    const { t, tPlaceholder, tLabel } = /** @type {HTMLElement} */ (node).dataset;
    if (t) node.textContent = texts[t] ?? node.textContent;
    if (tPlaceholder && texts[tPlaceholder]) node.setAttribute("placeholder", texts[tPlaceholder]);
    if (tLabel && texts[tLabel]) node.setAttribute("aria-label", texts[tLabel]);
  }
}

function drawLanguageLink() {
  if (parameters.has("lang")) setStored("lang", lang);
  const other = lang.startsWith("zh") ? { tag: "en", name: "English" } : { tag: "zh-CN", name: "中文" };
  const link = /** @type {HTMLAnchorElement} */ (byId("language"));
  const query = new URLSearchParams(location.search);
  query.set("lang", other.tag);
  Object.assign(link, { textContent: other.name, lang: other.tag, hreflang: other.tag, href: `?${query}` });
}

function listenForThemes() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  byId("theme").addEventListener("click", () => {
    const current = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = current === "dark" ? "light" : "dark";
    setStored("theme", root.dataset.theme);
  });
}

translate(document);
document.documentElement.dataset.translated = "";
drawLanguageLink();
listenForThemes();
if (getStored("lang") && parameters.has("lang")) {
  parameters.delete("lang");
  history.replaceState(
    null,
    "",
    parameters.size ? `?${parameters}${location.hash}` : location.pathname + location.hash,
  );
}
