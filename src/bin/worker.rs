//! The worker's wasm as Trunk builds it: what JavaScript calls is exported by the library.

use nearmind as _;

fn main() {}
