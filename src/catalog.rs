//! Items, and the packed catalogue that a static host serves.
//!
//! Must not know visitors, models or I/O: bytes in, plain data out.

pub mod item; // one product, in every language that the shop has
pub mod pack; // the files of a pack: drawn at the top of its decoder
