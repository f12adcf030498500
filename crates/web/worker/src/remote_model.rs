//! The encoder module as the worker sees it: a model that runs in another wasm module, `crates/web/encoder`.

use std::ops::Range;

use js_sys::{Error, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{
    error::{error_message, fatal},
    load::ModelFiles,
    task::Task,
};
use nearmind_core::{
    catalog::ModelName,
    explain::TokenStates,
    protocol::{DeviceChoice, DeviceReport, Problem},
    recommend::texts::TextVector,
};
use nearmind_encoder::{EncodeError, EncodedText, TextModel, TokenAttention, manifest::Role};

#[wasm_bindgen]
extern "C" {
    /// Exports of the encoder module.
    type Exports;
    #[wasm_bindgen(method, getter, js_name = EncoderModule)]
    fn class(this: &Exports) -> Class;

    type Class;
    #[wasm_bindgen(method, catch)]
    async fn create(
        this: &Class,
        manifest_json: &str,
        tokenizer: &Uint8Array,
        probes: &Uint8Array,
        weights: &Uint8Array,
        device: &str,
        load_gpu: &Function,
    ) -> Result<JsValue, JsValue>;

    type Encoder;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Encoder) -> usize;
    #[wasm_bindgen(method, getter)]
    fn background(this: &Encoder) -> f32;
    #[wasm_bindgen(method, getter)]
    fn report(this: &Encoder) -> String;
    #[wasm_bindgen(method, catch)]
    async fn vector(this: &Encoder, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn encode(this: &Encoder, texts: Vec<String>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn attention(this: &Encoder, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn embed(this: &Encoder, texts: Vec<String>, is_query: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = gpuTask)]
    fn gpu_task(this: &Encoder) -> Option<JsGpuTask>;
    #[wasm_bindgen(method)]
    fn apply(this: &Encoder, outcome: JsValue);

    type JsGpuTask;
    #[wasm_bindgen(method, catch)]
    async fn run(this: &JsGpuTask) -> Result<JsValue, JsValue>;

    /// What `vector`, `encode` and `attention` return.
    type Encoded;
    #[wasm_bindgen(method, getter)]
    fn vector(this: &Encoded) -> Vec<f32>;
    #[wasm_bindgen(method, getter, js_name = isFamiliar)]
    fn is_familiar(this: &Encoded) -> bool;
    #[wasm_bindgen(method, getter)]
    fn vectors(this: &Encoded) -> Vec<f32>;
    #[wasm_bindgen(method, getter)]
    fn states(this: &Encoded) -> Vec<f32>;
    #[wasm_bindgen(method, getter)]
    fn spans(this: &Encoded) -> Vec<u32>;
    #[wasm_bindgen(method, getter)]
    fn lengths(this: &Encoded) -> Vec<u32>;
    #[wasm_bindgen(method, getter)]
    fn weights(this: &Encoded) -> Vec<f32>;
}

/// What loads the other modules: each returns a promise of the module's exports.
#[derive(Clone)]
pub struct ModuleLoaders {
    pub encoder: Function,
    /// Its promise is of null if there is no adapter.
    pub gpu: Function,
}

impl ModuleLoaders {
    /// Starts to fetch the encoder module.
    pub fn fetch_encoder(&self) -> Task<Result<JsValue, Problem>> {
        let load = self.encoder.clone();
        Task::spawn(async move {
            let failed = |thrown: JsValue| fatal("download", error_message(&thrown));
            let promise: Promise = load.call0(&JsValue::NULL).map_err(failed)?.unchecked_into();
            JsFuture::from(promise).await.map_err(failed)
        })
    }
}

/// A model in the encoder module.
pub struct RemoteModel {
    encoder: Encoder,
    name: ModelName,
    width: usize,
    background: f32,
}

/// Something to do with the GPU that takes long; the model can be used meanwhile.
pub struct GpuTask(JsGpuTask);

/// What came of a [`GpuTask`].
pub struct GpuOutcome(JsValue);

impl GpuTask {
    /// Carries out the task; `None` if the module failed.
    pub async fn run(self) -> Option<GpuOutcome> {
        self.0.run().await.ok().map(GpuOutcome)
    }
}

impl RemoteModel {
    /// Loads the model on the CPU. `exports` are the encoder module's.
    pub async fn load(
        files: ModelFiles,
        exports: JsValue,
        device: DeviceChoice,
        load_gpu: &Function,
    ) -> Result<Self, Problem> {
        let ModelFiles { manifest, manifest_json, tokenizer, probes, weights } = files;
        let device = match device {
            DeviceChoice::Auto => "auto",
            DeviceChoice::Cpu => "cpu",
            DeviceChoice::Gpu => "gpu",
        };
        let class = exports.unchecked_into::<Exports>().class();
        let created =
            class.create(&manifest_json, tokenizer.array(), probes.array(), weights.array(), device, load_gpu).await;
        let encoder: Encoder = created.map_err(|thrown| fatal("model", error_message(&thrown)))?.unchecked_into();
        let (width, background) = (encoder.width(), encoder.background());
        Ok(Self { encoder, name: manifest.model_name(), width, background })
    }

    /// The device and why it was chosen, as JSON.
    pub fn report_json(&self) -> String {
        self.encoder.report()
    }

    /// The unit vectors of texts, in order. `[B, H]`
    pub async fn embed(&self, texts: Vec<String>, role: Role) -> Result<Vec<f32>, EncodeError> {
        let vectors = self.encoder.embed(texts, role == Role::Query).await.map_err(|thrown| encode_error(&thrown))?;
        Ok(js_sys::Float32Array::from(vectors).to_vec())
    }

    /// The next task with the GPU, if there is one.
    pub fn gpu_task(&self) -> Option<GpuTask> {
        self.encoder.gpu_task().map(GpuTask)
    }

    /// Takes the outcome of a task.
    pub fn apply(&self, outcome: GpuOutcome) {
        self.encoder.apply(outcome.0);
    }
}

/// Reads the report of [`RemoteModel::report_json`].
pub fn read_report(json: &str) -> Result<DeviceReport, Problem> {
    serde_json::from_str(json).map_err(|error| fatal("encoder", error.to_string()))
}

impl TextModel for RemoteModel {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn width(&self) -> usize {
        self.width
    }

    fn background(&self) -> f32 {
        self.background
    }

    async fn vector(&mut self, text: &str) -> Result<Option<TextVector>, EncodeError> {
        let read = self.encoder.vector(text).await.map_err(|thrown| encode_error(&thrown))?;
        Ok(encoded(read).map(|read| TextVector { vector: read.vector(), is_familiar: read.is_familiar() }))
    }

    async fn encode(&mut self, texts: &[&str]) -> Result<Option<Vec<EncodedText>>, EncodeError> {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        let read = self.encoder.encode(texts).await.map_err(|thrown| encode_error(&thrown))?;
        let Some(read) = encoded(read) else { return Ok(None) };
        let (spans, states, vectors) = (spans(&read), read.states(), read.vectors());
        let (mut spans, mut states) = (spans.into_iter(), states.chunks_exact(self.width));
        let text = |(length, vector): (u32, &[f32])| {
            let length = length as usize;
            let states = states.by_ref().take(length).flatten().copied().collect();
            (TokenStates { spans: spans.by_ref().take(length).collect(), states }, vector.to_vec())
        };
        Ok(Some(read.lengths().into_iter().zip(vectors.chunks_exact(self.width)).map(text).collect()))
    }

    async fn attention(&mut self, text: &str) -> Result<Option<TokenAttention>, EncodeError> {
        let read = self.encoder.attention(text).await.map_err(|thrown| encode_error(&thrown))?;
        Ok(encoded(read).map(|read| (spans(&read), read.weights())))
    }
}

/// An answer; `None` if it is undefined.
fn encoded(answer: JsValue) -> Option<Encoded> {
    (!answer.is_undefined()).then(|| answer.unchecked_into())
}

/// The bytes that each token stands for.
fn spans(read: &Encoded) -> Vec<Option<Range<usize>>> {
    let pair = |pair: &[u32]| (pair[0] < pair[1]).then(|| pair[0] as usize..pair[1] as usize);
    read.spans().chunks_exact(2).map(pair).collect()
}

fn encode_error(thrown: &JsValue) -> EncodeError {
    let why = error_message(thrown);
    let name = thrown.dyn_ref::<Error>().map(|error| String::from(error.name()));
    // After any other error (a panic, lack of memory) the module cannot be used again.
    if name.as_deref() == Some("BadBatch") { EncodeError::BadBatch(why) } else { EncodeError::DeviceLost(why) }
}
