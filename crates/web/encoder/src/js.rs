//! Values of JavaScript: objects, errors, files, the clock.

use std::ops::Range;

use js_sys::{Error, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, WorkerGlobalScope};

use nearmind_encoder::{EncodeError, weights::ByteSource};

/// A file in JavaScript's memory, so that the wasm memory, which never shrinks, holds only one tensor at a time.
pub struct JsFile(pub Uint8Array);

impl ByteSource for JsFile {
    fn len_bytes(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, at: usize, into: &mut [u8]) {
        self.0.subarray(at as u32, (at + into.len()) as u32).copy_to(into);
    }
}

/// Builds an object.
pub fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value).expect("a new object takes any field");
    }
    object.into()
}

/// The start and end of a span, in bytes; two equal numbers if there is none.
pub fn span_to_pair(span: Option<Range<usize>>) -> [u32; 2] {
    span.map_or([0, 0], |span| [span.start as u32, span.end as u32])
}

/// Builds an Error with a name.
pub fn js_error(name: &str, message: &dyn std::fmt::Display) -> JsValue {
    let error = Error::new(&message.to_string());
    error.set_name(name);
    error.into()
}

/// The Error of an encoder.
pub fn encode_error(error: &EncodeError) -> JsValue {
    match error {
        EncodeError::DeviceLost(why) => js_error("DeviceLost", why),
        EncodeError::BadBatch(why) => js_error("BadBatch", why),
    }
}

/// The `name` of a thrown `Error`.
pub fn error_name(thrown: &JsValue) -> Option<String> {
    thrown.dyn_ref::<Error>().map(|error| String::from(error.name()))
}

/// The message of a thrown value: that of an `Error`, a thrown string, or else its debug representation.
pub fn error_message(thrown: &JsValue) -> String {
    let message = thrown.dyn_ref::<Error>().map(|error| String::from(error.message()));
    message.or_else(|| thrown.as_string()).unwrap_or_else(|| format!("{thrown:?}"))
}

/// Waits until the messages that have arrived are delivered. Uses a message instead of a timer because nested timers wait at
/// least 4 ms.
pub async fn next_task() {
    let Ok(channel) = MessageChannel::new() else { return };
    let promise = Promise::new(&mut |resolve, _| {
        let resume = Closure::once_into_js(move || drop(resolve.call0(&JsValue::NULL)));
        channel.port1().set_onmessage(Some(resume.unchecked_ref()));
        channel.port2().post_message(&JsValue::NULL).ok();
    });
    JsFuture::from(promise).await.ok();
    channel.port1().close();
}

/// The milliseconds since the worker started; for durations only.
pub fn now_ms() -> f64 {
    js_sys::global().unchecked_into::<WorkerGlobalScope>().performance().map_or(0.0, |clock| clock.now())
}
