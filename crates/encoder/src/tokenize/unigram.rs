//! SentencePiece's unigram model, as XLM-R uses it: of all segmentations of a word, the most probable (Kudo 2018).
//! Must not know special tokens.
//!
//! Normalising and splitting into words are steps of the `tokenizers` crate. The search is not: that crate keeps the
//! pieces in a trie of hash maps, which for 43,000 pieces takes ten times the memory and the loading time. A sorted
//! list of pieces serves as a trie too, because pieces that start with the same bytes are neighbours.

use std::cell::Cell;

use nearmind_core::text::language::is_han;
use serde::Deserialize;
use tokenizers::normalizers::unicode::{NFKC, Nmt};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::{NormalizedString, Normalizer, PreTokenizedString, PreTokenizer, Result, Token};

/// SentencePiece's replacement for a space.
const SPACE: char = '▁';
/// The full-width tilde: NFKC makes it a plain tilde, XLM-R keeps it.
pub const WIDE_TILDE: char = '～';
/// A noncharacter that replaces `WIDE_TILDE` during NFKC.
pub const HIDDEN: char = '\u{ffff}';
/// How far the log-probability of an unknown character is below that of the least probable piece; from SentencePiece.
const UNKNOWN_PENALTY: f64 = 10.0;

/// The parts of a `tokenizer.json` that differ between models.
#[derive(Deserialize)]
#[serde(from = "File")]
pub struct UnigramTokenizer {
    /// All pieces, concatenated in byte order.
    text: String,
    pieces: Vec<Piece>,
    /// The pieces that start with `byte` are `starts[byte]..starts[byte + 1]`. `[257]`
    starts: Vec<u32>,
    unknown: u32,
    unknown_score: f64,
    split: Metaspace,
}

#[derive(Deserialize)]
struct File {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    unk_id: u32,
    /// The pieces and their log-probabilities, by id.
    vocab: Vec<(String, f64)>,
}

struct Piece {
    /// The byte range in `text`.
    from: u32,
    to: u32,
    id: u32,
    score: f64,
}

impl From<File> for UnigramTokenizer {
    fn from(file: File) -> Self {
        let Model { unk_id, vocab } = file.model;
        let mut order: Vec<u32> = (0..vocab.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| vocab[a as usize].0.cmp(&vocab[b as usize].0).then(b.cmp(&a)));
        let mut text = String::with_capacity(vocab.iter().map(|(piece, _)| piece.len()).sum());
        let piece = |id: u32| {
            let (piece, score) = &vocab[id as usize];
            let from = text.len() as u32;
            text.push_str(piece);
            Piece { from, to: text.len() as u32, id, score: *score }
        };
        let mut pieces: Vec<Piece> = order.into_iter().map(piece).filter(|piece| piece.from < piece.to).collect();
        // Duplicate pieces are dropped; `Tokenizer::parse` then refuses the file, because the vocabulary is too small.
        let text_of = |piece: &Piece| &text[piece.from as usize..piece.to as usize];
        pieces.dedup_by(|one, before| text_of(one) == text_of(before));
        let first = |piece: &Piece| usize::from(text.as_bytes()[piece.from as usize]);
        let starts = (0..=256).map(|byte| pieces.partition_point(|piece| first(piece) < byte) as u32).collect();
        let least = vocab.iter().fold(f64::INFINITY, |least, (_, score)| least.min(*score));
        Self {
            text,
            pieces,
            starts,
            unknown: unk_id,
            unknown_score: least - UNKNOWN_PENALTY,
            split: Metaspace::new(SPACE, PrependScheme::Always, true),
        }
    }
}

/// The last piece of the best segmentation found so far that ends at a position.
#[derive(Clone, Copy)]
struct Best {
    score: f64,
    from: usize,
    id: u32,
}

impl UnigramTokenizer {
    /// Returns the number of pieces in the vocabulary.
    pub fn vocabulary_size(&self) -> usize {
        self.pieces.len()
    }

    /// Returns the whole words of the vocabulary with their ids. A word in Han characters need not follow a space.
    pub fn words(&self) -> Vec<(u32, String)> {
        let word = |piece: &Piece| {
            let text = &self.text[piece.from as usize..piece.to as usize];
            let word = text.strip_prefix(SPACE).or_else(|| text.chars().all(is_han).then_some(text))?;
            Some((piece.id, word.to_owned()))
        };
        self.pieces.iter().filter_map(word).collect()
    }

    /// Returns the id of the unknown token.
    pub fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Normalises the text, splits it at white space, and each word into its most probable pieces.
    pub fn split(&self, text: &mut PreTokenizedString) -> Result<()> {
        text.normalize(normalize)?;
        self.split.pre_tokenize(text)?;
        text.tokenize(|word| Ok(self.segment(word.get())))
    }

    /// Returns the most probable pieces of a word, by the Viterbi algorithm. Adjacent unknown characters are one token.
    fn segment(&self, word: &str) -> Vec<Token> {
        let mut ends: Vec<Option<Best>> = vec![None; word.len() + 1];
        for (from, char) in word.char_indices() {
            let before = ends[from].map_or(0.0, |best| best.score);
            let mut offer = |to: usize, id: u32, score: f64| {
                // Added in the same order as in the `tokenizers` crate, so that rounding gives the same segmentation.
                let score = score + before;
                if ends[to].is_none_or(|best| score > best.score) {
                    ends[to] = Some(Best { score, from, id });
                }
            };
            let mut is_in_vocabulary = false;
            self.for_each_prefix(&word.as_bytes()[from..], |piece, bytes| {
                offer(from + bytes, piece.id, piece.score);
                is_in_vocabulary |= bytes == char.len_utf8();
            });
            if !is_in_vocabulary {
                offer(from + char.len_utf8(), self.unknown, self.unknown_score);
            }
        }
        let mut tokens: Vec<Token> = Vec::new();
        let mut to = word.len();
        while let Some(Best { from, id, .. }) = ends[to].filter(|_| to > 0) {
            match tokens.last_mut() {
                Some(after) if after.id == id && id == self.unknown => after.offsets.0 = from,
                _ => tokens.push(Token { id, value: String::new(), offsets: (from, to) }),
            }
            to = from;
        }
        tokens.reverse();
        tokens
    }

    /// Calls `found` with every piece that `bytes` start with, and its length in bytes, from short to long.
    fn for_each_prefix(&self, bytes: &[u8], mut found: impl FnMut(&Piece, usize)) {
        let Some(&first) = bytes.first() else { return };
        let mut left =
            &self.pieces[self.starts[usize::from(first)] as usize..self.starts[usize::from(first) + 1] as usize];
        // All pieces in `left` start with the first `length` bytes.
        for length in 1..=bytes.len() {
            if let Some((piece, longer)) = left.split_first().filter(|(piece, _)| piece.len_bytes() == length) {
                found(piece, length);
                left = longer;
            }
            let Some(&next) = bytes.get(length) else { return };
            let byte = |piece: &Piece| self.text.as_bytes()[piece.from as usize + length];
            let from = left.partition_point(|piece| byte(piece) < next);
            let to = left.partition_point(|piece| byte(piece) <= next);
            left = &left[from..to];
            if left.is_empty() {
                return;
            }
        }
    }
}

impl Piece {
    fn len_bytes(&self) -> usize {
        (self.to - self.from) as usize
    }
}

/// XLM-R's normaliser: SentencePiece's `nmt_nfkc`, except for the full-width tilde; then collapses repeated spaces.
pub fn normalize(text: &mut NormalizedString) -> Result<()> {
    if text.get().is_ascii() && !text.get().contains(|c: char| c.is_ascii_control()) && !text.get().contains("  ") {
        return Ok(());
    }
    text.map(|c| if c == WIDE_TILDE { HIDDEN } else { c });
    Nmt.normalize(text)?;
    NFKC.normalize(text)?;
    text.map(|c| if c == HIDDEN { WIDE_TILDE } else { c });
    let before = Cell::new('-');
    text.filter(|c| !(before.replace(c) == ' ' && c == ' '));
    Ok(())
}
