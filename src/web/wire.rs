//! Messages between the page and the worker, and how they are posted.
//!
//! In: `{id, command}`, or `{id, embed}` from a page that measures. Out: `{id, updates}`, `{id, error}` or, to `embed`,
//! `{id, vectors, width, device}`; what nobody asked for just now has the id null.

use js_sys::Float32Array;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::{error::words, scope::scope};
use crate::encoder::manifest::Role;
use crate::protocol::{Command, DeviceChoice, DeviceReport, Problem, Update};

#[derive(Deserialize)]
pub struct Message {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub id: JsValue,
    pub command: Option<Command>,
    pub embed: Option<Embed>,
}

/// Texts to encode without any shop, for benchmarks and tests.
#[derive(Deserialize)]
pub struct Embed {
    /// The model's address; the first message loads it, the later ones use it.
    pub model: String,
    pub device: DeviceChoice,
    pub texts: Vec<String>,
    /// Which prefix of the model they get.
    #[serde(default)]
    pub role: Role,
}

pub struct Embedded {
    /// `[B, H]`
    pub vectors: Vec<f32>,
    /// H
    pub width: usize,
    pub device: DeviceReport,
}

/// Answers one message.
pub fn answer(id: JsValue, outcome: Result<Vec<Update>, Problem>) {
    match outcome {
        Ok(updates) => post(&Updates { id, updates }),
        Err(error) => post(&Refusal { id, error }),
    }
}

pub fn answer_embed(id: JsValue, embedded: Embedded) {
    let vectors = Float32Array::from(&embedded.vectors[..]).into();
    post(&Vectors { id, vectors, width: embedded.width, device: embedded.device });
}

/// Says what nobody asked for just now.
pub fn say(updates: Vec<Update>) {
    if !updates.is_empty() {
        post(&Updates { id: JsValue::NULL, updates });
    }
}

fn post(message: &impl Serialize) {
    let posted = message
        .serialize(&Serializer::json_compatible())
        .map_err(JsValue::from)
        .and_then(|message| scope().post_message(&message));
    if let Err(thrown) = posted {
        web_sys::console::error_1(&format!("nearmind: an answer was not delivered: {}", words(&thrown)).into());
    }
}

#[derive(Serialize)]
struct Updates {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    updates: Vec<Update>,
}

#[derive(Serialize)]
struct Refusal {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    error: Problem,
}

#[derive(Serialize)]
struct Vectors {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    vectors: JsValue,
    width: usize,
    device: DeviceReport,
}
