//! The binary that Trunk builds into the worker's wasm module. The library exports the functions that JavaScript calls.

use nearmind_web_worker as _;

fn main() {}
