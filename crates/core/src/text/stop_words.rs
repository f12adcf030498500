//! Words that say nothing of a product: function words of English and Chinese.
//!
//! Short lists of our own: words that merely are frequent stay, because a shop sells them ("light", "set").

use std::{collections::HashSet, sync::LazyLock};

static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    [include_str!("stop_words/en.txt"), include_str!("stop_words/zh.txt")]
        .into_iter()
        .flat_map(str::split_whitespace)
        .collect()
});

/// `word` in NFKC and lower case, not stemmed.
pub fn is_stop_word(word: &str) -> bool {
    STOPS.contains(word)
}
