//! JavaScript's side: the only place that knows it.
//!
//! With the feature `worker` this is the module that owns the session; with `gpu` alone it is the GPU module, with
//! `feeds` alone the one that imports a visitor's own catalogue.

#[cfg(feature = "worker")]
mod devices; // the CPU, and the GPU when it has proven itself
#[cfg(feature = "worker")]
mod embed; //  texts to vectors without a shop
#[cfg(feature = "worker")]
mod error; //  what JavaScript throws, as words
#[cfg(feature = "worker")]
mod fetch; //  files: streamed, checked, kept
#[cfg(all(feature = "feeds", not(feature = "worker")))]
mod feeds_module; // the feeds module's only class
#[cfg(all(feature = "gpu", not(feature = "worker")))]
mod gpu_module; // the GPU module's only class
#[cfg(feature = "worker")]
mod gpu_remote; // that class, as an encoder
#[cfg(feature = "worker")]
mod kept; //   the cache of files
#[cfg(feature = "worker")]
mod later; //  work that starts now
#[cfg(feature = "worker")]
mod load; //   a catalogue, a model and a device from their addresses
#[cfg(feature = "worker")]
mod nearest; // the nearest vectors, for the page that measures
#[cfg(feature = "worker")]
mod queue; //  what waits for the loop
#[cfg(feature = "worker")]
mod scope; //  the worker's global scope
#[cfg(feature = "worker")]
mod store; //  the visitor's log
#[cfg(feature = "worker")]
mod wire; //   messages in and out
#[cfg(feature = "worker")]
mod worker; // the loop
