/**
 * The words of the page on which a visitor tries a catalogue of their own. What a feed's rows have wrong with them is
 * worded by Rust, in both languages; all else is here.
 *
 * @import {Problem} from "../../import/types.js"
 */

/** English stands in the page itself; keys are its `data-t`. */
export const PAGE_ZH = {
  tryText:
    "选择一份商品数据，它会在本设备上读取、清理并生成向量，一个字节也不会上传。随后即可看到这些商品的推荐和理由。",
  choose: "选择文件，或拖放到这里",
  formats:
    "Google Merchant（TSV、RSS、Atom）、Shopify（products.json、CSV）、WooCommerce CSV、WordPress 导出文件、Yandex、Heureka、idealo、Magento、Spree、Vendure、含商品数据的网页、JSON、JSON Lines、CSV；可用 gzip 压缩",
  options: "文件没有说明的内容",
  format: "格式",
  recognised: "自动识别",
  table: "表格（CSV、TSV）",
  webPage: "网页",
  encoding: "字符编码",
  currency: "价格的货币",
  texts: "文字的语言",
  fromTexts: "由文字判断",
  columns: "各列的含义",
  variants: "每个变体单独成为一件商品",
  sample: "没有现成的数据？用本店的试试",
  pause: "暂停",
  cancel: "取消",
  retry: "再试一次",
  discard: "放弃",
  report: "清理报告",
  result: "您的目录",
  wish: "您喜欢什么？",
  wishButton: "推荐给我",
  follow: "输入一句话，或点开一件商品，看看推荐如何变化。",
  export: "导出目录包（zip）",
  remove: "从本设备删除",
};

const number = (/** @type {string} */ lang) => {
  const format = new Intl.NumberFormat(lang);
  return (/** @type {number} */ count) => format.format(count);
};
/** Languages with their shares: `French (60%), Spanish (30%)`. @param {string} lang */
const shares = (lang) => {
  const names = new Intl.DisplayNames(lang, { type: "language" });
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });
  return (/** @type {import("../../import/types.js").Unread} */ unread) =>
    unread.map(([code, share]) => `${/^[a-z]{2,3}$/.test(code) ? names.of(code) : code} (${percent.format(share)})`);
};
const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);

const n = number("en");
const enShares = shares("en");
const products = (/** @type {number} */ count) => `${n(count)} ${count === 1 ? "product" : "products"}`;

/** @type {Record<string, string>} */
const ONE = { have: "has", are: "is", repeat: "repeats" };

const EN = {
  phases: {
    idle: "",
    reading: "Reading and cleaning",
    embedding: "Making vectors",
    paused: "Paused",
    packing: "Packing",
    done: "Ready",
    failed: "",
  },
  readBytes: (/** @type {number} */ done, /** @type {number} */ total) => `${mb(done)} of ${mb(total)} MB`,
  made: (/** @type {number} */ done, /** @type {number} */ total) => `${n(done)} of ${products(total)}`,
  rate: (/** @type {number} */ rate) => `${n(Math.round(rate))} a second`,
  left: (/** @type {number} */ secs) => (secs < 90 ? `${Math.ceil(secs)} s left` : `${Math.ceil(secs / 60)} min left`),
  on: { cpu: "on the CPU", gpu: "on the GPU" },
  pause: "Pause",
  resume: "Continue",
  notKept: "This browser does not let the page keep anything: a reload begins anew.",
  unread: (/** @type {import("../../import/types.js").Unread} */ unread) =>
    `No model here reads the language of some of these products: ${enShares(unread).join(", ")}. Recommendations for them go by categories and words more than by meaning. On the command line, cargo xtask models e5 --languages makes a model for other languages.`,
  summary: (/** @type {import("../../import/types.js").Report} */ { rows, items, folded, left_out }) =>
    `${n(rows)} rows: ${products(items)}, ${n(folded)} folded into them as variants, ${n(left_out)} left out.`,
  feed: (/** @type {string} */ format, /** @type {string} */ encoding) => `Read as ${format}, ${encoding}.`,
  detected:
    "The file does not name its encoding: it was found by the look of the bytes. If letters are wrong, name it below the file.",
  unused: (/** @type {string} */ names) => `Not used: ${names}.`,
  clean: "Nothing is wrong with it.",
  outcomes: {
    "left-out": "Left out",
    changed: "Kept without it, or corrected",
    kept: "Kept as they are",
    missing: "Missing",
  },
  finding: (/** @type {number} */ count, /** @type {{en: string, zh: string}} */ { en }) =>
    count === 1 ? `1 row ${en.replace(/^(have|are|repeat)\b/, (verb) => ONE[verb])}` : `${n(count)} rows ${en}`,
  row: (/** @type {number} */ row) => `Row ${n(row)}`,
  result: (/** @type {{count: number, bytes: number, name: string}} */ { count, bytes, name }) =>
    `${products(count)} of ${name}, ${mb(bytes)} MB, kept on this device.`,
  like: (/** @type {string} */ title) => `More like ${title}`,
  said: (/** @type {string} */ text) => `The shelf now follows “${text}”.`,
  exported:
    "The pack is in your downloads. Unzip it into a folder: it is what nearmind bake writes, and what a shelf loads.",
  stays: "The catalogue that was there before is untouched.",
  detail: (/** @type {string} */ why) => ` (${why})`,
  problems: /** @type {Record<string, (problem: Problem) => string>} */ ({
    empty: () => "The file is empty. Choose the one that your shop has exported.",
    "cut-off": ({ row }) =>
      `The file ends in the middle, after row ${row}: it was not downloaded whole. Download it again.`,
    broken: ({ row, format }) =>
      `This is no feed of the format ${format}: it cannot be read at row ${row}. Name the right format below the file, or choose another file.`,
    "too-long": ({ row, format }) =>
      `Row ${row} has no end: this is no feed of the format ${format}. Name the right format below the file, or choose another file.`,
    "no-products": () => "There is no product in this file. Choose a product feed, or name its format below the file.",
    nothing: () => "Not one row can be used: the report below says why.",
    "too-large": () => "This feed has more products than a page should take. Use nearmind bake on the command line.",
    columns: () =>
      "The columns are not understood: write field=Column, with commas between, as in title=Name,price=Preis.",
    options: () => "What is said of the file is not understood.",
    encoding: () =>
      "This encoding is not known: write one such as windows-1252, windows-1251, shift_jis, gbk, big5 or euc-kr.",
    unreadable: () => "The file cannot be read any more: it was moved or changed. Choose it again.",
    download: () => "The model did not arrive: check the connection, then try again. Nothing that was made is lost.",
    dictionary: () =>
      "The dictionary of Chinese words did not arrive: check the connection, then try again. Nothing is lost.",
    QuotaExceededError: () => "There is no room on this device for the catalogue. Free some, then try again.",
    busy: () => "Another tab is importing. Finish or cancel it there first.",
    gone: () => "The catalogue is not on this device any more: the browser has cleared it. Import the feed again.",
  }),
  failed: "The import failed. Try again; nothing that was made is lost.",
};

/** @typedef {typeof EN} Say */

const z = number("zh-CN");
const zhShares = shares("zh-CN");

/** Formats that have a Chinese name. @type {Record<string, string>} */
const FORMATS_ZH = { table: "表格", html: "网页" };

/** @type {Say} */
const ZH = {
  phases: {
    idle: "",
    reading: "正在读取和清理",
    embedding: "正在生成向量",
    paused: "已暂停",
    packing: "正在打包",
    done: "完成",
    failed: "",
  },
  readBytes: (done, total) => `${mb(done)} / ${mb(total)} MB`,
  made: (done, total) => `${z(done)} / ${z(total)} 件商品`,
  rate: (rate) => `每秒 ${z(Math.round(rate))} 件`,
  left: (secs) => (secs < 90 ? `还需 ${Math.ceil(secs)} 秒` : `还需 ${Math.ceil(secs / 60)} 分钟`),
  on: { cpu: "在 CPU 上", gpu: "在 GPU 上" },
  pause: "暂停",
  resume: "继续",
  notKept: "浏览器不允许此页面保存数据：刷新后需要重新开始。",
  unread: (unread) =>
    `这里没有模型能读懂其中一些商品的语言：${zhShares(unread).join("、")}。对这些商品，推荐更多依据分类和词语，而不是意思。在命令行中，cargo xtask models e5 --languages 可以制作其他语言的模型。`,
  summary: ({ rows, items, folded, left_out }) =>
    `共 ${z(rows)} 行：${z(items)} 件商品，${z(folded)} 行作为变体并入，${z(left_out)} 行略去。`,
  feed: (format, encoding) => `按${FORMATS_ZH[format] ?? ` ${format} `}读取，编码 ${encoding}。`,
  detected: "文件没有注明编码，这是根据内容判断的；如有乱码，请在文件下方指明编码。",
  unused: (names) => `未使用：${names}。`,
  clean: "没有发现问题。",
  outcomes: { "left-out": "略去", changed: "已去掉或更正", kept: "原样保留", missing: "缺少" },
  finding: (count, { zh }) => `${z(count)} 行${zh}`,
  row: (row) => `第 ${z(row)} 行`,
  result: ({ count, bytes, name }) => `${name}：${z(count)} 件商品，${mb(bytes)} MB，保存在本设备上。`,
  like: (title) => `与“${title}”相似`,
  said: (text) => `推荐已按“${text}”更新。`,
  exported: "目录包已在您的下载中。解压到一个文件夹即可：它就是 nearmind bake 写出的、推荐栏加载的目录。",
  stays: "之前的目录没有改动。",
  detail: (why) => `（${why}）`,
  problems: {
    empty: () => "文件是空的。请选择店铺导出的文件。",
    "cut-off": ({ row }) => `文件在第 ${row} 行之后中断：没有下载完整。请重新下载。`,
    broken: ({ row, format }) =>
      `这不是 ${format} 格式的数据：第 ${row} 行无法读取。请在文件下方指明格式，或另选文件。`,
    "too-long": ({ row, format }) =>
      `第 ${row} 行没有结尾：这不是 ${format} 格式的数据。请在文件下方指明格式，或另选文件。`,
    "no-products": () => "文件里没有商品。请选择商品数据，或在文件下方指明格式。",
    nothing: () => "没有一行可用，原因见下面的报告。",
    "too-large": () => "商品太多，一个页面处理不了。请在命令行使用 nearmind bake。",
    columns: () => "列的含义无法理解：请写成 字段=列名，用逗号隔开，例如 title=名称,price=价格。",
    options: () => "对文件的说明无法理解。",
    encoding: () => "无法识别这个编码：请填写例如 gbk、gb18030、big5、shift_jis、euc-kr 或 windows-1252。",
    unreadable: () => "文件已无法读取：可能已移动或改动。请重新选择。",
    download: () => "模型没有下载成功：请检查网络后再试。已完成的部分不会丢失。",
    dictionary: () => "中文词典没有下载成功：请检查网络后再试。已完成的部分不会丢失。",
    QuotaExceededError: () => "本设备没有足够的空间保存目录。请清理后再试。",
    busy: () => "另一个标签页正在导入。请先在那里完成或取消。",
    gone: () => "目录已不在本设备上：浏览器已将它清除。请重新导入。",
  },
  failed: "导入失败。请再试一次，已完成的部分不会丢失。",
};

/** @param {string} lang @returns {Say} */
export const words = (lang) => (lang.startsWith("zh") ? ZH : EN);
