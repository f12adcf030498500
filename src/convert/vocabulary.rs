//! A tokenizer's vocabulary in a new order, without the words that are not kept.
//!
//! Tokens stay the same where they are kept; only their numbers change, and the options that never change are written
//! out as `encoder/tokenize.rs` reads them.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use tokenizers::TruncationParams;

use nearmind_encoder::manifest::{Manifest, Prefixes, Role};
use nearmind_encoder::tokenize::Tokenizer;

/// The words of a tokenizer, and its file for some of them.
pub trait Vocabulary {
    /// The words, by their row in the model's table.
    fn words(&self) -> Vec<(usize, &str)>;
    /// Rows that are worth keeping for texts in `languages`, ascending.
    fn select_rows(&self, languages: &[String], common: &[String]) -> Result<Vec<usize>>;
    /// The `tokenizer.json` for a table whose row `id` was row `order[id]`.
    fn tokenizer_json(&self, order: &[usize]) -> Result<Vec<u8>>;
    /// The library's own tokenizer of the whole vocabulary, and the rows of its ids.
    fn full_tokenizer(&self) -> Result<(tokenizers::Tokenizer, Vec<usize>)>;
}

/// Every kept word, and `texts`, give the same tokens by the trimmed file as by the library's own reading of the
/// original, wherever the original's tokens are kept.
pub fn verify(
    vocabulary: &dyn Vocabulary,
    trimmed: &[u8],
    manifest: &Manifest,
    order: &[usize],
    texts: &[&str],
) -> Result<()> {
    let ours = Tokenizer::parse(trimmed, &Manifest { prefixes: Prefixes::default(), ..manifest.clone() })?;
    let (mut library, rows) = vocabulary.full_tokenizer()?;
    library.with_padding(None);
    let longest = TruncationParams { max_length: manifest.architecture.positions, ..Default::default() };
    library.with_truncation(Some(longest)).map_err(anyhow::Error::msg)?;
    let ids: BTreeMap<usize, u32> = order.iter().zip(0..).map(|(&row, id)| (row, id)).collect();
    let mut compared = 0;
    for text in vocabulary.words().into_iter().map(|(_, word)| word).chain(texts.iter().copied()) {
        let expected = library.encode(text, true).map_err(anyhow::Error::msg)?;
        let expected: Option<Vec<u32>> =
            expected.get_ids().iter().map(|&id| ids.get(rows.get(id as usize)?).copied()).collect();
        let Some(expected) = expected else { continue };
        let found = ours.batch(&[text], Role::Passage)?.ids;
        ensure!(found == expected, "the trimmed tokenizer cuts {text:?} differently from the original");
        compared += 1;
    }
    ensure!(compared >= order.len() / 2, "only {compared} of {} words could be compared", order.len());
    Ok(())
}
