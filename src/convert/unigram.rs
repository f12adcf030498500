//! A SentencePiece unigram vocabulary like that of XLM-R, which is cut to the languages that a shop uses.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokenizers::{NormalizedString, OffsetReferential, OffsetType, PreTokenizedString};

use super::vocabulary::Vocabulary;
use crate::languages;
use nearmind_encoder::tokenize::unigram::{HIDDEN, UnigramTokenizer, WIDE_TILDE, normalize};

/// A vocabulary, by rows of the model's word table.
pub struct UnigramVocabulary {
    pieces: Vec<String>,
    /// Logarithms of the pieces' probabilities.
    scores: Vec<f64>,
    special: SpecialTokens,
    /// How the model's own normalizer replaces characters.
    replacements: HashMap<char, String>,
}

/// Rows of the special tokens.
#[derive(Debug, Clone, Copy)]
pub struct SpecialTokens {
    pub start: usize,
    pub end: usize,
    pub padding: usize,
    pub unknown: usize,
}

impl UnigramVocabulary {
    /// Builds a vocabulary from the pieces of the rows and their scores. `replacements` says how the model's own normalizer
    /// replaces characters.
    ///
    /// # Errors
    /// If a special token is not among the pieces, or a score is not finite.
    pub fn new(
        pieces: Vec<&str>,
        scores: &[f32],
        special: SpecialTokens,
        replacements: HashMap<char, String>,
    ) -> Result<Self> {
        let last = [special.start, special.end, special.padding, special.unknown].into_iter().max();
        ensure!(
            last < Some(pieces.len()),
            "the row of a special token exceeds the {} pieces of the vocabulary",
            pieces.len()
        );
        ensure!(scores.iter().all(|score| score.is_finite()), "the score of a piece is not a finite number");
        Ok(Self {
            pieces: pieces.into_iter().map(String::from).collect(),
            // By the shortest decimal of the f32, which is also written to tokenizer.json.
            scores: scores.iter().map(|score| score.to_string().parse()).collect::<Result<_, _>>()?,
            special,
            replacements,
        })
    }

    /// The rows of all pieces that a text can produce: all but those of padding and mask.
    fn producible(&self) -> impl Iterator<Item = usize> {
        let is_excluded = |row: &usize| *row == self.special.padding || self.pieces[*row] == "<mask>";
        (0..self.pieces.len()).filter(move |row| !is_excluded(row))
    }

    /// Whether the row is that of a special token that texts have.
    fn is_special(&self, row: usize) -> bool {
        [self.special.start, self.special.end, self.special.unknown].contains(&row)
    }

    /// The rows of the pieces that words are cut into, in lower case and capitalised.
    fn spelling(&self, words: &[String]) -> Result<Vec<usize>> {
        let rows: Vec<usize> = self.producible().collect();
        let tokenizer: UnigramTokenizer = serde_json::from_slice(&self.tokenizer_json(&rows)?)?;
        let capitalised = |word: &String| word[..1].to_uppercase() + &word[1..];
        let mut used = Vec::new();
        for word in words.iter().cloned().chain(words.iter().map(capitalised)) {
            let mut text = PreTokenizedString::from(word);
            tokenizer.split(&mut text).map_err(anyhow::Error::msg)?;
            for (_, _, tokens) in text.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
                used.extend(tokens.iter().flatten().map(|token| rows[token.id as usize]));
            }
        }
        Ok(used)
    }
}

impl Vocabulary for UnigramVocabulary {
    fn words(&self) -> Vec<(usize, &str)> {
        let plain = self.producible().filter(|&row| !self.is_special(row));
        plain.map(|row| (row, self.pieces[row].as_str())).collect()
    }

    fn select_rows(&self, languages: &[String], common: &[String]) -> Result<Vec<usize>> {
        check_normalizer(&self.replacements)?;
        let spelling = self.spelling(common)?;
        let mut by_probability: Vec<usize> = self.producible().collect();
        by_probability.sort_by(|&a, &b| self.scores[b].total_cmp(&self.scores[a]).then(a.cmp(&b)));
        let words =
            by_probability.iter().filter(|&&row| !self.is_special(row)).map(|&row| (row, self.pieces[row].as_str()));
        let mut rows = languages::select_rows(words, languages, &spelling)?;
        rows.extend([self.special.start, self.special.end, self.special.unknown]);
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn tokenizer_json(&self, order: &[usize]) -> Result<Vec<u8>> {
        let ids: BTreeMap<usize, usize> = order.iter().enumerate().map(|(id, &row)| (row, id)).collect();
        let id = |row: usize| ids.get(&row).copied().unwrap_or_default();
        let token = |row: usize| json!([self.pieces[row], id(row)]);
        let special = |row: usize| {
            json!({"id": id(row), "content": self.pieces[row], "special": true, "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false})
        };
        let SpecialTokens { start, end, unknown, .. } = self.special;
        let vocab: Vec<Value> = order.iter().map(|&row| json!([self.pieces[row], self.scores[row]])).collect();
        let replace = |from: Value, to: char| json!({"type": "Replace", "pattern": from, "content": to});
        let json = json!({
            "version": "1.0", "truncation": null, "padding": null,
            "added_tokens": [special(start), special(end), special(unknown)],
            "normalizer": {"type": "Sequence", "normalizers": [
                replace(json!({"String": WIDE_TILDE}), HIDDEN), {"type": "Nmt"}, {"type": "NFKC"},
                replace(json!({"String": HIDDEN}), WIDE_TILDE), replace(json!({"Regex": " {2,}"}), ' '),
            ]},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
            "post_processor": {"type": "BertProcessing", "sep": token(end), "cls": token(start)},
            "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
            "model": {"type": "Unigram", "unk_id": id(unknown), "vocab": vocab, "byte_fallback": false},
        });
        Ok(json.to_string().into_bytes())
    }

    fn full_tokenizer(&self) -> Result<(tokenizers::Tokenizer, Vec<usize>)> {
        let rows: Vec<usize> = self.producible().collect();
        let library = tokenizers::Tokenizer::from_bytes(self.tokenizer_json(&rows)?).map_err(anyhow::Error::msg)?;
        Ok((library, rows))
    }
}

/// A symbol of Japanese television that was added in Unicode 9, after the model's normalizer was made.
const ADDED_IN_UNICODE_9: char = '🈻';

/// Checks that the encoder's normalizer replaces every single character as the model's own normalizer does.
fn check_normalizer(replacements: &HashMap<char, String>) -> Result<()> {
    for char in
        ('\u{1}'..=char::MAX).filter(|char| !char.is_ascii_graphic() && ![HIDDEN, ADDED_IN_UNICODE_9].contains(char))
    {
        let mut text = NormalizedString::from(char.to_string());
        normalize(&mut text).map_err(anyhow::Error::msg)?;
        let unchanged = char.to_string();
        let expected = replacements.get(&char).unwrap_or(&unchanged);
        ensure!(
            text.get() == expected,
            "the model's normalizer replaces {char:?} by {expected:?}, the encoder's by {:?}: the model is not supported",
            text.get()
        );
    }
    Ok(())
}
