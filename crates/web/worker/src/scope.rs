//! The worker's global scope: its clock, timers and event loop.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel};

/// Returns the worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Returns the milliseconds since the worker started (`performance.now()`); for durations only.
pub fn now_ms() -> f64 {
    scope().performance().map_or(0.0, |clock| clock.now())
}

/// Waits for `ms` milliseconds.
pub async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // `setTimeout` fails only where there are no timers; then do not wait.
        if scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).is_err() {
            resolve.call0(&JsValue::NULL).ok();
        }
    });
    JsFuture::from(promise).await.ok();
}

/// Returns the result of the work, or `None` if it takes longer than `ms` milliseconds.
pub async fn within<T>(ms: i32, work: impl Future<Output = T>) -> Option<T> {
    let mut handle = 0;
    let timeout = Promise::new(&mut |resolve, _| {
        handle = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).unwrap_or(0);
    });
    let (mut work, mut timeout) = (pin!(work), JsFuture::from(timeout));
    let outcome = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => Pin::new(&mut timeout).poll(context).map(|_| None),
    });
    let outcome = outcome.await;
    scope().clear_timeout_with_handle(handle);
    outcome
}

/// Yields to the event loop, so that messages which have arrived are delivered. Uses a message instead of a timer because
/// nested timers wait at least 4 ms.
pub async fn yield_to_event_loop() {
    let Ok(channel) = MessageChannel::new() else { return sleep(0).await };
    let promise = Promise::new(&mut |resolve, _| {
        let resume = Closure::once_into_js(move || drop(resolve.call0(&JsValue::NULL)));
        channel.port1().set_onmessage(Some(resume.unchecked_ref()));
        channel.port2().post_message(&JsValue::NULL).ok();
    });
    JsFuture::from(promise).await.ok();
    channel.port1().close();
}
