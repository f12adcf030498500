//! Model files from the outside: tokenizing as the library does, refusing what is broken, converting what is not.

mod convert;
mod memory;
mod mutations;
mod random;
mod tokenize;
