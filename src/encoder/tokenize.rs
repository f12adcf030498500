//! Text to token ids, with the words that they belong to. Must not know what becomes of the ids.
//!
//! The pipelines are the `tokenizers` crate's own, put together from concrete types instead of through its
//! catch-all wrappers: those would bring every other pipeline, and two regex engines, into the wasm.

use std::ops::Range;

use serde::de::DeserializeOwned;
use tokenizers::decoders::wordpiece::WordPiece as WordPieceDecoder;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{Encoding, TokenizerImpl, TruncationParams};

use super::manifest::{Manifest, ModelError, Prefixes};
use super::{Batch, EncodeError};

const FILE: &str = "tokenizer.json";

type Bert = TokenizerImpl<WordPiece, BertNormalizer, BertPreTokenizer, BertProcessing, WordPieceDecoder>;

/// A model's tokenizer: its vocabulary, its longest text, its prefixes.
pub struct Tokenizer {
    pipeline: Bert,
    prefixes: Prefixes,
    vocabulary: usize,
    unknown: u32,
}

/// What a text is to the model; some models want to be told by a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A search, a wish.
    Query,
    /// An item's text.
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
        let mut pipeline: Bert = pipeline(json)?;
        let vocabulary = pipeline.get_vocab_size(true);
        if vocabulary != manifest.architecture.vocabulary {
            let expected = manifest.architecture.vocabulary;
            return Err(bad(format!("it has {vocabulary} words, the manifest says {expected}")));
        }
        let unknown = pipeline.get_model().unk_token.clone();
        let unknown = pipeline.token_to_id(&unknown).ok_or_else(|| bad(format!("{unknown:?} is not in it")))?;
        let longest = TruncationParams { max_length: manifest.architecture.positions, ..Default::default() };
        pipeline.with_truncation(Some(longest)).map_err(|e| bad(e.to_string()))?;
        Ok(Self { pipeline, prefixes: manifest.prefixes.clone(), vocabulary, unknown })
    }

    /// Token ids of texts, each cut at the model's longest text. An empty text still has its start and end.
    pub fn batch<T: AsRef<str>>(&self, texts: &[T], role: Role) -> Result<Batch, EncodeError> {
        let mut batch = Batch { ids: Vec::new(), starts: vec![0] };
        for text in texts {
            batch.ids.extend(self.encode(text.as_ref(), role)?.get_ids());
            batch.starts.push(batch.ids.len() as u32);
        }
        if batch.ids.iter().any(|&id| id as usize >= self.vocabulary) {
            return Err(EncodeError::BadBatch("the tokenizer gave an id beyond the vocabulary".into()));
        }
        Ok(batch)
    }

    /// The same tokens as in [`batch`](Self::batch), with their places in the text.
    pub fn tokens(&self, text: &str, role: Role) -> Result<Vec<Token>, EncodeError> {
        let encoding = self.encode(text, role)?;
        let prefix = self.prefix(role).len();
        let places = encoding.get_offsets().iter().zip(encoding.get_special_tokens_mask());
        let tokens = encoding.get_ids().iter().zip(places).map(|(&id, (&(from, to), &special))| Token {
            id,
            span: (special == 0 && to > prefix).then(|| from.saturating_sub(prefix)..to - prefix),
            unknown: id == self.unknown,
        });
        Ok(tokens.collect())
    }

    fn prefix(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.prefixes.query,
            Role::Passage => &self.prefixes.passage,
        }
    }

    fn encode(&self, text: &str, role: Role) -> Result<Encoding, EncodeError> {
        let prefix = self.prefix(role);
        let encoded = match prefix.is_empty() {
            true => self.pipeline.encode(text, true),
            false => self.pipeline.encode(format!("{prefix}{text}"), true),
        };
        encoded.map_err(|e| EncodeError::BadBatch(e.to_string()))
    }
}

fn pipeline<P: DeserializeOwned>(json: &[u8]) -> Result<P, ModelError> {
    serde_json::from_slice(json).map_err(|e| ModelError::malformed(FILE, e))
}
