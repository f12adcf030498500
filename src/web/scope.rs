//! The worker's global scope, and its clock and its turns.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel};

pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker started; for durations only.
pub fn now_ms() -> f64 {
    scope().performance().map_or(0.0, |clock| clock.now())
}

/// Waits this long.
pub async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // It fails only where there is no timer at all; then there is nothing to wait for.
        if scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).is_err() {
            resolve.call0(&JsValue::NULL).ok();
        }
    });
    JsFuture::from(promise).await.ok();
}

/// Lets the event loop deliver what has arrived. A timer would wait 4 ms each time, a message does not.
pub async fn turn() {
    let Ok(channel) = MessageChannel::new() else { return sleep(0).await };
    let promise = Promise::new(&mut |resolve, _| {
        let woken = Closure::once_into_js(move || drop(resolve.call0(&JsValue::NULL)));
        channel.port1().set_onmessage(Some(woken.unchecked_ref()));
        channel.port2().post_message(&JsValue::NULL).ok();
    });
    JsFuture::from(promise).await.ok();
    channel.port1().close();
}
