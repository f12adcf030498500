// Tests that every language has the same texts as English: the same keys, and functions that return the same runs. The type
// checker compares the keys, too, but not what a function makes of its arguments. Run by `node --test`.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { addTexts } from "../../www/package/add-texts.js";
import { loadTexts, shelfTexts } from "../../www/package/languages.js";

const FOLDER = new URL("../../www/package/languages/", import.meta.url);
const CODES = readdirSync(FOLDER);

/** Arguments of the functions that take other things than a title, by path. */
const SAMPLES = {
  contains: [[["blue"]], [["blue", "coat", "warm"]]],
  "claims.category": [[{ count: 1, category: "Cycling" }], [{ count: 3, category: "Cycling" }]],
  "claims.brand": [[{ count: 1, brand: "Kestrel" }], [{ count: 3, brand: "Kestrel" }]],
  "claims.price": [[{ count: 1 }], [{ count: 4 }]],
  "claims.together": [[{ visitors: 12, title: "Tea" }]],
  "claims.popular": [[{ times: 12 }]],
  without: [
    ["Tea", 3, 12],
    ["Tea", null, 12],
  ],
  "whyNot.here": [["Tea", 3]],
  "whyNot.remove": [
    ["Tea", ["A"]],
    ["Tea", ["A", "B", "C"]],
  ],
  "whyNot.view": [["Tea", "Cup"]],
  leftOut: [
    [["wool", "fur"], true],
    [["wool"], false],
  ],
  unused: ["no-match", "pending", "language", "unclear"].flatMap((reason) => [
    ["xyz", reason, true, []],
    ["xyz", reason, false, ["A", "B"]],
  ]),
  prices: [
    ["10", "20"],
    ["10", ""],
    ["", "20"],
  ],
  priceLimit: [
    ["10", true],
    ["10", false],
  ],
  "warnings.nothing-to-show": [[1, 5]],
  "warnings.unknown-ids": [[3, "a"]],
  matching: [[["blue", "coat"]]],
  "absent.failed": [[{ why: "404" }]],
  "reasons.unfit": [[{ why: "limit" }]],
  "reasons.wrong": [[{ cosine: 0.9 }], [{ cosine: null }]],
  "reasons.lost": [[{ why: "reset" }]],
  mapAbout: [[100, 5]],
  "why.place": [[3, 12]],
  "why.without": [[null], [4]],
  "why.words": [[["blue", "coat"]]],
  "debug.nothingToShow": [[0, 20, 20]],
  "debug.fewToShow": [[3, 1, 20]],
  "debug.soldOut": [[5, 1, 20]],
};

const kind = (value) => (Array.isArray(value) ? "runs" : typeof value);

function compare(english, own, path) {
  const name = path.join(".");
  assert.equal(kind(own), kind(english), name);
  if (typeof english === "function") {
    for (const sample of SAMPLES[name] ?? [["3"]]) {
      const [expected, text] = [english(...sample), own(...sample)];
      assert.equal(kind(text), kind(expected), name);
      const plain = [text].flat().join("");
      assert.doesNotMatch(plain, /undefined|null|NaN|\[object/, name);
      // A title that English keeps in a run of its own stays one.
      const titles = sample.flatMap((value) => (kind(value) === "object" && value ? Object.values(value) : [value]));
      for (const title of titles.filter((value) => typeof value === "string" && Array.isArray(expected))) {
        assert.equal(text.includes(title), expected.includes(title), `${name}: ${title}`);
      }
    }
  } else if (typeof english === "object") {
    assert.deepEqual(Object.keys(own).sort(), Object.keys(english).sort(), name);
    for (const key of Object.keys(english)) compare(english[key], own[key], [...path, key]);
  }
}

for (const code of CODES) {
  test(`the texts in ${code} are those in English`, async () => {
    for (const file of ["shelf", "sentences", "panel"]) {
      const [english, own] = await Promise.all(
        ["en", code].map((lang) => import(new URL(`${lang}/${file}.js`, FOLDER))),
      );
      compare(english[file], own[file], []);
    }
  });
}

test("a page gets the texts of its language, or English ones", async () => {
  for (const code of CODES) await loadTexts(`${code}-XX`, "shelf");
  const headings = ["de-AT", "es-MX", "fr", "ja", "zh-TW", "it"].map((lang) => shelfTexts(lang).headings.profile);
  assert.equal(new Set(headings).size, 6);
  assert.equal(headings[0], "Für Sie");
  assert.equal(headings[5], "For you");
});

test("a page adds words of its own, and another language", async () => {
  await addTexts("en", { shelf: { headings: { profile: "Picked for you" } } });
  await addTexts("it", { shelf: { like: "Mi piace" }, sentences: { stop: "!" } });
  await addTexts("it-IT", { shelf: { headings: { profile: "Per te" } } });
  const { headings, like } = shelfTexts("en-GB");
  assert.deepEqual([headings.profile, headings.trending, like], ["Picked for you", "Popular now", "Like"]);
  const italian = await loadTexts("it-CH", "shelf");
  assert.deepEqual([italian.headings.profile, italian.like, italian.hide], ["Per te", "Mi piace", "Hide"]);
  assert.equal((await loadTexts("it", "sentences")).stop, "!");
  assert.equal((await loadTexts("de", "shelf")).like, "Gefällt mir");
});
