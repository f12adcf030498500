//! libFuzzer looks for what the check in ../session.rs does not survive.
#![no_main]

#[path = "../../pack/sample.rs"]
mod sample;
#[path = "../session.rs"]
mod session;

libfuzzer_sys::fuzz_target!(|input: &[u8]| session::check(input));
