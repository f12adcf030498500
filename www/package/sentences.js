/**
 * The worker's data in words: reasons of cards, notes, explanations, problems, warnings. Puts together what a language
 * provides, and keeps titles and the visitor's own words in text parts of their own. Knows no language.
 *
 * @import {Claim, Explanation, Part, Problem, TextNote, Update, WhyNot} from "./types.js"
 * @import {Sentences} from "./languages/en/sentences.js"
 */
import { money } from "./element/format.js";

/** Characters of the visitor's own words that a note quotes. */
const LONGEST_QUOTE = 60;

/** @param {Update} update @param {Sentences} texts @returns {Update} */
export function withSentences(update, texts) {
  switch (update.type) {
    case "shelf": {
      const { notice, basis, cards } = update;
      return {
        ...update,
        note: notice ? note(notice, basis === "cold-start", texts) : "",
        cards: cards.map((card) => ({ ...card, reason: card.claim ? parts(claim(card.claim, texts)) : [] })),
      };
    }
    case "explanation":
      return { ...update, ...explanation(update, texts) };
    case "why-not":
      return { ...update, sentence: parts(whyNot(update, texts)) };
    case "error":
      return { ...update, message: message(update, texts.problems) };
    case "warning": {
      const { warning } = update;
      const text =
        warning.kind === "nothing-to-show"
          ? texts.warnings["nothing-to-show"](warning.soldOut, warning.items)
          : texts.warnings["unknown-ids"](warning.count, warning.first);
      return { ...update, message: text };
    }
  }
  return update;
}

/** What the code means, and what was found in brackets. @param {Problem} problem @param {Record<string, string>} sentences */
function message({ code, detail }, sentences) {
  const sentence = sentences[code];
  return sentence && detail ? `${sentence} (${detail})` : sentence || detail || code;
}

/**
 * The reason in pieces of text; empty for events that are not a reason.
 * @param {Claim} claim @param {Sentences} texts @returns {string[]}
 */
export function claim(claim, texts) {
  switch (claim.kind) {
    case "event":
    case "text": {
      const about = claim.kind === "event" ? claim.title : claim.text;
      const around = /** @type {Record<string, string[]>} */ (texts.because)[claim.name];
      return around ? [around[0], about, around[1]] : [];
    }
    default:
      return /** @type {(claim: Claim) => string[]} */ (texts.claims[claim.kind])(claim);
  }
}

/** @param {Explanation} why @param {Sentences} texts */
function explanation(why, texts) {
  const labels = /** @type {Record<string, string>} */ (texts.parts);
  const first = why.claim ? claim(why.claim, texts) : [texts.basis[why.basis]];
  if (why.claim?.kind === "text" && why.claim.words.length && first.length)
    first.push(...texts.contains(why.claim.words));
  const ends = /[.!?。！？]$/.test(first.join(""));
  const { without } = why;
  const second = without ? texts.without(without.label, without.place, without.of) : [];
  return {
    parts: why.parts.map((part) => ({ ...part, label: labels[part.name] ?? part.name })),
    sentences: [first.join("") ? [...first, ends ? "" : texts.stop] : [], second]
      .map(parts)
      .filter((sentence) => sentence.length),
  };
}

/** @param {WhyNot} answer @param {Sentences} texts */
function whyNot({ title, place, remove, removeLabels, add, addLabel }, { whyNot: texts }) {
  if (place) return texts.here(title, place);
  const label = addLabel ?? "";
  if (!remove.length && !add) return texts.nothing(title);
  if (!remove.length) return add?.name === "like" ? texts.like(title) : texts.view(title, label);
  const more = add && (add.name === "like" ? texts.orLike : texts.orView(label));
  return [...texts.remove(title, removeLabels), more ?? ""];
}

/** @param {TextNote} note @param {boolean} varied The list is a varied selection. @param {Sentences} texts */
function note(note, varied, texts) {
  const quoted = (/** @type {string} */ text) => {
    const letters = [...text];
    return texts.quoted(letters.slice(0, LONGEST_QUOTE).join("") + (letters.length > LONGEST_QUOTE ? "…" : ""));
  };
  if (note.kind === "left-out") return texts.leftOut(note.things.map(quoted), varied);
  if (note.kind === "price-limit") {
    const { currency, isKept } = note;
    const [from, to] = [note.from, note.to].map((amount) => amount && money({ amount, currency }, texts.lang));
    return texts.priceLimit(texts.prices(from || "", to || ""), isKept);
  }
  return texts.unused(quoted(note.text), note.reason, varied, languageNames(note.languages, texts.lang));
}

/** The names of languages; empty if one of them has no name. @param {string[]} languages @param {string} lang */
function languageNames(languages, lang) {
  const names = new Intl.DisplayNames(lang, { type: "language", fallback: "none" });
  try {
    const found = languages.map((language) => names.of(language) ?? "");
    return found.every(Boolean) ? found : [];
  } catch {
    return []; // one of them is not a language tag
  }
}

/** @param {string[]} runs @returns {Part[]} */
const parts = (runs) => runs.filter(Boolean).map((text) => ({ text }));
