//! JavaScript's side of the worker.
