//! The encoder on the GPU: the operations of `kernels.rs` in WGSL, run by wgpu.
//!
//! A forward pass is one submission, with four dispatches per layer and two more, and one readback. Weights stay packed
//! int8; each kernel quantizes the activations that it produces or multiplies. All kernels work on single rows except
//! attention, which stays within a text, so batching changes no result. `shader-f16` is not requested: the products
//! are integers, and a gain could not be measured for lack of an adapter with it. Must not know which device is best.

mod adapter;
mod batch_sizer;
mod bound_kernels;
mod buffers;
#[cfg(test)]
mod inspect;
mod shader;
#[cfg(test)]
mod tests;
mod upload;

use std::mem;

use self::adapter::GpuContext;
use self::batch_sizer::BatchSizer;
use self::bound_kernels::BoundKernels;
use self::buffers::Buffers;
use self::shader::KernelConfig;
pub use self::shader::{Defect, DotProduct};
use self::upload::DeviceModel;
use super::dense::DenseLayer;
use super::device::{Clock, GpuOpenError};
use super::kernels::{Kernels, LinearKind};
use super::manifest::Pooling;
use super::weights::{ByteSource, Weights};
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind, bert};

/// Rows of the largest submission; more only if the model takes longer texts.
const CAPACITY: usize = 1024;

/// A model on a GPU.
pub struct GpuModel {
    context: GpuContext,
    config: KernelConfig,
    buffers: Buffers,
    kernels: BoundKernels,
    recording: Option<Recording>,
    sizer: BatchSizer,
    clock: Clock,
    dispatches: usize,
    /// Applied on the CPU to what is read back.
    dense: Option<DenseLayer>,
}

/// Choices that tests make instead of [`GpuModel::open`].
#[derive(Debug, Clone, Copy, Default)]
struct Overrides {
    /// If `None`, the faster one is measured.
    dot_product: Option<DotProduct>,
    defect: Option<Defect>,
}

/// The commands of the current forward pass. The compute pass must be dropped before its encoder.
struct Recording {
    pass: wgpu::ComputePass<'static>,
    commands: wgpu::CommandEncoder,
    rows: usize,
}

/// The buffer that holds the output of a kernel. `[T, n]` f32, on the device
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationBuffer {
    /// `[T, H]`
    States,
    /// `[T, 3H]`
    Qkv,
    /// `[T, H]`
    Context,
    /// `[T, I]`
    Inner,
}

impl GpuModel {
    /// Opens the fastest adapter, compiles the kernels for the model and uploads the weights. `clock` returns
    /// milliseconds.
    pub async fn open<S: ByteSource>(
        weights: &Weights<S>,
        pooling: Pooling,
        clock: Clock,
    ) -> Result<GpuModel, GpuOpenError> {
        Self::open_with(weights, pooling, clock, Overrides::default()).await
    }

    async fn open_with<S: ByteSource>(
        weights: &Weights<S>,
        pooling: Pooling,
        clock: Clock,
        overrides: Overrides,
    ) -> Result<GpuModel, GpuOpenError> {
        let model = *weights.architecture();
        let capacity = CAPACITY.max(model.positions);
        let mut config =
            KernelConfig { model, pooling, capacity, dot_product: DotProduct::Packed, defect: overrides.defect };
        let context = GpuContext::open(config.largest_binding_bytes()).await?;
        let buffers = context.with_error_scopes(|| Buffers::new(&context, &config)).await?;
        let uploaded = context.with_error_scopes(|| DeviceModel::new(&context, weights)).await?;
        let model = uploaded.map_err(|e| GpuOpenError::Unsuitable(e.to_string()))?;
        config.dot_product = match overrides.dot_product {
            Some(dot_product) => dot_product,
            None => bound_kernels::faster_dot_product(&context, &config, &buffers, &model.layers[0].up, clock).await?,
        };
        let kernels = context.with_error_scopes(|| BoundKernels::new(&context, &config, &buffers, &model)).await?;
        let (sizer, dense) = (BatchSizer::new(capacity), weights.dense());
        Ok(GpuModel { context, config, buffers, kernels, recording: None, sizer, clock, dispatches: 0, dense })
    }

    /// The name of the adapter.
    pub fn adapter(&self) -> &str {
        &self.context.name
    }

    /// The wgpu device, for properties that wgpu does not expose.
    pub fn device(&self) -> &wgpu::Device {
        &self.context.device
    }

    /// The number of dispatches of the last forward pass.
    pub fn dispatches(&self) -> usize {
        self.dispatches
    }

    /// Destroys the device, so that it is really lost.
    #[cfg(test)]
    fn lose(&self) {
        self.context.device.destroy();
    }

    /// Writes the inputs of a batch to the device and starts a compute pass.
    fn begin(&mut self, batch: &Batch) {
        let rows = batch.ids.len();
        let mut tokens = Vec::with_capacity(rows);
        let mut spans = Vec::with_capacity(rows);
        for text in batch.starts.windows(2) {
            for row in text[0]..text[1] {
                tokens.push([batch.ids[row as usize], row - text[0]]);
                spans.push([text[0], text[1]]);
            }
        }
        let write = |buffer, bytes: &[u8]| self.context.queue.write_buffer(buffer, 0, bytes);
        write(&self.buffers.size, bytemuck::cast_slice(&[rows as u32, 0, 0, 0]));
        write(&self.buffers.tokens, bytemuck::cast_slice(&tokens));
        write(&self.buffers.spans, bytemuck::cast_slice(&spans));
        write(&self.buffers.starts, bytemuck::cast_slice(&batch.starts));
        let mut commands = self.context.device.create_command_encoder(&Default::default());
        let pass = commands.begin_compute_pass(&Default::default()).forget_lifetime();
        self.recording = Some(Recording { pass, commands, rows });
        self.dispatches = 0;
    }

    /// Records the dispatch of a kernel whose workgroups compute whole rows, or column tiles of an output with
    /// `columns` columns.
    fn record(&mut self, kernel: impl Fn(&BoundKernels) -> &bound_kernels::BoundKernel, columns: Option<usize>) {
        if let Some(recording) = &mut self.recording {
            let x = columns.map_or(1, |n| self.config.column_tiles(n));
            let y = recording.rows.div_ceil(self.config.rows());
            kernel(&self.kernels).dispatch(&mut recording.pass, x, y);
            self.dispatches += 1;
        }
    }

    /// Ends the compute pass, submits it, and reads the first floats of each buffer that `outputs` returns.
    async fn submit(
        &mut self,
        outputs: impl Fn(&Buffers) -> Vec<(&wgpu::Buffer, usize)>,
    ) -> Result<Vec<Vec<f32>>, EncodeError> {
        let Some(Recording { pass, commands, .. }) = self.recording.take() else {
            return Err(EncodeError::BadBatch("no forward pass was started".to_string()));
        };
        drop(pass);
        self.buffers.submit_and_read(&self.context, commands, &outputs(&self.buffers)).await
    }
}

impl Kernels for GpuModel {
    type Activations = ActivationBuffer;

    fn embed(&mut self, batch: &Batch) -> ActivationBuffer {
        self.begin(batch);
        self.record(|s| &s.embed, None);
        ActivationBuffer::States
    }

    fn linear(&mut self, x: &ActivationBuffer, layer: usize, which: LinearKind) -> ActivationBuffer {
        debug_assert!(*x == ActivationBuffer::States && which == LinearKind::Qkv);
        self.record(|s| &s.layers[layer].qkv, Some(3 * self.config.model.hidden));
        ActivationBuffer::Qkv
    }

    fn linear_gelu(&mut self, x: &ActivationBuffer, layer: usize, which: LinearKind) -> ActivationBuffer {
        debug_assert!(*x == ActivationBuffer::States && which == LinearKind::Up);
        self.record(|s| &s.layers[layer].up, Some(self.config.model.intermediate));
        ActivationBuffer::Inner
    }

    fn linear_add_norm(
        &mut self,
        x: ActivationBuffer,
        layer: usize,
        which: LinearKind,
        residual: ActivationBuffer,
    ) -> ActivationBuffer {
        debug_assert!(residual == ActivationBuffer::States);
        match which {
            LinearKind::Down => {
                debug_assert!(x == ActivationBuffer::Inner);
                self.record(|s| &s.layers[layer].down, None);
            }
            _ => {
                debug_assert!(x == ActivationBuffer::Context && which == LinearKind::Output);
                self.record(|s| &s.layers[layer].output, None);
            }
        }
        ActivationBuffer::States
    }

    /// Records nothing: the kernel of the output projection computes attention for the rows that it needs.
    fn attention(&mut self, qkv: ActivationBuffer, _: &Batch) -> ActivationBuffer {
        debug_assert!(qkv == ActivationBuffer::Qkv);
        ActivationBuffer::Context
    }

    async fn finish(
        &mut self,
        x: ActivationBuffer,
        batch: &Batch,
        output: OutputKind,
    ) -> Result<Embeddings, EncodeError> {
        debug_assert!(x == ActivationBuffer::States);
        let texts = batch.starts.len() - 1;
        if let Some(recording) = &mut self.recording {
            self.kernels.pool.dispatch(&mut recording.pass, texts, 1);
            self.dispatches += 1;
        }
        let hidden = self.config.model.hidden;
        let tokens = if output == OutputKind::VectorsAndTokens { batch.ids.len() * hidden } else { 0 };
        let mut read = self.submit(|m| vec![(&m.pooled, texts * hidden), (&m.states, tokens)]).await?;
        Ok(Embeddings { vectors: mem::take(&mut read[0]), tokens: mem::take(&mut read[1]) })
    }
}

impl Encoder for GpuModel {
    fn width(&self) -> usize {
        self.config.model.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        batch.check(&self.config.model)?;
        let mut all = Embeddings::default();
        let texts = batch.starts.len() - 1;
        let mut first = 0;
        while first < texts {
            self.context.check_not_lost()?;
            let group = batch.group(first, self.sizer.rows());
            let start = (self.clock)();
            let mut encoded = bert::forward(self, self.config.model.layers, &group, output).await?;
            self.sizer.record(group.ids.len(), (self.clock)() - start);
            if let Some(dense) = &self.dense {
                encoded = dense.apply(&encoded);
            }
            all.vectors.extend(encoded.vectors);
            all.tokens.extend(encoded.tokens);
            first += group.starts.len() - 1;
        }
        Ok(all)
    }
}
