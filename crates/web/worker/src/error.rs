//! Converts what JavaScript throws to messages, in one place: no other file handles a `JsValue` as an error.

use wasm_bindgen::{JsCast, JsValue};

use nearmind_core::protocol::Problem;

/// Returns the message of a thrown value: that of an `Error`, a thrown string, or else its debug representation.
pub fn error_message(thrown: &JsValue) -> String {
    let message = thrown.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| format!("{thrown:?}"))
}

/// A problem after which the shelf cannot work: the shop's own markup stays.
pub fn fatal(code: &str, detail: impl Into<String>) -> Problem {
    Problem { code: code.to_owned(), detail: detail.into(), fatal: true }
}

/// Logs a warning for the shop's developer to the console. Recommendations continue.
pub fn warn(message: &str) {
    web_sys::console::warn_1(&format!("nearmind: {message}").into());
}
