//! The worker's wasm as Trunk builds it: what JavaScript calls is exported by the library.

use nearmind_web_worker as _;

fn main() {}
