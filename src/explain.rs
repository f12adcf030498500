//! Score to shares of words.
