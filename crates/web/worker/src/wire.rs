//! Messages between the page and the worker.
//!
//! ```text
//! page -> worker   an Envelope (a command), or {id, embed} to embed texts
//! worker -> page   an Answer, or {id, vectors, width, device} for embedded texts
//! ```
//! Errors are updates in an Answer, for both kinds of message.

use js_sys::{Float32Array, Reflect};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::JsValue;

use super::{error::error_message, scope::scope};
use nearmind_core::protocol::{DeviceChoice, DeviceReport, Envelope, Problem, Update};
use nearmind_encoder::manifest::Role;

/// A message from the page.
pub enum Message {
    Command(Envelope),
    Embed(EmbedRequest),
}

impl Message {
    /// Parses a message. A message that cannot be read is a problem that is not fatal.
    pub fn parse(message: JsValue) -> Result<Self, Problem> {
        let parsed = match Reflect::get(&message, &"embed".into()) {
            Ok(embed) if embed.is_object() => from_value(embed).map(Self::Embed),
            _ => from_value(message).map(Self::Command),
        };
        parsed.map_err(|error| Problem { code: "message".to_owned(), detail: error.to_string(), fatal: false })
    }
}

/// Texts to embed without a shop: for the importer, benchmarks and tests.
#[derive(Deserialize)]
pub struct EmbedRequest {
    /// URL of the model. The first message loads it, later ones reuse it.
    pub model: String,
    pub device: DeviceChoice,
    pub texts: Vec<String>,
    /// Which of the model's prefixes the texts get.
    #[serde(default)]
    pub role: Role,
}

/// The vectors of an [`EmbedRequest`].
pub struct EmbedResponse {
    /// `[B, H]`
    pub vectors: Vec<f32>,
    /// H, the width of a vector.
    pub width: usize,
    pub device: DeviceReport,
}

/// Answers a command. `wrote`: whether the command changed the log.
pub fn answer(id: JsValue, updates: Vec<Update>, wrote: bool) {
    post(&Answer { id, updates, wrote, refused: false });
}

/// Answers a message that was not carried out.
pub fn refuse(id: JsValue, problem: Problem) {
    post(&Answer { id, updates: vec![Update::Error(problem)], wrote: false, refused: true });
}

/// Answers an [`EmbedRequest`].
pub fn answer_embed(id: JsValue, response: EmbedResponse) {
    let vectors = Float32Array::from(&response.vectors[..]).into();
    post(&Vectors { id, vectors, width: response.width, device: response.device });
}

/// Sends updates that do not answer a message. Sends nothing if there are none.
pub fn send_updates(updates: Vec<Update>) {
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
        let why = error_message(&thrown);
        web_sys::console::error_1(&format!("nearmind: an answer could not be posted to the page: {why}").into());
    }
}

#[derive(Serialize)]
struct Answer {
    /// The `id` of the message that is answered; null for updates that do not answer a message.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    updates: Vec<Update>,
    /// Whether the log has changed, so that other pages read it again.
    wrote: bool,
    /// Whether the message was not carried out. The updates then hold only the reason.
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
