/** Prices in the page's language, and URLs that cannot run scripts. */

/** Formats are cached: creating one costs more than using it. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {{amount: number, currency: string}} price @param {string} lang */
export function money({ amount, currency }, lang) {
  const key = `${lang} ${currency}`;
  const format = formats.get(key) ?? formatOf(currency, lang);
  formats.set(key, format);
  // An unknown currency is shown as the shop writes it.
  return format.resolvedOptions().style === "currency"
    ? format.format(amount)
    : `${format.format(amount)} ${currency}`.trim();
}

/** Creates the first format in a task of its own: it takes as long as drawing all cards. @param {string} lang */
export function prepare(lang) {
  setTimeout(() => money({ amount: 0, currency: "XXX" }, lang));
}

/** @param {string} currency @param {string} lang */
function formatOf(currency, lang) {
  try {
    return new Intl.NumberFormat(lang, { style: "currency", currency });
  } catch {
    return new Intl.NumberFormat(lang, { minimumFractionDigits: 2 });
  }
}

/**
 * The absolute URLs of a card's link and picture; empty where there is none, and for scripts. With strict isolation no
 * URL from the worker may lead to another host: links stay within the shop, and pictures are `data:`.
 * @param {{url: string, image: string}} card @param {string} base @param {boolean} strict
 */
export function addresses({ url, image }, base, strict) {
  const [link, picture] = [url, image].map((text) => (text && URL.canParse(text, base) ? new URL(text, base) : null));
  const isAllowed = link && (strict ? link.origin === new URL(base).origin : true) && WEB.test(link.protocol);
  const isPicture = picture && (strict ? /^data:/ : /^(https?|data|blob):/).test(picture.protocol);
  return { url: isAllowed ? link.href : "", image: isPicture ? picture.href : "" };
}

const WEB = /^https?:/;
