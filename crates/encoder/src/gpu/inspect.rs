//! Runs single kernels, for the tests.

use super::{ActivationBuffer, GpuModel};
use crate::{Batch, EncodeError};

impl GpuModel {
    /// Starts a pass with given activations instead of embeddings. `values: [T, n]`
    pub fn put(&mut self, batch: &Batch, rows: ActivationBuffer, values: &[f32]) -> ActivationBuffer {
        if rows == ActivationBuffer::Context {
            return self.put_context(batch, values);
        }
        self.begin(batch);
        self.write(rows, values);
        rows
    }

    /// Sets the output of attention, which the kernel of the output projection computes: in texts of one token it
    /// equals that token's value, so each token becomes a text of its own.
    fn put_context(&mut self, batch: &Batch, values: &[f32]) -> ActivationBuffer {
        let tokens = batch.ids.len() as u32;
        self.begin(&Batch { ids: batch.ids.clone(), starts: (0..=tokens).collect() });
        let hidden = self.config.model.hidden;
        let qkv: Vec<f32> = values.chunks_exact(hidden).flat_map(|v| [&vec![0.0; 2 * hidden], v].concat()).collect();
        self.write(ActivationBuffer::Qkv, &qkv);
        ActivationBuffer::Context
    }

    /// Writes values into a buffer. `values: [T, n]`
    pub fn write(&self, rows: ActivationBuffer, values: &[f32]) {
        let m = &self.buffers;
        let buffer = match rows {
            ActivationBuffer::States => &m.states,
            ActivationBuffer::Qkv => &m.qkv,
            ActivationBuffer::Context => &m.context,
            ActivationBuffer::Inner => &m.inner,
        };
        self.context.queue.write_buffer(buffer, 0, bytemuck::cast_slice(values));
    }

    /// Sets the int8 rows and scales that the next product reads, which normally the kernel before it writes.
    /// `values: [T, H]`, `scales: [T]`
    pub fn put_quantized(&mut self, values: &[i8], scales: &[f32]) {
        let mut bytes = Vec::with_capacity(values.len() + 4 * scales.len());
        for (row, scale) in values.chunks_exact(self.config.model.hidden).zip(scales) {
            bytes.extend_from_slice(bytemuck::cast_slice(row));
            bytes.extend_from_slice(&scale.to_le_bytes());
        }
        self.context.queue.write_buffer(&self.buffers.quantized, 0, &bytes);
    }

    /// Ends the pass and returns the contents of a buffer. `[T, n]`
    pub async fn get(&mut self, rows: ActivationBuffer, tokens: usize) -> Result<Vec<f32>, EncodeError> {
        if rows == ActivationBuffer::Context {
            self.record(|s| &s.layers[0].output, None); // this kernel computes attention first
        }
        let (hidden, intermediate) = (self.config.model.hidden, self.config.model.intermediate);
        let read = self.submit(|m| {
            vec![match rows {
                ActivationBuffer::States => (&m.states, tokens * hidden),
                ActivationBuffer::Qkv => (&m.qkv, tokens * 3 * hidden),
                ActivationBuffer::Context => (&m.context, tokens * hidden),
                ActivationBuffer::Inner => (&m.inner, tokens * intermediate),
            }]
        });
        Ok(read.await?.remove(0))
    }
}
