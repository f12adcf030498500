//! SentencePiece's way of cutting, as XLM-R has it: of all ways to lay a word out in pieces, the likeliest (Kudo 2018).
//! Must not know special tokens.
//!
//! Normalising and splitting are the library's own steps. The search is not: the library keeps its pieces in a trie
//! of hash maps, which for 43,000 pieces takes ten times the memory and the time to load. Sorted pieces are a trie
//! too: those that start with the same bytes are neighbours.

use std::cell::Cell;

use serde::Deserialize;
use tokenizers::normalizers::unicode::{NFKC, Nmt};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::{NormalizedString, Normalizer, PreTokenizedString, PreTokenizer, Result, Token};

/// Stands for a space.
const SPACE: char = '▁';
/// NFKC makes it a plain tilde; XLM-R does not.
pub const WIDE_TILDE: char = '～';
/// No character: `WIDE_TILDE` while NFKC goes by.
pub const HIDDEN: char = '\u{ffff}';
/// How much less likely an unknown character is than the least likely piece. SentencePiece's own constant.
const UNKNOWN_PENALTY: f64 = 10.0;

/// The parts of a `tokenizer.json` that differ between models.
#[derive(Deserialize)]
#[serde(from = "File")]
pub struct UnigramTokenizer {
    /// All pieces, in the order of their bytes.
    text: String,
    pieces: Vec<Piece>,
    /// Pieces that start with the same byte: `starts[byte]..starts[byte + 1]`.
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
    /// Pieces and the logarithms of their probabilities, by id.
    vocab: Vec<(String, f64)>,
}

struct Piece {
    /// In `text`
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
        // A piece that is there twice has no second id: the count of words gives such a file away.
        let of = |piece: &Piece| &text[piece.from as usize..piece.to as usize];
        pieces.dedup_by(|one, before| of(one) == of(before));
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

/// The best way found to lay out what ends here.
#[derive(Clone, Copy)]
struct Best {
    score: f64,
    from: usize,
    id: u32,
}

impl UnigramTokenizer {
    /// How many pieces the vocabulary has.
    pub fn words(&self) -> usize {
        self.pieces.len()
    }

    /// The id of the token for characters that no piece has.
    pub fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Normalises the text, splits it at white space, and cuts each word into its likeliest pieces.
    pub fn cut(&self, text: &mut PreTokenizedString) -> Result<()> {
        text.normalize(normalize)?;
        self.split.pre_tokenize(text)?;
        text.tokenize(|word| Ok(self.likeliest(word.get())))
    }

    /// The likeliest pieces of a word; unknown characters side by side are one token.
    fn likeliest(&self, word: &str) -> Vec<Token> {
        let mut ends: Vec<Option<Best>> = vec![None; word.len() + 1];
        for (from, char) in word.char_indices() {
            let before = ends[from].map_or(0.0, |best| best.score);
            let mut reach = |to: usize, id: u32, score: f64| {
                // Sums in the library's order: equal texts give equal roundings.
                let score = score + before;
                if ends[to].is_none_or(|best| score > best.score) {
                    ends[to] = Some(Best { score, from, id });
                }
            };
            let mut is_known = false;
            self.prefixes(&word.as_bytes()[from..], |piece, bytes| {
                reach(from + bytes, piece.id, piece.score);
                is_known |= bytes == char.len_utf8();
            });
            if !is_known {
                reach(from + char.len_utf8(), self.unknown, self.unknown_score);
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

    /// Every piece that `bytes` start with, the shortest first, and its length.
    fn prefixes(&self, bytes: &[u8], mut found: impl FnMut(&Piece, usize)) {
        let Some(&first) = bytes.first() else { return };
        let mut left =
            &self.pieces[self.starts[usize::from(first)] as usize..self.starts[usize::from(first) + 1] as usize];
        // All of `left` start with the first `length` bytes.
        for length in 1..=bytes.len() {
            if let Some((piece, longer)) = left.split_first().filter(|(piece, _)| piece.bytes() == length) {
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
    fn bytes(&self) -> usize {
        (self.to - self.from) as usize
    }
}

/// XLM-R's normaliser: SentencePiece's `nmt_nfkc`, but for the wide tilde; then one space for many.
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
