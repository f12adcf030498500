//! The worker's global scope, and its clock and its turns.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

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

/// What comes of the work within this time.
pub async fn within<T>(ms: i32, work: impl Future<Output = T>) -> Option<T> {
    let mut handle = 0;
    let late = Promise::new(&mut |resolve, _| {
        handle = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms).unwrap_or(0);
    });
    let (mut work, mut late) = (pin!(work), JsFuture::from(late));
    let outcome = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Pin::new(&mut late).poll(context).map(|_| None),
    });
    let outcome = outcome.await;
    scope().clear_timeout_with_handle(handle);
    outcome
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
