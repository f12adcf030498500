/** What a shelf says by itself, in Japanese. */

/** @type {import("../en/shelf.js").ShelfTexts} */
export const shelf = {
  headings: {
    "cold-start": "いろいろなジャンルから",
    profile: "あなたへのおすすめ",
    item: "似ている商品",
    cart: "カートの商品に合うおすすめ",
    text: "このページに合う商品",
    trending: "いま人気の商品",
  },
  moreLike: (title) => `「${title}」に似た商品`,
  like: "いいね",
  dislike: "興味なし",
  hide: "表示しない",
  why: "おすすめの理由",
  opinions: (title) => `「${title}」についてのご意見`,
  liked: (title) => `「${title}」に「いいね」をしました。`,
  disliked: (title) => `「${title}」に似た商品を減らします。`,
  hidden: (title) => `「${title}」を表示しないようにしました。`,
  undone: "元に戻しました。",
  undo: "元に戻す",
  matching: (words) => `一致した言葉は${words.map((word) => `「${word}」`).join("")}です。`,
  list: (count) => `商品は${count}点です。`,
  back: "前へ",
  forth: "次へ",
  catalog: "商品カタログを読み込み中",
  model: "言語モデルを読み込み中",
  privacy: "この端末の中だけで処理",
  empty: "おすすめできる商品はまだありません。",
  failed: (why) => `ただいま、おすすめを表示できません。${why}`,
  retry: "もう一度試す",
};
