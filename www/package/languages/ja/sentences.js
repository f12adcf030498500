/** What the worker sends as data, in Japanese: reasons, explanations, notes, problems. */

/** @param {string[]} words */
const list = (words) => words.map((word) => `「${word}」`).join("");

/** @type {import("../en/sentences.js").Sentences} */
export const sentences = {
  lang: "ja",
  // Each reason is a noun phrase: a card shows it as it is, and `stop` makes it a sentence.
  because: {
    view_item: ["「", "」をご覧になったため"],
    select_item: ["「", "」をご覧になったため"],
    add_to_cart: ["「", "」がカートに入っているため"],
    purchase: ["「", "」をご購入いただいたため"],
    like: ["「", "」に「いいね」をいただいたため"],
    rate: ["「", "」に評価をいただいたため"],
    wish: ["「", "」とのご希望をいただいたため"],
    search: ["「", "」で検索されたため"],
  },
  contains: (words) => ["です。", list(words), "という言葉が出てくる商品"],
  claims: {
    category: ({ count, category }) => ["「", category, `」でお選びになった${count}点に似た商品`],
    brand: ({ count, brand }) => ["「", brand, `」の商品を${count}点お選びになったため`],
    price: ({ count }) => [`お選びになった${count}点に近い価格の商品`],
    together: ({ visitors, title }) => ["「", title, `」と一緒に${visitors}人以上のお客様が選んだ商品`],
    popular: ({ times }) => [`ほかのお客様に${times}回以上選ばれた商品`],
  },
  basis: {
    "cold-start": "お好みがまだわからないため、いろいろな商品の中から選んだ1点",
    item: "このリストのもとになった商品と、説明の内容が似ている商品",
    text: "このページの内容に合う商品",
    profile: "",
    cart: "",
    trending: "",
    viewed: "以前ご覧になった商品",
  },
  stop: "です。",
  without: (label, place, of) =>
    place
      ? ["「", label, `」の履歴がなければ、この商品は${place}番目になります。`]
      : ["「", label, `」の履歴がなければ、この商品は上位${of}点に入りません。`],
  parts: {
    content: "説明の内容",
    words: "共通する言葉",
    cooccurrence: "ほかのお客様が一緒に選んだもの",
    popularity: "選ばれた回数",
    brand: "ブランド",
    category: "カテゴリー",
    price: "価格",
    context: "このページの内容",
    contextPopularity: "いま、ここで選ばれた回数",
    rules: "ショップのルール",
    variety: "似た商品に偏らないための調整",
  },
  whyNot: {
    here: (title, place) => ["「", title, `」は、すでにこのリストの${place}番目にあります。`],
    remove: (title, labels) => ["「", title, `」は、${list(labels)}の履歴がなければ、ここに表示されます。`],
    nothing: (title) => ["「", title, "」は、履歴が少し変わるだけでは、ここに表示されません。"],
    like: (title) => ["「", title, "」は、「いいね」をするとここに表示されます。"],
    view: (title, label) => ["「", title, `」は、「${label}」をご覧になるとここに表示されます。`],
    orLike: "この商品に「いいね」をした場合も、表示されます。",
    orView: (label) => `「${label}」をご覧になった場合も、表示されます。`,
  },
  leftOut: (things, varied) =>
    varied
      ? `${things.join("")}を除いて、いろいろな商品をご紹介します。`
      : `ご希望により、${things.join("")}を除いています。`,
  unused: (text, reason, varied, languages) => {
    if (varied && (reason === "no-match" || reason === "pending"))
      return `${text}に合う商品が見つからなかったため、いろいろな商品をご紹介します。`;
    const described = languages.length ? `ここの商品の説明は、${languages.join("と")}で書かれています。` : "";
    const first = {
      "no-match": `${text}に合う商品が見つかりませんでした。`,
      pending: `${text}に合う商品が見つかりませんでした。`,
      language: `${text}の意味がわかりませんでした。${described}`,
      unclear: `何を除けばよいかわからないため、${text}をおすすめに使えませんでした。`,
    }[reason];
    return varied ? `${first}代わりに、いろいろな商品をご紹介します。` : first;
  },
  prices: (from, to) => (from && to ? `${from}から${to}まで` : from ? `${from}以上` : `${to}以下`),
  priceLimit: (prices, isKept) =>
    isKept ? `${prices}の商品だけを表示しています。` : `${prices}の商品がないため、ほかの価格の商品を表示しています。`,
  quoted: (text) => `「${text}」`,
  problems: {
    download: "ファイルをダウンロードできませんでした。通信状態をご確認ください。",
    insecure: "このページはhttpsで開いてください。",
    catalog: "ショップの商品カタログを読み取れません。",
    model: "この端末では言語モデルが動きません。",
    "start-failed": "このブラウザでは、おすすめのプログラムを起動できませんでした。",
    "worker-failed": "このブラウザでは、おすすめのプログラムを起動できませんでした。",
    crashed: "おすすめのプログラムが、この処理の途中で2回停止しました。",
    unsaved: "ブラウザがこの操作をまだ保存できていません。",
    attributes: "この要素には catalog 属性が必要です。",
    "protocol-version": "ページとおすすめのプログラムのバージョンが異なります。ページを再読み込みしてください。",
    store: "このブラウザには履歴が保存されません。おすすめは、このページを離れるまでご利用いただけます。",
    unchanged: "ブラウザが変更を保存しなかったため、履歴を変更できませんでした。もう一度お試しください。",
    forget: "履歴を消去できませんでした。ブラウザの設定で、このサイトのデータを消去してください。",
    scene: "ショップのシーン、絞り込み、またはルールを読み取れませんでした。リストはこれらを使わずに作成しています。",
    unknown: "このリストまたは商品は、ここでは見つかりません。",
    import: "ここで読み込めるプロフィールのファイルではありません。データは何も変わっていません。",
    "other-model": "商品カタログは別のモデルで作られています。ページで使うモデルを指定して、もう一度作成してください。",
    encoder: "この端末で言語モデルが停止しました。新しく入力された文章を使わずに、おすすめを続けます。",
    order: "ページは、ほかのメッセージより先に `open` をワーカーへ1回だけ送る必要があります。",
    message: "このバージョンでは読み取れないメッセージが、ページから送られました。",
    "catalog-gone": "商品カタログがこの端末になくなりました。もう一度取り込んでください。",
    isolation: "ページは通信の遮断を求めていますが、ワーカーがネットワークに接続できる状態です。",
  },
  warnings: {
    "nothing-to-show": (soldOut, items) =>
      `カタログの商品${items}点のうち${soldOut}点が在庫切れで、おすすめできる商品がありません。` +
      "フィードの在庫状況を確認して、カタログを作り直してください。" +
      `在庫切れの商品も表示するには、独自のシーンを使ってください：scene='{"kind": "for-you"}'`,
    "unknown-ids": (count, first) =>
      `このページには、カタログのどの商品にもないIDが${count}個あります（例："${first}"）。ページのアドレスに ?nearmind=debug を付けると、そのすべてと、いちばん近い既知のIDを確認できます。`,
  },
};
