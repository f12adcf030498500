//! Owns all state.
