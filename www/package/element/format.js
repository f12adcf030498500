/** Money in the page's language, and addresses that are no scripts. */

/** Making a format costs more than using it. @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {{amount: number, currency: string}} price @param {string} lang */
export function money({ amount, currency }, lang) {
  const key = `${lang} ${currency}`;
  const format = formats.get(key) ?? formatOf(currency, lang);
  formats.set(key, format);
  // What is no currency's code is shown as the shop has it.
  return format.resolvedOptions().style === "currency"
    ? format.format(amount)
    : `${format.format(amount)} ${currency}`.trim();
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

/**
 * The link and the picture of a card, from where the shop stands; empty for none, and for scripts. With strict isolation
 * no address that the worker sends makes the page ask another host: links stay within the shop, pictures are `data:`.
 * @param {{url: string, image: string}} card @param {string} base @param {boolean} strict
 */
export function addresses({ url, image }, base, strict) {
  const [link, picture] = [url, image].map((text) => (text && URL.canParse(text, base) ? new URL(text, base) : null));
  const leads = link && (strict ? link.origin === new URL(base).origin : true) && WEB.test(link.protocol);
  const shows = picture && (strict ? /^data:/ : /^(https?|data|blob):/).test(picture.protocol);
  return { url: leads ? link.href : "", image: shows ? picture.href : "" };
}

const WEB = /^https?:/;
