/**
 * What the page says that imports a visitor's own catalogue, in English. The page itself is in English, and the problems
 * of a feed's rows are worded in both languages by Rust (`crates/feeds/src/report.rs`).
 *
 * @import {Problem, Report, UnsupportedLanguages} from "../../../import/types.js"
 */

const format = new Intl.NumberFormat("en");
const number = (/** @type {number} */ value) => format.format(value);
const names = new Intl.DisplayNames("en", { type: "language" });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;
const products = (/** @type {number} */ count) => `${number(count)} ${count === 1 ? "product" : "products"}`;

/** The verbs with which Rust's descriptions start, in the singular. @type {Record<string, string>} */
const SINGULAR = { have: "has", are: "is", repeat: "repeats" };

/** @typedef {typeof messages} ImportMessages */

export const messages = {
  phases: {
    idle: "",
    reading: "Reading and cleaning",
    embedding: "Computing vectors",
    paused: "Paused",
    packing: "Building the catalogue",
    done: "Done",
    failed: "",
  },
  bytesRead: (/** @type {number} */ done, /** @type {number} */ total) => `${megabytes(done)} of ${megabytes(total)}`,
  embedded: (/** @type {number} */ done, /** @type {number} */ total) => `${number(done)} of ${products(total)}`,
  rate: (/** @type {number} */ perSec) => `${number(Math.round(perSec))} per second`,
  remaining: (/** @type {number} */ secs) =>
    secs < 90 ? `${Math.ceil(secs)} s left` : `${Math.ceil(secs / 60)} min left`,
  devices: { cpu: "on the CPU", gpu: "on the GPU" },
  pause: "Pause",
  resume: "Continue",
  notStored: "This browser does not let the page store data. If you reload, the import starts again.",
  unsupported: (/** @type {UnsupportedLanguages} */ languages) => {
    const list = languages.map(
      ([code, share]) => `${/^[a-z]{2,3}$/.test(code) ? names.of(code) : code} (${percent.format(share)})`,
    );
    return `The models here do not support the language of some products: ${list.join(", ")}. For these, recommendations rely on categories and words more than on meaning. To build a model for other languages, run cargo xtask models e5 --languages on the command line.`;
  },
  summary: (/** @type {Report} */ { rows, items, folded, left_out }) =>
    `${number(rows)} rows: ${products(items)}, ${number(folded)} merged into them as variants, ${number(left_out)} left out.`,
  feed: (/** @type {string} */ format, /** @type {string} */ encoding) => `Format: ${format}. Encoding: ${encoding}.`,
  encodingDetected:
    "The file does not state its encoding, so it was detected. If letters look wrong, set the encoding in the options.",
  unusedColumns: (/** @type {string} */ names) => `Columns not used: ${names}.`,
  noFindings: "No problems found.",
  outcomes: {
    "left-out": "Left out",
    changed: "Corrected, or kept without this value",
    kept: "Kept unchanged",
    missing: "Missing values",
  },
  finding: (/** @type {number} */ count, /** @type {{en: string, zh: string}} */ { en }) =>
    count === 1
      ? `1 row ${en.replace(/^(have|are|repeat)\b/, (verb) => SINGULAR[verb])}`
      : `${number(count)} rows ${en}`,
  row: (/** @type {number} */ row) => `Row ${number(row)}`,
  result: (/** @type {{count: number, bytes: number, name: string}} */ { count, bytes, name }) =>
    `${products(count)} from ${name}, ${megabytes(bytes)}, stored on this device.`,
  wished: (/** @type {string} */ text) => `Recommendations updated for “${text}”.`,
  exported:
    "The catalogue is in your downloads. Unzip it into a folder on your web server: it is the same as the output of nearmind bake, and a shelf can load it.",
  previousUnchanged: "Your previous catalogue is unchanged.",
  detail: (/** @type {string} */ why) => ` (${why})`,
  problems: /** @type {Record<string, (problem: Problem) => string>} */ ({
    empty: () => "The file is empty. Choose the file that your shop exported.",
    "cut-off": ({ row }) => `The file is incomplete: it ends after row ${row}. Download it again.`,
    broken: ({ row, format }) =>
      `Row ${row} cannot be read as ${format}. Set the right format in the options, or choose another file.`,
    "too-long": ({ row, format }) =>
      `Row ${row} has no end, so the file is probably not ${format}. Set the right format in the options, or choose another file.`,
    "no-products": () => "There are no products in this file. Choose a product feed, or set its format in the options.",
    nothing: () => "None of the rows can be used. The report below says why.",
    "too-large": () =>
      "This feed has more products than a page can import. Use nearmind bake on the command line instead.",
    columns: () =>
      "The column mapping is invalid. Write field=Column, separated by commas, for example title=Name,price=Preis.",
    options: () => "The options are invalid.",
    encoding: () =>
      "This encoding is not supported. Use one such as windows-1252, windows-1251, shift_jis, gbk, big5 or euc-kr.",
    unreadable: () => "The file can no longer be read, because it was moved or changed. Choose it again.",
    download: () =>
      "The model could not be downloaded. Check the connection, then try again. Finished vectors are not lost.",
    dictionary: () =>
      "The Chinese dictionary could not be downloaded. Check the connection, then try again. Finished vectors are not lost.",
    QuotaExceededError: () =>
      "There is not enough storage on this device for the catalogue. Free some space, then try again.",
    busy: () => "Another tab is importing. Wait until it has finished, or cancel it there.",
    gone: () => "The catalogue is no longer on this device: the browser has deleted it. Import the feed again.",
  }),
  failed: "The import failed. Try again; finished vectors are not lost.",
};
