//! The pack as a format: samples that load for ever, and files that were broken on purpose.

#[path = "../model/memory.rs"]
mod memory;
mod frozen;
mod held;
mod mutations;
mod sample;
