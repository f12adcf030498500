//! Messages between the page and the worker, and how they are posted.
//!
//! In: an [`Envelope`], or `{id, embed}` from a page that measures. Out: an [`Answer`] or, to `embed`,
//! `{id, vectors, width, device}`. What goes wrong is an update, whoever asked.

use js_sys::{Float32Array, Reflect};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::JsValue;

use super::{error::words, scope::scope};
use nearmind_core::protocol::{DeviceChoice, DeviceReport, Envelope, Problem, Update};
use nearmind_encoder::manifest::Role;

pub enum Message {
    Command(Envelope),
    Embed(Embed),
}

impl Message {
    pub fn read(message: JsValue) -> Result<Self, Problem> {
        let unreadable = |why: &str| {
            let message = format!("The page sent what this version cannot read: {why}.");
            Problem { code: "message".to_owned(), message, fatal: false }
        };
        let read = match Reflect::get(&message, &"embed".into()) {
            Ok(embed) if embed.is_object() => from_value(embed).map(Self::Embed),
            _ => from_value(message).map(Self::Command),
        };
        read.map_err(|error| unreadable(&error.to_string()))
    }
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

/// Answers one command. `wrote`: it has changed the log.
pub fn answer(id: JsValue, updates: Vec<Update>, wrote: bool) {
    post(&Answer { id, updates, wrote, refused: false });
}

/// Answers a message that is not carried out.
pub fn refuse(id: JsValue, problem: Problem) {
    post(&Answer { id, updates: vec![Update::Error(problem)], wrote: false, refused: true });
}

pub fn answer_embed(id: JsValue, embedded: Embedded) {
    let vectors = Float32Array::from(&embedded.vectors[..]).into();
    post(&Vectors { id, vectors, width: embedded.width, device: embedded.device });
}

/// Says what nobody asked for just now.
pub fn say(updates: Vec<Update>) {
    if !updates.is_empty() {
        answer(JsValue::NULL, updates, false);
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
struct Answer {
    /// Null for what nobody asked for just now.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    updates: Vec<Update>,
    /// The log has changed: other pages read it again.
    wrote: bool,
    /// The updates are nothing but the reason.
    refused: bool,
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
