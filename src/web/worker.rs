//! The worker's main loop: messages in, updates out. Must not know what a command means.

use wasm_bindgen::prelude::*;

/// Called once, before the first message. `load_gpu` returns a promise of the GPU module, or of null.
#[wasm_bindgen]
pub fn start(load_gpu: js_sys::Function) {
    console_error_panic_hook::set_once();
    let _ = load_gpu;
}
