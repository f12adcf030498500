//! A model's manifest.
