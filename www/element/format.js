/** Money in the page's language, and addresses that are no scripts. */

/** Making a format costs more than using it. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {{amount: number, currency: string}} price @param {string} lang */
export function money({ amount, currency }, lang) {
  const key = `${lang} ${currency}`;
  try {
    const format = formats.get(key) ?? new Intl.NumberFormat(lang, { style: "currency", currency });
    formats.set(key, format);
    return format.format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** An address of the catalogue's, from where the shop stands; null for none, and for scripts. @param {string} url @param {string} base */
export function address(url, base) {
  if (!url || !URL.canParse(url, base)) return null;
  const { protocol, href } = new URL(url, base);
  return ["http:", "https:", "data:", "blob:"].includes(protocol) ? href : null;
}
