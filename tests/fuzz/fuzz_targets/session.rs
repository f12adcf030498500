//! Lets libFuzzer search for inputs that fail the check in ../session.rs.
#![no_main]

#[path = "../../pack/sample.rs"]
mod sample;
#[path = "../session.rs"]
mod session;

libfuzzer_sys::fuzz_target!(|input: &[u8]| session::check(input));
