/** What every page of the demo shop has at its head: the language and the theme, and the page's words in the first. */
import { ZH } from "./messages.js";
import { recall, remember } from "./store.js";

export const lang = document.documentElement.lang;
const parameters = new URLSearchParams(location.search);

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {ParentNode} root @param {Record<string, string>} [words] */
export function translate(root, words = ZH) {
  if (!lang.startsWith("zh")) return;
  for (const node of root.querySelectorAll("[data-t], [data-t-placeholder], [data-t-label]")) {
    const { t, tPlaceholder, tLabel } = /** @type {HTMLElement} */ (node).dataset;
    if (t) node.textContent = words[t] ?? node.textContent;
    if (tPlaceholder && words[tPlaceholder]) node.setAttribute("placeholder", words[tPlaceholder]);
    if (tLabel && words[tLabel]) node.setAttribute("aria-label", words[tLabel]);
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

translate(document);
document.documentElement.dataset.translated = "";
offerOtherLanguage();
offerThemes();
if (recall("lang") && parameters.has("lang")) {
  parameters.delete("lang");
  history.replaceState(
    null,
    "",
    parameters.size ? `?${parameters}${location.hash}` : location.pathname + location.hash,
  );
}
