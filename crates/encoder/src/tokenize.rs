//! Text to token ids, with the words that they belong to. Must not know what becomes of the ids.
//!
//! The steps are the `tokenizers` crate's own, one after the other. Its `Tokenizer` does the same, but finds special
//! tokens in a text with regular expressions, whose engines are a third of the worker's wasm.

pub mod unigram; //   SentencePiece's way of cutting, as XLM-R has it
pub mod wordpiece; // BERT's way of cutting

use std::ops::Range;

use serde::Deserialize;
use tokenizers::{OffsetType, PreTokenizedString};

use super::manifest::{Manifest, ModelError, Prefixes, Role};
use super::{Batch, EncodeError};

const FILE: &str = "tokenizer.json";
/// Of a longer text the rest is not read: 16 windows of 512.
const MOST_TOKENS: usize = 8192;
/// A text of which the vocabulary lacks more than this part of the tokens means nothing to the model.
const MOST_UNKNOWN: f32 = 0.3;

/// A model's tokenizer: its vocabulary, its longest text, its prefixes.
pub struct Tokenizer {
    special: Vec<Special>,
    ends: Ends,
    algorithm: Algorithm,
    prefixes: Prefixes,
    /// In tokens, start and end included.
    longest: usize,
    vocabulary: usize,
    unknown: u32,
}

enum Algorithm {
    WordPiece(wordpiece::WordPieceTokenizer),
    Unigram(unigram::UnigramTokenizer),
}

/// What every `tokenizer.json` says as the converter writes it; the library reads the same file.
#[derive(Deserialize)]
struct File {
    added_tokens: Vec<Special>,
    post_processor: Ends,
    model: Kind,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    name: String,
}

/// A token that is found in a text as it stands, before anything else.
#[derive(Deserialize)]
struct Special {
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

/// The tokens before and after every text.
#[derive(Deserialize)]
struct Ends {
    cls: (String, u32),
    sep: (String, u32),
}

/// One token and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number in the vocabulary, which is its row in the word table.
    pub id: u32,
    /// Bytes of the text; none for tokens that the model adds (start, end, prefix).
    pub span: Option<Range<usize>>,
    /// The vocabulary has nothing for these bytes.
    pub unknown: bool,
}

impl Tokenizer {
    /// Reads the `tokenizer.json` that the converter wrote beside this manifest.
    pub fn parse(json: &[u8], manifest: &Manifest) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed(FILE, reason);
        let File { added_tokens: special, post_processor: ends, model } =
            serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
        let plain = |s: &Special| !(s.single_word || s.lstrip || s.rstrip || s.normalized || s.content.is_empty());
        if let Some(special) = special.iter().find(|special| !plain(special)) {
            return Err(bad(format!("the special token {:?} wants more than to be found", special.content)));
        }
        let (steps, words, unknown) = match model.name.as_str() {
            "WordPiece" => {
                let steps: wordpiece::WordPieceTokenizer =
                    serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
                let unknown = steps.unknown().map_err(|name| bad(format!("{name:?} is not in it")))?;
                let words = steps.words();
                (Algorithm::WordPiece(steps), words, unknown)
            }
            "Unigram" => {
                let steps: unigram::UnigramTokenizer = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
                let (words, unknown) = (steps.words(), steps.unknown());
                (Algorithm::Unigram(steps), words, unknown)
            }
            other => return Err(bad(format!("it has a {other} model, this program reads WordPiece and Unigram"))),
        };
        let vocabulary = manifest.architecture.vocabulary;
        if words != vocabulary {
            return Err(bad(format!("it has {words} words, the manifest says {vocabulary}")));
        }
        let own = special.iter().map(|special| special.id).chain([ends.cls.1, ends.sep.1, unknown]);
        if own.max().is_some_and(|id| id as usize >= vocabulary) {
            return Err(bad("its special tokens are not in the vocabulary".into()));
        }
        let longest = manifest.architecture.positions;
        let tokenizer =
            Self { special, ends, steps, prefixes: manifest.prefixes.clone(), longest, vocabulary, unknown };
        for role in [Role::Query, Role::Passage] {
            let marks = tokenizer.tokenize("", role).map_err(|e| bad(e.to_string()))?.len();
            if 2 * marks > longest {
                return Err(bad(format!("start, end and prefix take {marks} tokens of {longest}")));
            }
        }
        Ok(tokenizer)
    }

    /// Token ids of texts, each cut at the model's longest text: [`windows`](super::windows) lose nothing. An empty
    /// text still has its start and end.
    pub fn batch<T: AsRef<str>>(&self, texts: &[T], role: Role) -> Result<Batch, EncodeError> {
        let mut batch = Batch::new();
        for text in texts {
            let mut tokens = self.tokenize(text.as_ref(), role)?;
            if tokens.len() > self.longest {
                tokens.drain(self.longest - 1..tokens.len() - 1);
            }
            batch.push(tokens.into_iter().map(|token| token.id));
        }
        Ok(batch)
    }

    /// All tokens of a text, with their places in it.
    pub fn tokenize(&self, text: &str, role: Role) -> Result<Vec<Token>, EncodeError> {
        let prefix = self.prefixes.for_role(role);
        let found = match prefix.is_empty() {
            true => self.cut(text),
            false => self.cut(&format!("{prefix}{text}")),
        };
        let mut found = found.map_err(|e| EncodeError::BadBatch(e.to_string()))?;
        found.truncate(MOST_TOKENS);
        if found.iter().any(|&(id, _)| id as usize >= self.vocabulary) {
            return Err(EncodeError::BadBatch("the tokenizer gave an id beyond the vocabulary".into()));
        }
        let own = |id| Token { id, span: None, unknown: false };
        let Ends { cls, sep } = &self.ends;
        let mut tokens = vec![own(cls.1)];
        tokens.extend(found.into_iter().map(|(id, span)| {
            let span =
                (span.end > prefix.len()).then(|| span.start.saturating_sub(prefix.len())..span.end - prefix.len());
            Token { id, span, unknown: id == self.unknown }
        }));
        tokens.push(own(sep.1));
        Ok(tokens)
    }

    /// Ids and bytes of a text's tokens: special ones as they stand, the rest in the model's words.
    fn cut(&self, text: &str) -> tokenizers::Result<Vec<(u32, Range<usize>)>> {
        let mut tokens = Vec::new();
        let mut from = 0;
        while from < text.len() && tokens.len() < MOST_TOKENS {
            let special = self.next_special(text, from);
            let until = special.as_ref().map_or(text.len(), |(_, span)| span.start);
            let mut pieces = PreTokenizedString::from(&text[from..until]);
            match &self.algorithm {
                Algorithm::WordPiece(steps) => steps.cut(&mut pieces)?,
                Algorithm::Unigram(steps) => steps.cut(&mut pieces)?,
            }
            let encoding = pieces.into_encoding(None, 0, OffsetType::Byte)?;
            let spans = encoding.get_offsets().iter().map(|(start, end)| from + start..from + end);
            tokens.extend(encoding.get_ids().iter().copied().zip(spans));
            from = special.as_ref().map_or(until, |(_, span)| span.end);
            tokens.extend(special);
        }
        Ok(tokens)
    }

    /// The first special token from `from` on; of several there, the longest.
    fn next_special(&self, text: &str, from: usize) -> Option<(u32, Range<usize>)> {
        let found = self.special.iter().filter_map(|special| {
            let start = from + text[from..].find(&special.content)?;
            Some((special.id, start..start + special.content.len()))
        });
        found.min_by_key(|(_, span)| (span.start, usize::MAX - span.end))
    }
}

/// Whether the vocabulary knows enough of a text's tokens for its vector to mean something.
pub fn is_readable(tokens: &[Token]) -> bool {
    let own = tokens.iter().filter(|token| token.span.is_some()).count();
    let unknown = tokens.iter().filter(|token| token.unknown).count();
    own > 0 && unknown as f32 <= MOST_UNKNOWN * own as f32
}
