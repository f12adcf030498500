//! Select, score, mix, diversify.
