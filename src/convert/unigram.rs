//! A SentencePiece unigram vocabulary as XLM-R has it, cut to the languages that a shop uses.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokenizers::{NormalizedString, OffsetReferential, OffsetType, PreTokenizedString};

use super::languages;
use super::vocabulary::Vocabulary;
use nearmind_encoder::tokenize::unigram::{HIDDEN, UnigramTokenizer, WIDE_TILDE, normalize};

/// A vocabulary, by row of the model's table.
pub struct UnigramVocabulary {
    pieces: Vec<String>,
    /// Logarithms of probabilities.
    scores: Vec<f64>,
    special: SpecialTokens,
    /// What the model's own tokenizer puts in the place of a character.
    replaced: HashMap<char, String>,
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
    pub fn new(
        pieces: Vec<&str>,
        scores: &[f32],
        special: SpecialTokens,
        replaced: HashMap<char, String>,
    ) -> Result<Self> {
        let most = [special.start, special.end, special.padding, special.unknown].into_iter().max();
        ensure!(most < Some(pieces.len()), "its special tokens are not among its pieces");
        ensure!(scores.iter().all(|score| score.is_finite()), "a piece has no score");
        Ok(Self {
            pieces: pieces.into_iter().map(String::from).collect(),
            // The shortest decimal of the f32: what the file says is what everyone computes with.
            scores: scores.iter().map(|score| score.to_string().parse()).collect::<Result<_, _>>()?,
            special,
            replaced,
        })
    }

    /// Not what stands in no text: padding, and the mask, which comes after the last piece.
    fn producible(&self) -> impl Iterator<Item = usize> {
        let never = |row: &usize| *row == self.special.padding || self.pieces[*row] == "<mask>";
        (0..self.pieces.len()).filter(move |row| !never(row))
    }

    fn is_special(&self, row: usize) -> bool {
        [self.special.start, self.special.end, self.special.unknown].contains(&row)
    }

    /// Rows that the words are cut into, in lower case and capitalised.
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
        check_normalizer(&self.replaced)?;
        let spelling = self.spelling(common)?;
        let mut likeliest: Vec<usize> = self.producible().collect();
        likeliest.sort_by(|&a, &b| self.scores[b].total_cmp(&self.scores[a]).then(a.cmp(&b)));
        let words = likeliest.iter().filter(|&&row| !self.is_special(row)).map(|&row| (row, self.pieces[row].as_str()));
        let mut kept = languages::select_rows(words, languages, &spelling)?;
        kept.extend([self.special.start, self.special.end, self.special.unknown]);
        kept.sort_unstable();
        kept.dedup();
        Ok(kept)
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

/// Unicode 9 brought it, after the model's normaliser was made: a sign of Japanese television.
const ADDED_IN_UNICODE_9: char = '🈻';

/// Every character by itself becomes what the model's own tokenizer makes of it.
fn check_normalizer(replaced: &HashMap<char, String>) -> Result<()> {
    for char in
        ('\u{1}'..=char::MAX).filter(|char| !char.is_ascii_graphic() && ![HIDDEN, ADDED_IN_UNICODE_9].contains(char))
    {
        let mut text = NormalizedString::from(char.to_string());
        normalize(&mut text).map_err(anyhow::Error::msg)?;
        let same = match replaced.get(&char) {
            Some(expected) => text.get() == expected,
            None => text.get().chars().eq([char]),
        };
        ensure!(same, "its tokenizer makes {:?} of {char:?}, not {:?}", replaced.get(&char), text.get());
    }
    Ok(())
}
