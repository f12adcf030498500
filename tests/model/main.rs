//! Model files from the outside: tokenizing as the library does, refusing what is broken, converting what is not.

#[path = "../support/skipped.rs"]
mod skipped;
mod convert;
mod memory;
mod multilingual;
mod mutations;
mod package;
mod tokenize;
mod windows;
