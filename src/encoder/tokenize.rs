//! Text to ids.
