//! What the GPU module gives to the worker: one class, no JSON, no texts. Fetched only where there is an adapter.
//!
//! ```js
//! const gpu = await GpuModule.create(manifestJson, weights); // rejects with an Error that says why
//! const {vectors, tokens} = await gpu.encode(ids, starts, wantTokens); // Float32Array [B, H] and [T, H]
//! ```
//! A lost device rejects with an Error whose name is `DeviceLost`.

use js_sys::{Error, Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::WorkerGlobalScope;

use nearmind_encoder::device::GpuOpenError;
use nearmind_encoder::gpu::GpuModel;
use nearmind_encoder::manifest::Manifest;
use nearmind_encoder::weights::{ByteSource, Weights};
use nearmind_encoder::{Batch, EncodeError, Encoder, OutputKind};

#[wasm_bindgen]
pub struct GpuModule {
    gpu: GpuModel,
    adapter: String,
}

#[wasm_bindgen]
impl GpuModule {
    /// Opens the device, compiles the kernels and uploads the weights, tensor by tensor.
    pub async fn create(manifest: String, weights: Uint8Array) -> Result<GpuModule, JsValue> {
        let manifest = Manifest::parse(manifest.as_bytes()).map_err(|e| thrown("Model", &e))?;
        let weights = Weights::open(Bytes(weights), manifest.architecture).map_err(|e| thrown("Model", &e))?;
        let opened = GpuModel::open(&weights, manifest.pooling, now_ms).await;
        let gpu = opened.map_err(|error| match error {
            GpuOpenError::NoAdapter(why) => thrown("NoAdapter", &why),
            GpuOpenError::Unsuitable(why) => thrown("Unfit", &why),
        })?;
        let adapter = adapter_name(&gpu);
        Ok(GpuModule { gpu, adapter })
    }

    /// What the adapter calls itself.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.adapter.clone()
    }

    /// See `encoder::Batch`.
    pub async fn encode(&mut self, ids: Vec<u32>, starts: Vec<u32>, want_tokens: bool) -> Result<Object, JsValue> {
        let output = if want_tokens { OutputKind::VectorsAndTokens } else { OutputKind::Vectors };
        let encoded = self.gpu.encode(&Batch { ids, starts }, output).await.map_err(|e| match e {
            EncodeError::DeviceLost(why) => thrown("DeviceLost", &why),
            EncodeError::BadBatch(why) => thrown("BadBatch", &why),
        })?;
        let answer = Object::new();
        Reflect::set(&answer, &"vectors".into(), &Float32Array::from(&encoded.vectors[..]))?;
        Reflect::set(&answer, &"tokens".into(), &Float32Array::from(&encoded.tokens[..]))?;
        Ok(answer)
    }
}

/// A file in JavaScript's memory: the wasm memory, which never shrinks, holds one tensor at a time.
struct Bytes(Uint8Array);

impl ByteSource for Bytes {
    fn len_bytes(&self) -> usize {
        self.0.length() as usize
    }
    fn read(&self, at: usize, into: &mut [u8]) {
        self.0.subarray(at as u32, (at + into.len()) as u32).copy_to(into);
    }
}

fn thrown(name: &str, error: &dyn std::fmt::Display) -> JsValue {
    let thrown = Error::new(&error.to_string());
    thrown.set_name(name);
    thrown.into()
}

fn now_ms() -> f64 {
    js_sys::global().unchecked_into::<WorkerGlobalScope>().performance().map_or(0.0, |clock| clock.now())
}

/// wgpu reads only the description, which browsers leave empty; vendor and architecture are what they tell.
fn adapter_name(gpu: &GpuModel) -> String {
    let info = gpu.device().as_webgpu().and_then(|device| Reflect::get(device, &"adapterInfo".into()).ok());
    let words = ["vendor", "architecture", "description"].map(|key| {
        let word = info.as_ref().and_then(|info| Reflect::get(info, &key.into()).ok());
        word.and_then(|word| word.as_string()).unwrap_or_default()
    });
    let name = words.join(" ").trim().to_string();
    if name.is_empty() { gpu.adapter().to_string() } else { name }
}
