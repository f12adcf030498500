//! The GPU module, `crates/web/gpu`, as an encoder.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::js::{error_message, error_name};
use nearmind_encoder::device::{GpuOpenError, GpuOpener};
use nearmind_encoder::{Batch, Embeddings, EncodeError, Encoder, OutputKind};

#[wasm_bindgen]
extern "C" {
    /// Exports of the GPU module.
    type Exports;
    #[wasm_bindgen(method, getter, js_name = GpuModule)]
    fn class(this: &Exports) -> Class;

    type Class;
    #[wasm_bindgen(method, catch)]
    async fn create(this: &Class, manifest: &str, weights: &Uint8Array) -> Result<JsValue, JsValue>;

    type Object;
    #[wasm_bindgen(method, getter)]
    fn adapter(this: &Object) -> String;
    #[wasm_bindgen(method, catch)]
    async fn encode(this: &Object, ids: &[u32], starts: &[u32], want_tokens: bool) -> Result<JsValue, JsValue>;

    type Answer;
    #[wasm_bindgen(method, getter)]
    fn vectors(this: &Answer) -> Vec<f32>;
    #[wasm_bindgen(method, getter)]
    fn tokens(this: &Answer) -> Vec<f32>;
}

/// Opens the GPU module, at first and again after its device was lost.
pub struct OpenRemote {
    /// Returns a promise of the module's exports, or of null if there is no adapter.
    pub load: Function,
    pub manifest: String,
    /// The file of the weights, in JavaScript's memory.
    pub weights: Uint8Array,
    /// Width of the model's vectors.
    pub width: usize,
}

impl GpuOpener for OpenRemote {
    type Gpu = RemoteGpu;

    async fn open(&mut self) -> Result<(RemoteGpu, String), GpuOpenError> {
        let open_error = |thrown: JsValue| match error_name(&thrown).as_deref() {
            Some("NoAdapter") => GpuOpenError::NoAdapter(error_message(&thrown)),
            _ => GpuOpenError::Unsuitable(error_message(&thrown)),
        };
        let promise: Promise = self.load.call0(&JsValue::NULL).map_err(open_error)?.unchecked_into();
        let exports = JsFuture::from(promise).await.map_err(open_error)?;
        if exports.is_null() {
            return Err(GpuOpenError::NoAdapter("this browser has no WebGPU adapter".to_string()));
        }
        let class = exports.unchecked_into::<Exports>().class();
        let object = class.create(&self.manifest, &self.weights).await.map_err(open_error)?;
        let object: Object = object.unchecked_into();
        let adapter = object.adapter();
        Ok((RemoteGpu { object, width: self.width }, adapter))
    }
}

/// The encoder in the GPU module.
pub struct RemoteGpu {
    object: Object,
    width: usize,
}

impl Encoder for RemoteGpu {
    fn width(&self) -> usize {
        self.width
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        match self.object.encode(&batch.ids, &batch.starts, output == OutputKind::VectorsAndTokens).await {
            Ok(answer) => {
                let answer: Answer = answer.unchecked_into();
                Ok(Embeddings { vectors: answer.vectors(), tokens: answer.tokens() })
            }
            Err(thrown) => {
                let why = error_message(&thrown);
                // After any other error (a panic, lack of memory) the device cannot be used again.
                Err(if error_name(&thrown).as_deref() == Some("BadBatch") {
                    EncodeError::BadBatch(why)
                } else {
                    EncodeError::DeviceLost(why)
                })
            }
        }
    }
}
