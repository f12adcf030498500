//! The pack as a format: samples that load for ever, and files that were broken on purpose.

#[path = "../model/memory.rs"]
mod memory;
#[allow(dead_code, reason = "the tests of models use more of it")]
#[path = "../model/random.rs"]
mod random;

mod frozen;
mod held;
mod mutations;
mod sample;
