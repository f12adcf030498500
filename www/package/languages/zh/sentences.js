/** What the worker sends as data, in Chinese: reasons, explanations, notes, problems. */

/** @param {string[]} names */
const list = (names) => names.join("、");

/** @type {import("../en/sentences.js").Sentences} */
export const sentences = {
  lang: "zh",
  because: {
    view_item: ["因为您看过“", "”"],
    select_item: ["因为您看过“", "”"],
    add_to_cart: ["因为您的购物车里有“", "”"],
    purchase: ["因为您买过“", "”"],
    like: ["因为您喜欢“", "”"],
    rate: ["因为您评价过“", "”"],
    wish: ["因为您说过“", "”"],
    search: ["因为您搜索过“", "”"],
  },
  contains: (words) => ["。商品描述提到了", list(words)],
  claims: {
    category: ({ count, category }) => [`与您选过的 ${count} 件“`, category, "”商品相似"],
    brand: ({ count, brand }) => [`您选过 ${count} 件“`, brand, "”的商品"],
    price: ({ count }) => [`价格与您选过的 ${count} 件商品相近`],
    together: ({ visitors, title }) => [`至少有 ${visitors} 位顾客同时选了它和“`, title, "”"],
    popular: ({ times }) => [`其他顾客至少选过 ${times} 次`],
  },
  basis: {
    "cold-start": "我们还不了解您的喜好，这是各类精选之一",
    item: "它的描述与此列表所围绕的商品相似",
    text: "它与本页内容相关",
    profile: "",
    cart: "",
    trending: "",
    viewed: "您看过它",
  },
  stop: "。",
  without: (label, place, of) =>
    place ? ["没有“", label, `”，它会排在第 ${place} 位。`] : ["没有“", label, `”，它不会进入前 ${of} 位。`],
  parts: {
    content: "文字描述",
    words: "相同的词",
    cooccurrence: "其他顾客同时选择",
    popularity: "受欢迎程度",
    brand: "品牌",
    category: "类别",
    price: "价格",
    context: "本页内容",
    contextPopularity: "此时此地的受欢迎程度",
    rules: "商店规则",
    variety: "多样性",
  },
  whyNot: {
    here: (title, place) => ["“", title, `”已在列表中，排在第 ${place} 位。`],
    remove: (title, labels) => [`没有${list(labels.map((label) => `“${label}”`))}，“`, title, "”就会出现在这里。"],
    nothing: (title) => ["没有哪个小改变能让“", title, "”出现在这里。"],
    like: (title) => ["如果您喜欢“", title, "”，它就会出现在这里。"],
    view: (title, label) => [`如果您看过“${label}”，“`, title, "”就会出现在这里。"],
    orLike: "如果您喜欢它，它也会出现。",
    orView: (label) => `如果您看过“${label}”，它也会出现。`,
  },
  leftOut: (things, varied) =>
    varied ? `为您展示不含${list(things)}的各类精选。` : `已按您的要求排除${list(things)}。`,
  unused: (text, reason, varied, languages) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `没有找到与${text}相关的商品，先为您展示各类精选。`;
    const described = languages.length ? `：这里的商品是用${languages.join("和")}描述的` : "";
    const first = {
      "no-match": `没有找到与${text}相关的商品。`,
      pending: `没有找到与${text}相关的商品。`,
      language: `我们看不懂${text}${described}。`,
      unclear: `无法判断您不想要什么，因此没有采用${text}。`,
    }[reason];
    return varied ? `${first}先为您展示各类精选。` : first;
  },
  prices: (from, to) => (from && to ? `${from}至${to}` : from ? `${from}以上` : `${to}以内`),
  priceLimit: (prices, isKept) => (isKept ? `只显示${prices}的商品。` : `没有${prices}的商品，因此不限价格。`),
  quoted: (text) => `“${text}”`,
  problems: {
    download: "文件下载失败，请检查网络。",
    insecure: "请通过 https 打开本页。",
    catalog: "无法读取商品目录。",
    model: "模型无法在此设备上运行。",
    "start-failed": "浏览器无法启动推荐程序。",
    "worker-failed": "浏览器无法启动推荐程序。",
    crashed: "推荐程序在处理时连续出错两次。",
    unsaved: "浏览器暂时无法保存这次操作。",
    attributes: "此元素缺少 catalog 属性。",
    "protocol-version": "页面与推荐程序的版本不一致，请刷新页面。",
    store: "浏览器无法保存浏览记录：推荐在离开页面前有效。",
    unchanged: "浏览器未能保存更改，浏览记录保持不变。请重试。",
    forget: "无法清除浏览记录，请在浏览器设置中清除本站数据。",
    scene: "无法读取商店的场景、筛选或规则，列表将不使用它们。",
    unknown: "此处没有该列表或该商品。",
    import: "无法读取此文件，未作任何更改。",
    "other-model": "商品目录由另一个模型生成，请用页面所用的模型重新生成。",
    encoder: "模型在此设备上出错，推荐将不再包含新输入的文字。",
    order: "页面必须先向推荐程序发送一次 `open`。",
    message: "页面发送的消息无法识别。",
    "catalog-gone": "商品目录已不在此设备上，请重新导入。",
    isolation: "页面要求隔离，但推荐程序仍能访问网络。",
  },
  warnings: {
    "nothing-to-show": (soldOut, items) =>
      `商品目录的 ${items} 件商品中有 ${soldOut} 件缺货，没有可以推荐的商品。请检查数据源中的库存状态并重新打包；如仍想展示，可使用自己的场景：scene='{"kind": "for-you"}'。`,
    "unknown-ids": (count, first) =>
      `本页用到的 ${count} 个编号（例如“${first}”）在商品目录中找不到。在页面地址后加上 ?nearmind=debug，即可查看全部编号及最接近的已知编号。`,
  },
};
