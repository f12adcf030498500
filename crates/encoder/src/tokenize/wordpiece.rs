//! BERT's tokenization: its normalizer and pre-tokenizer, then WordPiece, which takes the longest pieces first. Must
//! not know special tokens.

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
    /// Returns the number of words and pieces in the vocabulary.
    pub fn vocabulary_size(&self) -> usize {
        self.model.get_vocab_size()
    }

    /// Returns the whole words of the vocabulary with their ids.
    pub fn words(&self) -> Vec<(u32, String)> {
        let is_whole = |word: &str| !word.starts_with("##") && !word.starts_with('[');
        self.model.get_vocab().into_iter().filter(|(word, _)| is_whole(word)).map(|(word, id)| (id, word)).collect()
    }

    /// Returns the id of the unknown token, or as an error its name if the vocabulary does not have it.
    pub fn unknown(&self) -> std::result::Result<u32, String> {
        self.model.token_to_id(&self.model.unk_token).ok_or_else(|| self.model.unk_token.clone())
    }

    /// Normalises the text, splits it into words, and each word into pieces.
    pub fn split(&self, text: &mut PreTokenizedString) -> Result<()> {
        text.normalize(|piece| self.normalizer.normalize(piece))?;
        BertPreTokenizer.pre_tokenize(text)?;
        text.tokenize(|piece| self.model.tokenize(piece.get()))
    }
}
