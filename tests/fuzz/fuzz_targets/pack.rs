//! Any bytes as the manifest and the files of a pack: opened or refused, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nearmind::catalog::{Manifest, parts};

fuzz_target!(|input: &[u8]| {
    let _ = Manifest::parse(input);
    let _ = parts::read_items(input);
    let _ = parts::read_vectors(input);
    let _ = parts::read_words(input);
});
