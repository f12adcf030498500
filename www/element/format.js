/** Money in the page's language, and addresses that are no scripts. */

/** Making a format costs more than using it. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {{amount: number, currency: string}} price @param {string} lang */
export function money({ amount, currency }, lang) {
  const key = `${lang} ${currency}`;
  const format = formats.get(key) ?? formatOf(currency, lang);
  formats.set(key, format);
  // What is no currency's code is shown as the shop has it.
  return format.resolvedOptions().style === "currency" ? format.format(amount) : `${format.format(amount)} ${currency}`.trim();
}

/** The first format of a page takes as long as drawing all cards: it is made in a task of its own. @param {string} lang */
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

/** An address of the catalogue's, from where the shop stands; null for none, and for scripts. @param {string} url @param {string} base */
export function address(url, base) {
  if (!url || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return ["http:", "https:", "data:", "blob:"].includes(protocol) ? href : null;
}
