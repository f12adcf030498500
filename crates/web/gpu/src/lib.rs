//! The interface of the GPU module to the worker: one class, no JSON, no texts. Fetched only if there is an adapter.
//!
//! ```js
//! const gpu = await GpuModule.create(manifestJson, weights); // rejects with an Error with the reason
//! const {vectors, tokens} = await gpu.encode(ids, starts, wantTokens); // Float32Array [B, H] and [T, H]
//! ```
//! When the device is lost, `encode` rejects with an Error whose name is `DeviceLost`.

use js_sys::{Error, Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::WorkerGlobalScope;

use nearmind_encoder::device::GpuOpenError;
use nearmind_encoder::gpu::GpuModel;
use nearmind_encoder::manifest::Manifest;
use nearmind_encoder::weights::{ByteSource, Weights};
use nearmind_encoder::{Batch, EncodeError, Encoder, OutputKind};

/// A model on the GPU.
#[wasm_bindgen]
pub struct GpuModule {
    gpu: GpuModel,
    adapter: String,
}

#[wasm_bindgen]
impl GpuModule {
    /// Opens the device, compiles the kernels and uploads the weights, one tensor at a time. The Error's name is
    /// `Model`, `NoAdapter` or `Unfit`.
    pub async fn create(manifest: String, weights: Uint8Array) -> Result<GpuModule, JsValue> {
        let manifest = Manifest::parse(manifest.as_bytes()).map_err(|e| js_error("Model", &e))?;
        let weights = Weights::open(JsFile(weights), manifest.architecture).map_err(|e| js_error("Model", &e))?;
        let opened = GpuModel::open(&weights, manifest.pooling, now_ms).await;
        let gpu = opened.map_err(|error| match error {
            GpuOpenError::NoAdapter(why) => js_error("NoAdapter", &why),
            GpuOpenError::Unsuitable(why) => js_error("Unfit", &why),
        })?;
        let adapter = adapter_name(&gpu);
        Ok(GpuModule { gpu, adapter })
    }

    /// The name of the adapter.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.adapter.clone()
    }

    /// Encodes a batch, given as in `nearmind_encoder::Batch`. The Error's name is `DeviceLost` or `BadBatch`.
    pub async fn encode(&mut self, ids: Vec<u32>, starts: Vec<u32>, want_tokens: bool) -> Result<Object, JsValue> {
        let output = if want_tokens { OutputKind::VectorsAndTokens } else { OutputKind::Vectors };
        let encoded = self.gpu.encode(&Batch { ids, starts }, output).await.map_err(|e| match e {
            EncodeError::DeviceLost(why) => js_error("DeviceLost", &why),
            EncodeError::BadBatch(why) => js_error("BadBatch", &why),
        })?;
        let result = Object::new();
        Reflect::set(&result, &"vectors".into(), &Float32Array::from(&encoded.vectors[..]))?;
        Reflect::set(&result, &"tokens".into(), &Float32Array::from(&encoded.tokens[..]))?;
        Ok(result)
    }
}

/// A file in JavaScript's memory, so that the wasm memory, which never shrinks, holds only one tensor at a time.
struct JsFile(Uint8Array);

impl ByteSource for JsFile {
    fn len_bytes(&self) -> usize {
        self.0.length() as usize
    }
    fn read(&self, at: usize, into: &mut [u8]) {
        self.0.subarray(at as u32, (at + into.len()) as u32).copy_to(into);
    }
}

/// Builds a JavaScript Error with a name.
fn js_error(name: &str, message: &dyn std::fmt::Display) -> JsValue {
    let error = Error::new(&message.to_string());
    error.set_name(name);
    error.into()
}

fn now_ms() -> f64 {
    js_sys::global().unchecked_into::<WorkerGlobalScope>().performance().map_or(0.0, |clock| clock.now())
}

/// The vendor, architecture and description of the adapter. wgpu reads only the description, which browsers leave
/// empty.
fn adapter_name(gpu: &GpuModel) -> String {
    let info = gpu.device().as_webgpu().and_then(|device| Reflect::get(device, &"adapterInfo".into()).ok());
    let words = ["vendor", "architecture", "description"].map(|key| {
        let word = info.as_ref().and_then(|info| Reflect::get(info, &key.into()).ok());
        word.and_then(|word| word.as_string()).unwrap_or_default()
    });
    let name = words.join(" ").trim().to_string();
    if name.is_empty() { gpu.adapter().to_string() } else { name }
}
