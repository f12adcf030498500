//! The vocabulary of a tokenizer, which is cut to the words that are needed, and brought into a new order.
//!
//! The remaining words give the same tokens as before, but with other ids. All options are written to `tokenizer.json` as
//! `encoder/tokenize.rs` expects them.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use tokenizers::TruncationParams;

use nearmind_encoder::manifest::{Manifest, Prefixes, Role};
use nearmind_encoder::tokenize::Tokenizer;

/// The vocabulary of a tokenizer.
pub trait Vocabulary {
    /// The words with their rows in the model's word table.
    fn words(&self) -> Vec<(usize, &str)>;
    /// The rows that texts in `languages` need, and those of the tokens of `common` English words, in ascending order.
    fn select_rows(&self, languages: &[String], common: &[String]) -> Result<Vec<usize>>;
    /// The `tokenizer.json` for a word table whose row `id` was row `order[id]` before.
    fn tokenizer_json(&self, order: &[usize]) -> Result<Vec<u8>>;
    /// The tokenizers library's tokenizer with the whole vocabulary, and the row of each of its ids.
    fn full_tokenizer(&self) -> Result<(tokenizers::Tokenizer, Vec<usize>)>;
}

/// Checks that the cut tokenizer gives the same tokens as the tokenizers library with the whole vocabulary, for every word
/// and for `texts`, as far as all of their tokens remain. `order` has the old row of each new id.
///
/// # Errors
/// If tokens differ, or less than half as many texts as words can be compared.
pub fn verify(
    vocabulary: &dyn Vocabulary,
    cut: &[u8],
    manifest: &Manifest,
    order: &[usize],
    texts: &[&str],
) -> Result<()> {
    let ours = Tokenizer::parse(cut, &Manifest { prefixes: Prefixes::default(), ..manifest.clone() })?;
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
        ensure!(
            found == expected,
            "the cut tokenizer.json gives {text:?} the ids {found:?} instead of {expected:?}: the model's tokenizer is not \
             supported"
        );
        compared += 1;
    }
    ensure!(
        compared >= order.len() / 2,
        "the cut tokenizer.json could be verified with only {compared} texts for {} words: the model's tokenizer is not \
         supported",
        order.len()
    );
    Ok(())
}
