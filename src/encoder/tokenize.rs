//! Text to token ids, with the words that they belong to. Must not know what becomes of the ids.
//!
//! The steps are the `tokenizers` crate's own, one after the other. Its `Tokenizer` does the same, but finds special
//! tokens in a text with regular expressions, whose engines are a third of the worker's wasm.

use std::ops::Range;

use serde::Deserialize;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{Model, Normalizer, OffsetType, PreTokenizedString, PreTokenizer};

use super::manifest::{Manifest, ModelError, Prefixes};
use super::{Batch, EncodeError};

const FILE: &str = "tokenizer.json";

/// A model's tokenizer: its vocabulary, its longest text, its prefixes.
pub struct Tokenizer {
    file: File,
    prefixes: Prefixes,
    /// In tokens, start and end included.
    longest: usize,
    vocabulary: usize,
    unknown: u32,
}

/// A `tokenizer.json` as the converter writes it; the library reads the same file.
#[derive(Deserialize)]
struct File {
    added_tokens: Vec<Special>,
    normalizer: BertNormalizer,
    post_processor: Ends,
    model: WordPiece,
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

/// What a text is to the model; some models want to be told by a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A search, a wish.
    Query,
    /// An item's text.
    #[default]
    Passage,
}

/// One token and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
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
        let file: File = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
        let plain = |s: &Special| !(s.single_word || s.lstrip || s.rstrip || s.normalized || s.content.is_empty());
        if let Some(special) = file.added_tokens.iter().find(|special| !plain(special)) {
            return Err(bad(format!("the special token {:?} wants more than to be found", special.content)));
        }
        let (vocabulary, expected) = (file.model.get_vocab_size(), manifest.architecture.vocabulary);
        if vocabulary != expected {
            return Err(bad(format!("it has {vocabulary} words, the manifest says {expected}")));
        }
        let unknown = &file.model.unk_token;
        let unknown = file.model.token_to_id(unknown).ok_or_else(|| bad(format!("{unknown:?} is not in it")))?;
        let Ends { cls, sep } = &file.post_processor;
        if cls.1.max(sep.1) as usize >= vocabulary {
            return Err(bad("its start and end are not in the vocabulary".into()));
        }
        let longest = manifest.architecture.positions;
        Ok(Self { file, prefixes: manifest.prefixes.clone(), longest, vocabulary, unknown })
    }

    /// Token ids of texts, each cut at the model's longest text. An empty text still has its start and end.
    pub fn batch<T: AsRef<str>>(&self, texts: &[T], role: Role) -> Result<Batch, EncodeError> {
        let mut batch = Batch { ids: Vec::new(), starts: vec![0] };
        for text in texts {
            batch.ids.extend(self.tokens(text.as_ref(), role)?.into_iter().map(|token| token.id));
            batch.starts.push(batch.ids.len() as u32);
        }
        Ok(batch)
    }

    /// The same tokens as in [`batch`](Self::batch), with their places in the text.
    pub fn tokens(&self, text: &str, role: Role) -> Result<Vec<Token>, EncodeError> {
        let prefix = match role {
            Role::Query => &self.prefixes.query,
            Role::Passage => &self.prefixes.passage,
        };
        let found = match prefix.is_empty() {
            true => self.cut(text),
            false => self.cut(&format!("{prefix}{text}")),
        };
        let mut found = found.map_err(|e| EncodeError::BadBatch(e.to_string()))?;
        found.truncate(self.longest - 2);
        if found.iter().any(|&(id, _)| id as usize >= self.vocabulary) {
            return Err(EncodeError::BadBatch("the tokenizer gave an id beyond the vocabulary".into()));
        }
        let own = |id| Token { id, span: None, unknown: false };
        let Ends { cls, sep } = &self.file.post_processor;
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
        while from < text.len() && tokens.len() < self.longest {
            let special = self.next_special(text, from);
            let until = special.as_ref().map_or(text.len(), |(_, span)| span.start);
            let mut pieces = PreTokenizedString::from(&text[from..until]);
            pieces.normalize(|piece| self.file.normalizer.normalize(piece))?;
            BertPreTokenizer.pre_tokenize(&mut pieces)?;
            pieces.tokenize(|piece| self.file.model.tokenize(piece.get()))?;
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
        let found = self.file.added_tokens.iter().filter_map(|special| {
            let start = from + text[from..].find(&special.content)?;
            Some((special.id, start..start + special.content.len()))
        });
        found.min_by_key(|(_, span)| (span.start, usize::MAX - span.end))
    }
}
