// Tests the sentences for claims, notes and explanations of the worker, in both languages. Run by `node --test`.

import assert from "node:assert/strict";
import { test } from "node:test";

import { loadTexts } from "../../www/package/languages.js";
import { claim, withSentences } from "../../www/package/sentences.js";
import { withTexts } from "../../www/package/texts.js";

const [english, chinese] = await Promise.all(["en", "zh-CN"].map((lang) => loadTexts(lang, "sentences")));

const plain = (parts) => parts.map(({ text }) => text).join("");
const shelf = (more) => ({ type: "shelf", shelf: "s", basis: "profile", notice: null, cards: [], ...more });
const card = (claim) => ({ item: "a", title: [], claim });

test("each claim is a sentence with its number in both languages", () => {
  for (const [data, ...expect] of [
    [
      { kind: "category", count: 3, category: "Cycling" },
      "Like 3 products you chose in Cycling",
      "与您选过的 3 件“Cycling”商品相似",
    ],
    [{ kind: "brand", count: 1, brand: "Kestrel" }, "You chose 1 product by Kestrel", "您选过 1 件“Kestrel”的商品"],
    [{ kind: "price", count: 4 }, "Priced like 4 products you chose", "价格与您选过的 4 件商品相近"],
    [
      { kind: "together", visitors: 12, title: "Tea" },
      "Chosen together with Tea by 12 or more visitors",
      "至少有 12 位顾客同时选了它和“Tea”",
    ],
    [{ kind: "popular", times: 12 }, "Chosen 12 or more times by others", "其他顾客至少选过 12 次"],
    [{ kind: "event", name: "view_item", title: "Tea" }, "Because you viewed Tea", "因为您看过“Tea”"],
    [{ kind: "event", name: "select_item", title: "Tea" }, "Because you viewed Tea", "因为您看过“Tea”"],
    [{ kind: "event", name: "add_to_cart", title: "Tea" }, "Because your cart has Tea", "因为您的购物车里有“Tea”"],
    [{ kind: "event", name: "purchase", title: "Tea" }, "Because you bought Tea", "因为您买过“Tea”"],
    [{ kind: "event", name: "like", title: "Tea" }, "Because you like Tea", "因为您喜欢“Tea”"],
    [{ kind: "event", name: "rate", title: "Tea" }, "Because you rated Tea", "因为您评价过“Tea”"],
    [{ kind: "text", name: "wish", text: "tea", words: ["tea"] }, "Because you said “tea”", "因为您说过“tea”"],
    [{ kind: "text", name: "search", text: "tea", words: [] }, "Because you searched for “tea”", "因为您搜索过“tea”"],
    [{ kind: "event", name: "hide", title: "Tea" }, "", ""],
  ]) {
    assert.deepEqual(
      [english, chinese].map((texts) => claim(data, texts).join("")),
      expect,
    );
  }
});

test("a title is in a text part of its own", async () => {
  const { cards } = await withTexts(shelf({ cards: [card({ kind: "event", name: "like", title: "<b>Tea" })] }), "en");
  assert.deepEqual(cards[0].reason, [{ text: "Because you like " }, { text: "<b>Tea" }]);
});

test("a list has a heading in its language", async () => {
  const heading = async (more, lang) => (await withTexts(shelf(more), lang)).heading;
  assert.equal(await heading({}, "en"), "For you");
  assert.equal(await heading({}, "zh-CN"), "为您推荐");
  assert.equal(await heading({}, "fr"), "Pour vous");
  assert.equal(await heading({}, "it"), "For you");
  assert.equal(await heading({ basis: "item", about: "Tea" }, "en"), "More like Tea");
  assert.equal(await heading({ basis: "item", about: null }, "zh"), "相似商品");
  assert.equal(await heading({ sceneHeading: "Loved" }, "en"), "Loved");
});

test("a note says why a text was not used, or what is left out", () => {
  const languages = ["en", "zh"];
  const unused = (text, reason) => ({ kind: "unused", text, reason, languages });
  for (const [notice, basis, ...expect] of [
    [
      unused("qwxz vbnm", "no-match"),
      "cold-start",
      "We found nothing for “qwxz vbnm”, so here is a varied selection.",
      "没有找到与“qwxz vbnm”相关的商品，先为您展示各类精选。",
    ],
    [
      unused("куртка", "language"),
      "profile",
      "We do not understand “куртка”: the products here are described in English and Chinese.",
      "我们看不懂“куртка”：这里的商品是用英语和中文描述的。",
    ],
    [
      unused("I don't hate it", "unclear"),
      "cold-start",
      "We could not use “I don't hate it”, because we cannot tell what you do not want. Here is a varied selection.",
      "无法判断您不想要什么，因此没有采用“I don't hate it”。先为您展示各类精选。",
    ],
    [
      { kind: "left-out", things: ["wool", "fur"] },
      "profile",
      "We leave out “wool” and “fur”, as you asked.",
      "已按您的要求排除“wool”、“fur”。",
    ],
    [
      { kind: "left-out", things: ["tea"] },
      "cold-start",
      "Here is a varied selection without “tea”.",
      "为您展示不含“tea”的各类精选。",
    ],
  ]) {
    const notes = [english, chinese].map((texts) => withSentences(shelf({ notice, basis }), texts).note);
    assert.deepEqual(notes, expect);
  }
  const long = withSentences(shelf({ notice: unused("长".repeat(100), "no-match") }), chinese).note;
  assert.ok(long.includes(`“${"长".repeat(60)}…”`), long);
  const unnamed = { ...unused("a", "language"), languages: ["no tag"] };
  assert.equal(withSentences(shelf({ notice: unnamed }), english).note, "We do not understand “a”.");
});

test("an explanation gives the reason and the place without it", () => {
  const why = (more) => ({ type: "explanation", basis: "profile", claim: null, without: null, parts: [], ...more });
  const sentences = (more, texts = english) => withSentences(why(more), texts).sentences.map(plain);
  const wish = { kind: "text", name: "wish", text: "tea", words: ["green", "tea"] };
  const without = (place) => ({ label: "<b>Tea</b>", place, of: 60 });
  assert.deepEqual(sentences({ claim: wish, without: without(14) }), [
    "Because you said “tea”. It mentions green and tea.",
    "Without <b>Tea</b> it would be 14th.",
  ]);
  assert.deepEqual(sentences({ claim: wish, without: without(null) }, chinese), [
    "因为您说过“tea”。商品描述提到了green、tea。",
    "没有“<b>Tea</b>”，它不会进入前 60 位。",
  ]);
  assert.deepEqual(sentences({}), []);
  assert.match(sentences({ basis: "cold-start" })[0], /^We don't know your taste yet.*[^.]\.$/);
  assert.equal(sentences({ claim: { kind: "event", name: "like", title: "Stop!" } })[0], "Because you like Stop!");
  const parts = [
    { name: "content", share: 1 },
    { name: "new", share: 0 },
  ];
  assert.deepEqual(
    withSentences(why({ parts }), chinese).parts.map(({ label }) => label),
    ["文字描述", "new"],
  );
});

test("places are ordinals", () => {
  const places = [1, 2, 3, 4, 11, 13, 21, 112];
  const ordinals = places.map(
    (place) =>
      english
        .without("x", place, 0)
        .at(-1)
        .match(/\d+\w+/)[0],
  );
  assert.deepEqual(ordinals, ["1st", "2nd", "3rd", "4th", "11th", "13th", "21st", "112th"]);
});

test("the change that would bring an item in is a sentence", () => {
  const answer = {
    type: "why-not",
    title: "Tea",
    place: null,
    remove: [],
    removeLabels: [],
    add: null,
    addLabel: null,
  };
  const sentence = (more) =>
    [english, chinese].map((texts) => plain(withSentences({ ...answer, ...more }, texts).sentence));
  const removed = { remove: [{}, {}], removeLabels: ["a", "b"] };
  const view = { add: { name: "view_item" }, addLabel: "Cup" };
  const like = { add: { name: "like" }, addLabel: "Tea" };
  for (const [more, ...expect] of [
    [{ place: 2 }, "Tea is already here: it is 2nd.", "“Tea”已在列表中，排在第 2 位。"],
    [{}, "No small change would bring Tea here.", "没有哪个小改变能让“Tea”出现在这里。"],
    [removed, "Tea would be here without “a” and “b”.", "没有“a”、“b”，“Tea”就会出现在这里。"],
    [view, "Tea would be here if you viewed “Cup”.", "如果您看过“Cup”，“Tea”就会出现在这里。"],
    [like, "If you liked Tea, it would be here.", "如果您喜欢“Tea”，它就会出现在这里。"],
    [
      { ...removed, ...view },
      "Tea would be here without “a” and “b”. It would also be here if you viewed “Cup”.",
      "没有“a”、“b”，“Tea”就会出现在这里。如果您看过“Cup”，它也会出现。",
    ],
    [
      { ...removed, ...like },
      "Tea would be here without “a” and “b”. It would also be here if you liked it.",
      "没有“a”、“b”，“Tea”就会出现在这里。如果您喜欢它，它也会出现。",
    ],
  ]) {
    assert.deepEqual(sentence(more), expect);
  }
});

test("an error has the message of its code, and its detail in brackets", async () => {
  const problem = async (code, detail, lang) =>
    (await withTexts({ type: "error", code, detail, fatal: false }, lang)).message;
  assert.equal(
    await problem("import", "EOF", "en"),
    "This file is not a profile that can be read here. Nothing was changed. (EOF)",
  );
  assert.equal(await problem("import", "", "zh"), "无法读取此文件，未作任何更改。");
  assert.equal(await problem("insecure", "", "zh"), "请通过 https 打开本页。");
  assert.equal(await problem("another", "what was found", "en"), "what was found");
  assert.equal(await problem("another", "", "en"), "another");
});

test("a warning says what to look at", async () => {
  const warning = async (warning) => (await withTexts({ type: "warning", warning }, "en")).message;
  assert.match(await warning({ kind: "unknown-ids", count: 4, first: "x" }), /4 ids .*"x".*\?nearmind=debug/);
  assert.match(await warning({ kind: "nothing-to-show", soldOut: 5, items: 5 }), /^5 of 5 items/);
});
