//! JavaScript's side: the only place that knows it.
//!
//! With the feature `worker` this is the module that owns the session; with `gpu` alone it is the GPU module.

#[cfg(feature = "worker")]
mod worker;
