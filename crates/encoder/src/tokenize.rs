//! Text to token ids, with the span of each token. Must not know what the ids are used for.
//!
//! Calls the steps of the `tokenizers` crate one after the other. That crate's `Tokenizer` does the same, but finds
//! special tokens with regular expressions, whose engines would be a third of the worker's wasm.

pub mod unigram; //   SentencePiece's unigram model, as XLM-R uses it
pub mod wordpiece; // BERT's WordPiece model

use std::ops::Range;

use serde::Deserialize;
use tokenizers::{OffsetType, PreTokenizedString};

use super::manifest::{Manifest, ModelError, Prefixes, Role};
use super::{Batch, EncodeError};

const FILE: &str = "tokenizer.json";
/// Longer texts are truncated: 16 windows of 512.
const MAX_TOKENS: usize = 8192;
/// A text with a larger share of unknown tokens than this means nothing to the model.
const MAX_UNKNOWN: f32 = 0.3;

/// A model's tokenizer, with its vocabulary, special tokens and prefixes.
pub struct Tokenizer {
    special: Vec<SpecialToken>,
    ends: StartAndEnd,
    algorithm: Algorithm,
    prefixes: Prefixes,
    /// The most tokens of a text, start and end included.
    max_tokens: usize,
    vocabulary: usize,
    unknown: u32,
}

/// The model that splits words into tokens.
enum Algorithm {
    WordPiece(wordpiece::WordPieceTokenizer),
    Unigram(unigram::UnigramTokenizer),
}

/// The parts that every `tokenizer.json` of the converter has. The `tokenizers` crate reads the same file.
#[derive(Deserialize)]
struct TokenizerFile {
    added_tokens: Vec<SpecialToken>,
    post_processor: StartAndEnd,
    model: ModelType,
}

/// The type of the model: `WordPiece` or `Unigram`.
#[derive(Deserialize)]
struct ModelType {
    #[serde(rename = "type")]
    name: String,
}

/// A token that is searched for in the text itself, before any other step.
#[derive(Deserialize)]
struct SpecialToken {
    id: u32,
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    normalized: bool,
}

/// The start and end tokens of every text.
#[derive(Deserialize)]
struct StartAndEnd {
    cls: (String, u32),
    sep: (String, u32),
}

/// A token and its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id in the vocabulary, which is its row in the word embeddings.
    pub id: u32,
    /// Its byte range in the text; `None` for tokens that are added (start, end, prefix).
    pub span: Option<Range<usize>>,
    /// Whether this is the token for text that is not in the vocabulary.
    pub unknown: bool,
}

impl Tokenizer {
    /// Parses the `tokenizer.json` that the converter has written beside this manifest. Fails if it does not fit the
    /// manifest, or has features that this program does not support.
    pub fn parse(json: &[u8], manifest: &Manifest) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed(FILE, reason);
        let TokenizerFile { added_tokens: special, post_processor: ends, model } =
            serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
        let plain = |s: &SpecialToken| !(s.single_word || s.lstrip || s.rstrip || s.normalized || s.content.is_empty());
        if let Some(special) = special.iter().find(|special| !plain(special)) {
            return Err(bad(format!("the special token {:?} has an option that is not supported", special.content)));
        }
        let (algorithm, words, unknown) = match model.name.as_str() {
            "WordPiece" => {
                let model: wordpiece::WordPieceTokenizer =
                    serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
                let unknown = model
                    .unknown()
                    .map_err(|name| bad(format!("its unknown token {name:?} is not in the vocabulary")))?;
                let words = model.vocabulary_size();
                (Algorithm::WordPiece(model), words, unknown)
            }
            "Unigram" => {
                let model: unigram::UnigramTokenizer = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
                let (words, unknown) = (model.vocabulary_size(), model.unknown());
                (Algorithm::Unigram(model), words, unknown)
            }
            other => return Err(bad(format!("it has a {other} model; this program reads WordPiece and Unigram"))),
        };
        let vocabulary = manifest.architecture.vocabulary;
        if words != vocabulary {
            return Err(bad(format!("its vocabulary has {words} words; the manifest says {vocabulary}")));
        }
        let own = special.iter().map(|special| special.id).chain([ends.cls.1, ends.sep.1, unknown]);
        if own.max().is_some_and(|id| id as usize >= vocabulary) {
            return Err(bad(format!("a special token has an id beyond the vocabulary of {vocabulary}")));
        }
        let max_tokens = manifest.architecture.positions;
        let tokenizer =
            Self { special, ends, algorithm, prefixes: manifest.prefixes.clone(), max_tokens, vocabulary, unknown };
        for role in [Role::Query, Role::Passage] {
            let added = tokenizer.tokenize("", role).map_err(|e| bad(e.to_string()))?.len();
            if 2 * added > max_tokens {
                return Err(bad(format!("start, end and prefix take {added} of {max_tokens} tokens, more than half")));
            }
        }
        Ok(tokenizer)
    }

    /// Returns the whole words of the vocabulary in the order of their ids, which in most models begins with the most
    /// frequent ones.
    pub fn words(&self) -> Vec<String> {
        let mut words = match &self.algorithm {
            Algorithm::WordPiece(model) => model.words(),
            Algorithm::Unigram(model) => model.words(),
        };
        words.sort_unstable();
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// Returns the token ids of texts, each truncated to the model's positions; [`windows`](super::windows) encodes
    /// texts of any length. An empty text still has its start and end tokens.
    pub fn batch<T: AsRef<str>>(&self, texts: &[T], role: Role) -> Result<Batch, EncodeError> {
        let mut batch = Batch::new();
        for text in texts {
            let mut tokens = self.tokenize(text.as_ref(), role)?;
            if tokens.len() > self.max_tokens {
                tokens.drain(self.max_tokens - 1..tokens.len() - 1);
            }
            batch.push(tokens.into_iter().map(|token| token.id));
        }
        Ok(batch)
    }

    /// Returns the tokens of a text with their spans: start, prefix, at most 8,192 tokens with the prefix, end.
    pub fn tokenize(&self, text: &str, role: Role) -> Result<Vec<Token>, EncodeError> {
        let prefix = self.prefixes.for_role(role);
        let found = match prefix.is_empty() {
            true => self.split(text),
            false => self.split(&format!("{prefix}{text}")),
        };
        let mut found = found.map_err(|e| EncodeError::BadBatch(e.to_string()))?;
        found.truncate(MAX_TOKENS);
        if found.iter().any(|&(id, _)| id as usize >= self.vocabulary) {
            return Err(EncodeError::BadBatch("the tokenizer returned an id beyond the vocabulary".into()));
        }
        let added = |id| Token { id, span: None, unknown: false };
        let StartAndEnd { cls, sep } = &self.ends;
        let mut tokens = vec![added(cls.1)];
        tokens.extend(found.into_iter().map(|(id, span)| {
            let span =
                (span.end > prefix.len()).then(|| span.start.saturating_sub(prefix.len())..span.end - prefix.len());
            Token { id, span, unknown: id == self.unknown }
        }));
        tokens.push(added(sep.1));
        Ok(tokens)
    }

    /// Returns ids and byte ranges: finds the special tokens, and splits the text between them into the model's tokens.
    fn split(&self, text: &str) -> tokenizers::Result<Vec<(u32, Range<usize>)>> {
        let mut tokens = Vec::new();
        let mut from = 0;
        while from < text.len() && tokens.len() < MAX_TOKENS {
            let special = self.next_special(text, from);
            let until = special.as_ref().map_or(text.len(), |(_, span)| span.start);
            let mut pieces = PreTokenizedString::from(&text[from..until]);
            match &self.algorithm {
                Algorithm::WordPiece(model) => model.split(&mut pieces)?,
                Algorithm::Unigram(model) => model.split(&mut pieces)?,
            }
            let encoding = pieces.into_encoding(None, 0, OffsetType::Byte)?;
            let spans = encoding.get_offsets().iter().map(|(start, end)| from + start..from + end);
            tokens.extend(encoding.get_ids().iter().copied().zip(spans));
            from = special.as_ref().map_or(until, |(_, span)| span.end);
            tokens.extend(special);
        }
        Ok(tokens)
    }

    /// Returns the first special token from byte `from` on; of several that start there, the longest.
    fn next_special(&self, text: &str, from: usize) -> Option<(u32, Range<usize>)> {
        let found = self.special.iter().filter_map(|special| {
            let start = from + text[from..].find(&special.content)?;
            Some((special.id, start..start + special.content.len()))
        });
        found.min_by_key(|(_, span)| (span.start, usize::MAX - span.end))
    }
}

/// Returns whether the vocabulary covers enough of a text for its vector to be meaningful: at most 30 % unknown tokens.
pub fn is_readable(tokens: &[Token]) -> bool {
    let count = tokens.iter().filter(|token| token.span.is_some()).count();
    let unknown = tokens.iter().filter(|token| token.unknown).count();
    count > 0 && unknown as f32 <= MAX_UNKNOWN * count as f32
}
