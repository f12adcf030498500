//! The buffers of a forward pass, made once and used by every pass, and the way back. Must not know kernels.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use wgpu::util::DeviceExt;
use wgpu::{Buffer, BufferUsages};

use super::super::EncodeError;
use super::adapter::GpuContext;
use super::shader::KernelConfig;

/// Activations and inputs for [`KernelConfig::capacity`] rows. Sizes in the order of the type's fields' docs.
pub struct Buffers {
    /// Rows and texts of the batch. `[2]` u32, padded to 16 bytes
    pub size: Buffer,
    /// Token ids and positions. `[T, 2]` u32
    pub tokens: Buffer,
    /// First and end row of each row's text. `[T, 2]` u32
    pub spans: Buffer,
    /// First row of each text, and the end. `[B + 1]` u32
    pub starts: Buffer,
    /// Hidden states. `[T, H]` f32
    pub states: Buffer,
    /// The same, smoothed for the next product: words of int8 and a scale. `[T, H / 4 + 1]` u32
    pub quantized: Buffer,
    /// Query, key, value. `[T, 3H]` f32
    pub qkv: Buffer,
    /// Attention's output. `[T, H]` f32
    pub context: Buffer,
    /// The feed-forward layer's inside. `[T, I]` f32
    pub inner: Buffer,
    /// `[B, H]` f32
    pub pooled: Buffer,
    /// What is read back: pooled vectors, then states. `[2T, H]` f32
    staging: Buffer,
}

impl Buffers {
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

    /// Submits the commands and reads the first `words` of each buffer, in one mapping.
    pub async fn submit_and_read(
        &self,
        context: &GpuContext,
        mut commands: wgpu::CommandEncoder,
        wanted: &[(&Buffer, usize)],
    ) -> Result<Vec<Vec<f32>>, EncodeError> {
        let mut end = 0;
        for &(buffer, words) in wanted {
            commands.copy_buffer_to_buffer(buffer, 0, &self.staging, end, 4 * words as u64);
            end += 4 * words as u64;
        }
        context.queue.submit([commands.finish()]);
        let mapped = map(context, &self.staging, end).await;
        context.check_not_lost()?;
        let unmapped = || EncodeError::DeviceLost("its memory could not be read back".to_string());
        if !mapped {
            return Err(unmapped());
        }
        let view = self.staging.get_mapped_range(0..end).map_err(|_| unmapped())?;
        let values: &[f32] = bytemuck::cast_slice(&view);
        let mut results = Vec::with_capacity(wanted.len());
        let mut at = 0;
        for &(_, words) in wanted {
            results.push(values[at..at + words].to_vec());
            at += words;
        }
        drop(view);
        self.staging.unmap();
        Ok(results)
    }
}

/// A buffer that only the kernels read.
pub fn constant_buffer(context: &GpuContext, label: &str, bytes: &[u8]) -> Buffer {
    let usage = BufferUsages::STORAGE;
    context.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some(label), contents: bytes, usage })
}

/// Maps the first bytes for reading; false when the device refuses. Never blocks in the browser.
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
