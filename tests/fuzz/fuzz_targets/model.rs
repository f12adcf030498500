//! Any bytes as a model's manifest and its tokenizer: read or refused, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nearmind::encoder::{manifest::Manifest, synthetic::Synthetic, tokenize::Tokenizer, weights::Weights};

fuzz_target!(|input: &[u8]| {
    let _ = Manifest::parse(input);
    let small = Synthetic::small(1);
    let _ = Tokenizer::parse(input, &small.manifest);
    let _ = Weights::open(input, small.manifest.architecture);
});
