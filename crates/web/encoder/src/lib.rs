//! The interface of the encoder module to the worker: one class. Fetched with the first model, because lists need neither.
//!
//! ```js
//! const encoder = await EncoderModule.create(manifestJson, tokenizer, probes, weights, "auto", loadGpu);
//! const { vector, isFamiliar } = await encoder.vector(text); // undefined if the model cannot read it
//! const task = encoder.gpuTask(); // undefined if there is nothing to do with the GPU
//! if (task) encoder.apply(await task.run()); // takes long; the encoder can be used meanwhile
//! ```
//! `create` rejects with an Error that says what is wrong with the model. The other errors have the names `DeviceLost` and
//! `BadBatch`, as in `nearmind_encoder::EncodeError`.
#![cfg(target_arch = "wasm32")]

mod devices; // the encoder's devices: the CPU, and the GPU once it has passed its test
mod gpu_remote; // the GPU module, as an encoder
mod gpu_task; // what takes long with the GPU
mod js; //     values of JavaScript

use js_sys::{Float32Array, Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use devices::{Device, device_report, load_cpu};
use gpu_remote::OpenRemote;
use gpu_task::{GpuOutcome, GpuTask};
use js::{JsFile, encode_error, js_error, object};
use nearmind_encoder::{
    Batch, Encoder, Model, OutputKind, TextModel,
    device::Choice,
    manifest::{Manifest, Probes, Role},
    tokenize::Tokenizer,
    weights::Weights,
};

/// A model on the CPU, and on the GPU once that has passed its test.
#[wasm_bindgen]
pub struct EncoderModule {
    model: Model<Device>,
    /// Until the GPU is tried.
    opener: Option<OpenRemote>,
    choice: Choice,
}

#[wasm_bindgen]
impl EncoderModule {
    /// Loads the model on the CPU and tests it with its probes. `device` is `auto`, `cpu` or `gpu`; `load_gpu` returns a
    /// promise of the GPU module's exports, or of null if there is no adapter.
    pub async fn create(
        manifest_json: String,
        tokenizer: Vec<u8>,
        probes: Vec<u8>,
        weights: Uint8Array,
        device: String,
        load_gpu: Function,
    ) -> Result<EncoderModule, JsValue> {
        console_error_panic_hook::set_once();
        let manifest = Manifest::parse(manifest_json.as_bytes()).map_err(|error| js_error("Model", &error))?;
        let tokenizer = Tokenizer::parse(&tokenizer, &manifest).map_err(|error| js_error("Model", &error))?;
        let probes = Probes::parse(&probes, &manifest.architecture).map_err(|error| js_error("Model", &error))?;
        let file = Weights::open(JsFile(weights.clone()), manifest.architecture);
        let file = file.map_err(|error| js_error("Model", &error))?;
        let cpu = load_cpu(&file, &manifest, &tokenizer, &probes).await?;
        let width = manifest.architecture.hidden;
        let opener = Some(OpenRemote { load: load_gpu, manifest: manifest_json, weights, width });
        let choice = match device.as_str() {
            "cpu" => Choice::Cpu,
            "gpu" => Choice::Gpu,
            _ => Choice::Auto,
        };
        Ok(EncoderModule { model: Model::new(&manifest, tokenizer, cpu).with_probes(&probes), opener, choice })
    }

    /// The width of a vector.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> usize {
        self.model.width()
    }

    /// The cosine of unrelated texts.
    #[wasm_bindgen(getter)]
    pub fn background(&self) -> f32 {
        self.model.background()
    }

    /// The device and why it was chosen: the JSON of the protocol's `DeviceReport`.
    #[wasm_bindgen(getter)]
    pub fn report(&mut self) -> String {
        serde_json::to_string(&device_report(self.model.encoder().report())).unwrap_or_default()
    }

    /// See `TextModel::vector`.
    pub async fn vector(&mut self, text: String) -> Result<JsValue, JsValue> {
        let read = self.model.vector(&text).await.map_err(|error| encode_error(&error))?;
        Ok(read.map_or(JsValue::UNDEFINED, |read| {
            object([("vector", Float32Array::from(&read.vector[..]).into()), ("isFamiliar", read.is_familiar.into())])
        }))
    }

    /// See `TextModel::encode`. The arrays of all texts are concatenated: `vectors` `[B, H]`, `states` `[T, H]`, `spans`
    /// `[T, 2]`, and the tokens of each text in `lengths` `[B]`. A token without a span has two equal numbers there.
    pub async fn encode(&mut self, texts: Vec<String>) -> Result<JsValue, JsValue> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let encoded = self.model.encode(&texts).await.map_err(|error| encode_error(&error))?;
        let Some(encoded) = encoded else { return Ok(JsValue::UNDEFINED) };
        let (mut vectors, mut states, mut spans, mut lengths) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (text, vector) in encoded {
            lengths.push(text.spans.len() as u32);
            spans.extend(text.spans.into_iter().flat_map(js::span_to_pair));
            states.extend(text.states);
            vectors.extend(vector);
        }
        Ok(object([
            ("vectors", Float32Array::from(&vectors[..]).into()),
            ("states", Float32Array::from(&states[..]).into()),
            ("spans", Uint32Array::from(&spans[..]).into()),
            ("lengths", Uint32Array::from(&lengths[..]).into()),
        ]))
    }

    /// See `TextModel::attention`. The spans are as in [`EncoderModule::encode`].
    pub async fn attention(&mut self, text: String) -> Result<JsValue, JsValue> {
        let attention = self.model.attention(&text).await.map_err(|error| encode_error(&error))?;
        Ok(attention.map_or(JsValue::UNDEFINED, |(spans, weights)| {
            let spans: Vec<u32> = spans.into_iter().flat_map(js::span_to_pair).collect();
            object([
                ("spans", Uint32Array::from(&spans[..]).into()),
                ("weights", Float32Array::from(&weights[..]).into()),
            ])
        }))
    }

    /// The unit vectors of texts `[B, H]`, with the model's prefix of queries or of passages.
    pub async fn embed(&mut self, texts: Vec<String>, is_query: bool) -> Result<Float32Array, JsValue> {
        let role = if is_query { Role::Query } else { Role::Passage };
        let vectors = self.model.embed(&texts, role).await.map_err(|error| encode_error(&error))?;
        Ok(Float32Array::from(&vectors[..]))
    }

    /// The unit vectors `[B, D]` of texts as token ids, followed by the states of their tokens `[T, D]` if `with_states`: `ids`
    /// `[T]` and `starts` `[B + 1]`, as in `nearmind_encoder::Batch`. The command under Node has tokenized them.
    #[wasm_bindgen(js_name = encodeTokens)]
    pub async fn encode_tokens(
        &mut self,
        ids: Vec<u32>,
        starts: Vec<u32>,
        with_states: bool,
    ) -> Result<Float32Array, JsValue> {
        let output = if with_states { OutputKind::VectorsAndTokens } else { OutputKind::Vectors };
        let encoded = self.model.encoder().encode(&Batch { ids, starts }, output).await;
        let mut encoded = encoded.map_err(|error| encode_error(&error))?;
        encoded.vectors.append(&mut encoded.tokens);
        Ok(Float32Array::from(&encoded.vectors[..]))
    }

    /// The next task with the GPU: at first to test it, and later to open a lost one again.
    #[wasm_bindgen(js_name = gpuTask)]
    pub fn gpu_task(&mut self) -> Option<GpuTask> {
        let device = self.model.encoder();
        match self.opener.take() {
            Some(opener) => Some(GpuTask::trial(opener, self.choice, device)),
            None => device.take_gpu_reopener().map(GpuTask::reopening),
        }
    }

    /// Takes the outcome of a task.
    pub fn apply(&mut self, outcome: GpuOutcome) {
        outcome.apply(self.model.encoder());
    }
}
