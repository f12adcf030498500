//! BERT's way of cutting: normalised and split as BERT does, words by the longest pieces first. Must not know special
//! tokens.

use serde::Deserialize;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{Model, Normalizer, PreTokenizedString, PreTokenizer, Result};

/// The parts of a `tokenizer.json` that differ between models.
#[derive(Deserialize)]
pub struct WordPieceTokenizer {
    normalizer: BertNormalizer,
    model: WordPiece,
}

impl WordPieceTokenizer {
    /// How many words and pieces the vocabulary has.
    pub fn words(&self) -> usize {
        self.model.get_vocab_size()
    }

    /// The token of whatever the vocabulary has nothing for, or its name where there is no such token.
    pub fn unknown(&self) -> std::result::Result<u32, String> {
        self.model.token_to_id(&self.model.unk_token).ok_or_else(|| self.model.unk_token.clone())
    }

    /// Normalises the text, splits it into words, and cuts each into the longest pieces.
    pub fn cut(&self, text: &mut PreTokenizedString) -> Result<()> {
        text.normalize(|piece| self.normalizer.normalize(piece))?;
        BertPreTokenizer.pre_tokenize(text)?;
        text.tokenize(|piece| self.model.tokenize(piece.get()))
    }
}
