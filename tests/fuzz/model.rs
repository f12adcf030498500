//! Reads any bytes as the manifest, tokenizer or weights of a model: they must be read or refused without a panic.

use std::sync::LazyLock;

use nearmind_encoder::{manifest::Manifest, synthetic::SyntheticModel, tokenize::Tokenizer, weights::Weights};

static SMALL: LazyLock<SyntheticModel> = LazyLock::new(|| SyntheticModel::small(1));

pub fn check(bytes: &[u8]) {
    let _ = Manifest::parse(bytes);
    let _ = Tokenizer::parse(bytes, &SMALL.manifest);
    let _ = Weights::open(bytes, SMALL.manifest.architecture);
}
