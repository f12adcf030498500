//! The CPU on all cores under Node: worker threads that run the browser's encoder module
//! (`www/node/encoder-threads.js`). They share the memory of the batch with the command, which waits for them.

use std::{os::wasi::ffi::OsStrExt, path::Path};

use anyhow::{Result, ensure};

use super::tasks;
use nearmind_encoder::{
    Batch, Embeddings, EncodeError, Encoder, OutputKind,
    device::{GpuOpenError, GpuOpener},
    manifest::Pooling,
    weights::Weights,
};

// Functions of `www/node/command.js`.
#[link(wasm_import_module = "nearmind")]
unsafe extern "C" {
    /// Starts worker threads with the model in the folder `path`. Returns their number, or 0 if that failed; then the reason
    /// has been printed.
    fn open_model(path: *const u8, path_bytes: usize) -> usize;
    /// Encodes `texts` texts: `ids` `[T]` and `starts` `[texts + 1]`, as in [`Batch`]. `tasks` `[task_count + 1]` are
    /// offsets in `starts`: each thread takes one task after another. Writes the unit vectors `[texts, D]` and, unless
    /// `states` is null, the states of the tokens `[T, D]`. Returns 1, or 0 if a thread failed; then the reason has been
    /// printed.
    fn encode(
        ids: *const u32,
        starts: *const u32,
        texts: usize,
        tasks: *const u32,
        task_count: usize,
        vectors: *mut f32,
        states: *mut f32,
    ) -> u32;
}

/// The CPU kernels on all cores; each core encodes whole texts.
pub struct AllCores {
    width: usize,
    threads: usize,
}

impl AllCores {
    pub fn open(folder: &Path, weights: &Weights<Vec<u8>>, _pooling: Pooling) -> Result<Self> {
        let path = folder.as_os_str().as_bytes();
        // SAFETY: `path` is valid for reads of its length during the call.
        let threads = unsafe { open_model(path.as_ptr(), path.len()) };
        ensure!(threads > 0, "the model in {} cannot be run: the message above says why", folder.display());
        Ok(Self { width: weights.architecture().width(), threads })
    }

    /// The number of threads.
    pub fn detail(&self) -> String {
        format!("WebAssembly, {} threads", self.threads)
    }
}

impl Encoder for AllCores {
    fn width(&self) -> usize {
        self.width
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let texts = batch.starts.len() - 1;
        let mut offsets = vec![0u32];
        for task in tasks(batch) {
            offsets.push(offsets[offsets.len() - 1] + task.starts.len() as u32 - 1);
        }
        let state_rows = if output == OutputKind::VectorsAndTokens { batch.ids.len() } else { 0 };
        let (mut vectors, mut tokens) = (vec![0f32; texts * self.width], vec![0f32; state_rows * self.width]);
        let (ids, starts) = (batch.ids.as_ptr(), batch.starts.as_ptr());
        let states = if state_rows > 0 { tokens.as_mut_ptr() } else { std::ptr::null_mut() };
        // SAFETY: the arrays have the lengths that `encode` reads and writes, and live until it returns.
        let done =
            unsafe { encode(ids, starts, texts, offsets.as_ptr(), offsets.len() - 1, vectors.as_mut_ptr(), states) };
        if done == 0 {
            return Err(EncodeError::BadBatch("a worker thread failed: the message above says why".into()));
        }
        Ok(Embeddings { vectors, tokens })
    }
}

/// No GPU.
pub struct GpuOnHost;

impl GpuOnHost {
    pub fn new(_weights: Weights<Vec<u8>>, _pooling: Pooling) -> Self {
        Self
    }
}

impl GpuOpener for GpuOnHost {
    type Gpu = AllCores;

    async fn open(&mut self) -> Result<(AllCores, String), GpuOpenError> {
        Err(GpuOpenError::NoAdapter("Node".into()))
    }
}
