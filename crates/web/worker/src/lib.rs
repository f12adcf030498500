//! JavaScript's side of a session: messages, downloads, the visitor's log, devices. With `crates/web/gpu` and
//! `crates/web/feeds` the only place that knows JavaScript.
#![cfg(target_arch = "wasm32")]

mod devices; // the CPU, and the GPU when it has proven itself
mod embed; //  texts to vectors without a shop
mod error; //  what JavaScript throws, as words
mod fetch; //  files: streamed, checked, kept
mod gpu_remote; // the GPU module, as an encoder
mod kept; //   the cache of files
mod later; //  work that starts now
mod load; //   a catalogue, a model and a device from their addresses
mod scope; //  the worker's global scope
mod store; //  the visitor's log
mod wire; //   messages in and out
mod worker; // the loop
