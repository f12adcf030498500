// Before the first paint: the language and the theme that the visitor chose. A plain script, since modules come later.
{
  const stored = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(`halfmoon.${name}`);
    } catch {
      return null;
    }
  };
  const asked = new URLSearchParams(location.search).get("lang");
  const known = (/** @type {string | null} */ lang) =>
    /^zh\b/i.test(lang ?? "") ? "zh-CN" : /^en\b/i.test(lang ?? "") ? "en" : null;
  const root = document.documentElement;
  root.lang = known(asked) ?? known(stored("lang")) ?? known(navigator.language) ?? "en";
  const theme = stored("theme");
  if (theme) root.dataset.theme = theme;
}
