/**
 * The page that imports a visitor's own catalogue, in Chinese: its texts and what its scripts say.
 *
 * @import {ImportMessages} from "../en/import.js"
 */

/** Texts of the page. A key is the value of an element's `data-t`, `data-t-placeholder` or `data-t-label`. */
export const page = {
  tryText: "选择一份商品数据，它会在本设备上读取、清理并生成向量，不会上传任何内容。随后即可看到这些商品的推荐和理由。",
  choose: "选择文件，或拖放到这里",
  formats:
    "Google Merchant（TSV、RSS、Atom）、Shopify（products.json、CSV）、WooCommerce CSV、WordPress 导出文件、Yandex、Heureka、idealo、Magento、Spree、Vendure、含商品数据的网页、JSON、JSON Lines、CSV；支持 gzip 压缩",
  options: "选项：文件没有说明的内容",
  format: "格式",
  automatic: "自动识别",
  table: "表格（CSV、TSV）",
  webPage: "网页",
  encoding: "字符编码",
  currency: "价格的货币",
  texts: "文字的语言",
  columns: "列的对应关系",
  variants: "每个变体作为单独的商品",
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
  export: "导出目录（zip）",
  remove: "从本设备删除",
};

const format = new Intl.NumberFormat("zh-CN");
const number = (/** @type {number} */ value) => format.format(value);
const names = new Intl.DisplayNames("zh-CN", { type: "language" });
const percent = new Intl.NumberFormat("zh-CN", { style: "percent", maximumFractionDigits: 0 });
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

/** Formats that have a Chinese name. @type {Record<string, string>} */
const FORMATS = { table: "表格", html: "网页" };

/** @type {ImportMessages} */
export const messages = {
  phases: {
    idle: "",
    reading: "正在读取和清理",
    embedding: "正在生成向量",
    paused: "已暂停",
    packing: "正在生成目录",
    done: "完成",
    failed: "",
  },
  bytesRead: (done, total) => `${megabytes(done)} / ${megabytes(total)}`,
  embedded: (done, total) => `${number(done)} / ${number(total)} 件商品`,
  rate: (perSec) => `每秒 ${number(Math.round(perSec))} 件`,
  remaining: (secs) => (secs < 90 ? `还需 ${Math.ceil(secs)} 秒` : `还需 ${Math.ceil(secs / 60)} 分钟`),
  devices: { cpu: "在 CPU 上", gpu: "在 GPU 上" },
  pause: "暂停",
  resume: "继续",
  notStored: "浏览器不允许此页面保存数据：刷新后需要重新导入。",
  unsupported: (languages) => {
    const list = languages.map(
      ([code, share]) => `${/^[a-z]{2,3}$/.test(code) ? names.of(code) : code} (${percent.format(share)})`,
    );
    return `这里的模型不支持部分商品的语言：${list.join("、")}。对这些商品，推荐更多依据分类和词语，而不是意思。如需支持其他语言的模型，请在命令行运行 cargo xtask models e5 --languages。`;
  },
  summary: ({ rows, items, folded, left_out }) =>
    `共 ${number(rows)} 行：${number(items)} 件商品，${number(folded)} 行作为变体合并，${number(left_out)} 行略去。`,
  feed: (format, encoding) => `格式：${FORMATS[format] ?? format}。编码：${encoding}。`,
  encodingDetected: "文件没有注明编码，这是自动检测的结果；如有乱码，请在选项中指明编码。",
  unusedColumns: (names) => `未使用的列：${names}。`,
  noFindings: "没有发现问题。",
  outcomes: { "left-out": "略去", changed: "已更正，或已去掉该值", kept: "原样保留", missing: "缺少" },
  finding: (count, { zh }) => `${number(count)} 行${zh}`,
  row: (row) => `第 ${number(row)} 行`,
  result: ({ count, bytes, name }) => `${name}：${number(count)} 件商品，${megabytes(bytes)}，保存在本设备上。`,
  wished: (text) => `推荐已按“${text}”更新。`,
  exported: "目录已在您的下载中。将它解压到网站的一个文件夹即可：它与 nearmind bake 的输出相同，推荐栏可以直接加载。",
  previousUnchanged: "之前的目录没有改动。",
  detail: (why) => `（${why}）`,
  problems: {
    empty: () => "文件是空的。请选择店铺导出的文件。",
    "cut-off": ({ row }) => `文件不完整，在第 ${row} 行之后中断。请重新下载。`,
    broken: ({ row, format }) => `第 ${row} 行无法按 ${format} 格式读取。请在选项中指明格式，或另选文件。`,
    "too-long": ({ row, format }) =>
      `第 ${row} 行没有结尾，文件可能不是 ${format} 格式。请在选项中指明格式，或另选文件。`,
    "no-products": () => "文件里没有商品。请选择商品数据，或在选项中指明格式。",
    nothing: () => "没有一行可用，原因见下面的报告。",
    "too-large": () => "商品太多，无法在网页中导入。请在命令行使用 nearmind bake。",
    columns: () => "列的对应关系无效：请写成 字段=列名，用逗号隔开，例如 title=名称,price=价格。",
    options: () => "选项无效。",
    encoding: () => "不支持这个编码：请填写例如 gbk、gb18030、big5、shift_jis、euc-kr 或 windows-1252。",
    unreadable: () => "文件已无法读取，可能已移动或改动。请重新选择。",
    download: () => "模型没有下载成功：请检查网络后再试。已完成的部分不会丢失。",
    dictionary: () => "中文词典没有下载成功：请检查网络后再试。已完成的部分不会丢失。",
    QuotaExceededError: () => "本设备没有足够的空间保存目录。请清理后再试。",
    busy: () => "另一个标签页正在导入。请等它完成，或在那里取消。",
    gone: () => "目录已不在本设备上：浏览器已将它删除。请重新导入。",
  },
  failed: "导入失败。请再试一次，已完成的部分不会丢失。",
};
