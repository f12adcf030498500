//! The buffers of a forward pass, created once and shared by all passes, and the readback. Must not know kernels.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use wgpu::util::DeviceExt;
use wgpu::{Buffer, BufferUsages};

use super::super::EncodeError;
use super::adapter::GpuContext;
use super::shader::KernelConfig;

/// The inputs and activations for [`KernelConfig::capacity`] rows.
pub struct Buffers {
    /// The number of rows in the batch. u32, padded to 16 bytes
    pub size: Buffer,
    /// Token id and position of each row. `[T, 2]` u32
    pub tokens: Buffer,
    /// First and end row of each row's text. `[T, 2]` u32
    pub spans: Buffer,
    /// First row of each text, then the number of rows. `[B + 1]` u32
    pub starts: Buffer,
    /// Hidden states. `[T, H]` f32
    pub states: Buffer,
    /// The states smoothed and quantized for the next product: words of four int8, then the scale. `[T, H / 4 + 1]` u32
    pub quantized: Buffer,
    /// Query, key, value. `[T, 3H]` f32
    pub qkv: Buffer,
    /// Attention's output. `[T, H]` f32
    pub context: Buffer,
    /// The inner activations of the feed-forward block. `[T, I]` f32
    pub inner: Buffer,
    /// The pooled vectors. `[B, H]` f32
    pub pooled: Buffer,
    /// The readback buffer: pooled vectors, then states. `[2T, H]` f32
    staging: Buffer,
}

impl Buffers {
    /// Creates the buffers.
    pub fn new(context: &GpuContext, config: &KernelConfig) -> Buffers {
        let words = |label, words: usize, usage| {
            context.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size: 4 * words as u64,
                usage,
                mapped_at_creation: false,
            })
        };
        let input = BufferUsages::STORAGE | BufferUsages::COPY_DST;
        let rows = input | BufferUsages::COPY_SRC;
        let (t, h, i) = (config.capacity, config.model.hidden, config.model.intermediate);
        Buffers {
            size: words("size", 4, BufferUsages::UNIFORM | BufferUsages::COPY_DST),
            tokens: words("tokens", 2 * t, input),
            spans: words("spans", 2 * t, input),
            starts: words("starts", t + 1, input),
            states: words("states", t * h, rows),
            quantized: words("quantized", t * (h / 4 + 1), rows),
            qkv: words("qkv", t * 3 * h, rows),
            context: words("context", t * h, rows),
            inner: words("inner", t * i, rows),
            pooled: words("pooled", t * h, rows),
            staging: words("staging", 2 * t * h, BufferUsages::MAP_READ | BufferUsages::COPY_DST),
        }
    }

    /// Submits the commands and reads the first `words` floats of each buffer, with one mapping.
    pub async fn submit_and_read(
        &self,
        context: &GpuContext,
        mut commands: wgpu::CommandEncoder,
        outputs: &[(&Buffer, usize)],
    ) -> Result<Vec<Vec<f32>>, EncodeError> {
        let mut end = 0;
        for &(buffer, words) in outputs {
            commands.copy_buffer_to_buffer(buffer, 0, &self.staging, end, 4 * words as u64);
            end += 4 * words as u64;
        }
        context.queue.submit([commands.finish()]);
        let mapped = map(context, &self.staging, end).await;
        context.check_not_lost()?;
        let unmapped = || EncodeError::DeviceLost("its results could not be read back".to_string());
        if !mapped {
            return Err(unmapped());
        }
        let view = self.staging.get_mapped_range(0..end).map_err(|_| unmapped())?;
        let values: &[f32] = bytemuck::cast_slice(&view);
        let mut results = Vec::with_capacity(outputs.len());
        let mut at = 0;
        for &(_, words) in outputs {
            results.push(values[at..at + words].to_vec());
            at += words;
        }
        drop(view);
        self.staging.unmap();
        Ok(results)
    }
}

/// Creates a buffer with constant contents that kernels read.
pub fn constant_buffer(context: &GpuContext, label: &str, bytes: &[u8]) -> Buffer {
    let usage = BufferUsages::STORAGE;
    context.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents: bytes, usage })
}

/// Maps the first bytes for reading. Returns false if that fails. Never blocks in the browser.
async fn map(context: &GpuContext, buffer: &Buffer, bytes: u64) -> bool {
    type State = (Option<bool>, Option<Waker>);
    let state = Arc::new(Mutex::new((None, None) as State));
    let report = state.clone();
    buffer.map_async(wgpu::MapMode::Read, 0..bytes, move |result| {
        let mut state = report.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = Some(result.is_ok());
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    });
    #[cfg(not(target_arch = "wasm32"))]
    if context.device.poll(wgpu::PollType::wait_indefinitely()).is_err() {
        return false;
    }
    #[cfg(target_arch = "wasm32")]
    let _ = context;
    poll_fn(move |task| {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0 {
            Some(ok) => Poll::Ready(ok),
            None => {
                state.1 = Some(task.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}
