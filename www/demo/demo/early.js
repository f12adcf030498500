// Sets the visitor's language and theme before the first paint. A classic script, because modules run later.
{
  const stored = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(`halfmoon.${name}`);
    } catch {
      return null;
    }
  };
  const requested = new URLSearchParams(location.search).get("lang");
  const supported = (/** @type {string | null} */ lang) =>
    /^zh\b/i.test(lang ?? "") ? "zh-CN" : /^en\b/i.test(lang ?? "") ? "en" : null;
  const root = document.documentElement;
  root.lang = supported(requested) ?? supported(stored("lang")) ?? supported(navigator.language) ?? "en";
  const theme = stored("theme");
  if (theme) root.dataset.theme = theme;
}
