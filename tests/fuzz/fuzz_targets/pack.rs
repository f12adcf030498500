//! libFuzzer looks for what the check in ../pack.rs does not survive.
#![no_main]

#[path = "../../pack/sample.rs"]
mod sample;
#[path = "../pack.rs"]
mod pack;

libfuzzer_sys::fuzz_target!(|input: &[u8]| pack::check(input));
