//! libFuzzer looks for what the check in ../feeds.rs does not survive.
#![no_main]

#[path = "../feeds.rs"]
mod feeds;

libfuzzer_sys::fuzz_target!(|input: &[u8]| feeds::check(input));
