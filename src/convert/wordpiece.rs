//! A WordPiece vocabulary as the Hugging Face libraries save it. It is cut by the words that no text can produce.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::vocabulary::Vocabulary;

/// The fields of a WordPiece model's `tokenizer.json` that are used.
#[derive(Debug, Deserialize)]
pub struct WordPieceVocabulary {
    /// The whole file, for the tokenizers library.
    #[serde(skip)]
    json: Vec<u8>,
    added_tokens: Vec<Value>,
    normalizer: Value,
    pre_tokenizer: Value,
    post_processor: Value,
    model: WordPiece,
}

#[derive(Debug, Deserialize)]
struct WordPiece {
    #[serde(rename = "type")]
    kind: Option<String>,
    unk_token: String,
    continuing_subword_prefix: String,
    max_input_chars_per_word: usize,
    vocab: BTreeMap<String, usize>,
}

impl WordPieceVocabulary {
    /// Parses a `tokenizer.json`.
    ///
    /// # Errors
    /// If it cannot be parsed, or uses a component that is not supported.
    pub fn parse(json: &[u8]) -> Result<Self> {
        let value: Value = serde_json::from_slice(json).context("tokenizer.json cannot be parsed")?;
        let kind = |part: &str| value[part]["type"].as_str().unwrap_or("none").to_owned();
        for (part, supported) in [("normalizer", "BertNormalizer"), ("pre_tokenizer", "BertPreTokenizer")] {
            ensure!(
                kind(part) == supported,
                "tokenizer.json has the {part} {}: only {supported} is supported",
                kind(part)
            );
        }
        let mut vocabulary: Self =
            serde_json::from_value(value).context("tokenizer.json is not that of a WordPiece model")?;
        let kind = vocabulary.model.kind.as_deref().unwrap_or("WordPiece");
        ensure!(kind == "WordPiece", "tokenizer.json has a {kind} model: only WordPiece is supported");
        vocabulary.json = json.into();
        Ok(vocabulary)
    }

    /// The whole words of the vocabulary: entries of two or more lower-case ASCII letters.
    pub fn whole_words(&self) -> Vec<String> {
        let is_word = |word: &&String| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        self.model.vocab.keys().filter(is_word).cloned().collect()
    }

    /// The special tokens before and after a text, such as `[CLS]` and `[SEP]`.
    fn ends(&self) -> Result<(String, String)> {
        let processor = &self.post_processor;
        let ends = match processor["type"].as_str() {
            Some("TemplateProcessing") => match processor["single"].as_array().map(Vec::as_slice) {
                Some([start, text, end]) if text.get("Sequence").is_some() => {
                    [&start["SpecialToken"]["id"], &end["SpecialToken"]["id"]]
                }
                _ => bail!("tokenizer.json has another template than one text between two special tokens"),
            },
            Some("BertProcessing") => [&processor["cls"][0], &processor["sep"][0]],
            other => bail!(
                "tokenizer.json has the post_processor {other:?}: only TemplateProcessing and BertProcessing are supported"
            ),
        };
        let [start, end] = ends.map(|end| end.as_str().map(String::from));
        start.zip(end).context("tokenizer.json has a post_processor without the names of its special tokens")
    }
}

impl Vocabulary for WordPieceVocabulary {
    fn words(&self) -> Vec<(usize, &str)> {
        self.model.vocab.iter().map(|(word, &row)| (row, word.as_str())).collect()
    }

    /// The rows of all words but `[unusedN]`, which no text can produce, because brackets are split from words.
    fn select_rows(&self, _: &[String], _: &[String]) -> Result<Vec<usize>> {
        let never = |word: &str| word.starts_with("[unused") && word.ends_with(']');
        let words = self.model.vocab.iter().filter(|(word, _)| !never(word));
        let mut used: Vec<usize> = words.map(|(_, &id)| id).collect();
        used.sort_unstable();
        Ok(used)
    }

    fn tokenizer_json(&self, order: &[usize]) -> Result<Vec<u8>> {
        let ids: BTreeMap<usize, usize> = order.iter().enumerate().map(|(id, &old)| (old, id)).collect();
        let vocab: BTreeMap<&str, usize> =
            self.model.vocab.iter().filter_map(|(word, old)| Some((word.as_str(), *ids.get(old)?))).collect();
        let token = |word: &str| -> Result<(String, usize)> {
            let id = vocab
                .get(word)
                .with_context(|| format!("tokenizer.json has the special token {word}, but its vocabulary lacks it"))?;
            Ok((word.to_owned(), *id))
        };
        let (start, end) = self.ends()?;
        let mut added = self.added_tokens.clone();
        for entry in &mut added {
            let word = entry["content"].as_str().context("tokenizer.json has an added token without content")?;
            entry["id"] = token(word)?.1.into();
        }
        let model = &self.model;
        let json = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
            "normalizer": self.normalizer, "pre_tokenizer": self.pre_tokenizer,
            "post_processor": {"type": "BertProcessing", "sep": token(&end)?, "cls": token(&start)?},
            "decoder": {"type": "WordPiece", "prefix": model.continuing_subword_prefix, "cleanup": true},
            "model": {"type": "WordPiece", "unk_token": token(&model.unk_token)?.0, "vocab": vocab,
                "continuing_subword_prefix": model.continuing_subword_prefix,
                "max_input_chars_per_word": model.max_input_chars_per_word},
        });
        Ok(json.to_string().into_bytes())
    }

    fn full_tokenizer(&self) -> Result<(tokenizers::Tokenizer, Vec<usize>)> {
        let library = tokenizers::Tokenizer::from_bytes(&self.json).map_err(anyhow::Error::msg)?;
        let rows = self.model.vocab.values().max().map_or(0, |last| last + 1);
        Ok((library, (0..rows).collect()))
    }
}
