//! Stop words: function words of English and Chinese, which say nothing about a product.
//!
//! The lists are short and our own. Words that are merely frequent are not on them, because shops sell what they name
//! ("light", "set").

use std::{collections::HashSet, sync::LazyLock};

static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    [include_str!("stop_words/en.txt"), include_str!("stop_words/zh.txt")]
        .into_iter()
        .flat_map(str::split_whitespace)
        .collect()
});

/// Returns whether `word` is a stop word. `word` must be in NFKC and lower case, not stemmed.
pub fn is_stop_word(word: &str) -> bool {
    STOPS.contains(word)
}
