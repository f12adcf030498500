//! What JavaScript throws, as words: converted here once, so that no other file handles a JsValue as an error.

use wasm_bindgen::{JsCast, JsValue};

use nearmind_core::protocol::Problem;

/// What was thrown, in its own words.
pub fn words(thrown: &JsValue) -> String {
    let words = thrown.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    words.or_else(|| thrown.as_string()).unwrap_or_else(|| format!("{thrown:?}"))
}

/// Without it the shelf cannot work: the host's own markup stands.
pub fn fatal(code: &str, message: impl Into<String>) -> Problem {
    Problem { code: code.to_owned(), message: message.into(), fatal: true }
}

/// For the shop's developer, in the console: recommendations go on.
pub fn warn(text: &str) {
    web_sys::console::warn_1(&format!("nearmind: {text}").into());
}
