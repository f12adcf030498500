//! Model files: tokenization as in the tokenizers library, conversion, and the refusal of damaged files.

#[path = "../support/skipped.rs"]
mod skipped;
mod convert;
mod memory;
mod multilingual;
mod mutations;
mod package;
mod tokenize;
mod windows;
