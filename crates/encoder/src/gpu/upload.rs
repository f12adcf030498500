//! Uploads the tensors of a model in the order that the kernels read. Must not know the file format.

use wgpu::Buffer;

use super::super::kernels::LinearKind;
use super::super::manifest::ModelError;
use super::super::weights::{ByteSource, LinearWeights, NormWeights, Weights, WordEmbeddings};
use super::adapter::GpuContext;
use super::buffers::constant_buffer;

/// Gain and offset of a layer norm, then the input smoothing of the product after it. `[3, H]`
fn norm_vectors(norm: &NormWeights, next: &[f32]) -> Vec<f32> {
    [&norm.weight, &norm.bias, next].concat()
}

/// A linear layer on the device.
pub struct DeviceLinear {
    /// Words of four int8. `[K / 4, N]`
    pub weights: Buffer,
    /// Scale and bias. `[N, 2]`
    pub channels: Buffer,
}

impl DeviceLinear {
    pub fn new(context: &GpuContext, linear: &LinearWeights) -> DeviceLinear {
        let channels: Vec<[f32; 2]> = linear.scale.iter().zip(&linear.bias).map(|(&s, &b)| [s, b]).collect();
        DeviceLinear {
            weights: constant_buffer(context, "weights", &interleave(&linear.weight, linear.outputs)),
            channels: constant_buffer(context, "channels", bytemuck::cast_slice(&channels)),
        }
    }
}

/// A linear layer with the norm after it, on the device.
pub struct DeviceLinearNorm {
    pub linear: DeviceLinear,
    /// Gain and offset of the norm and smoothing of the next product `[3, H]`, then the smoothing of this product
    /// `[K]`.
    pub vectors: Buffer,
}

impl DeviceLinearNorm {
    pub fn new(context: &GpuContext, linear: &LinearWeights, norm: &NormWeights, next: &[f32]) -> DeviceLinearNorm {
        let mut vectors = norm_vectors(norm, next);
        match &linear.smooth {
            Some(smooth) => vectors.extend(smooth),
            None => vectors.resize(vectors.len() + linear.inputs, 1.0),
        }
        DeviceLinearNorm {
            linear: DeviceLinear::new(context, linear),
            vectors: constant_buffer(context, "vectors", bytemuck::cast_slice(&vectors)),
        }
    }
}

/// The embeddings on the device.
pub struct DeviceEmbedding {
    /// The fine rows, then the coarse rows.
    pub words: Buffer,
    /// `[V]`
    pub scales: Buffer,
    /// `[P, H]`
    pub positions: Buffer,
    /// Gain and offset of the norm, and smoothing of the next product. `[3, H]`
    pub vectors: Buffer,
}

impl DeviceEmbedding {
    pub fn new(
        context: &GpuContext,
        words: &WordEmbeddings,
        positions: &[f32],
        norm: &NormWeights,
        next: &[f32],
    ) -> DeviceEmbedding {
        let rows = [bytemuck::cast_slice(&words.fine), &words.coarse[..]].concat();
        let scales = [&words.fine_scale[..], &words.coarse_scale].concat();
        DeviceEmbedding {
            words: constant_buffer(context, "words", &rows),
            scales: constant_buffer(context, "word scales", bytemuck::cast_slice(&scales)),
            positions: constant_buffer(context, "positions", bytemuck::cast_slice(positions)),
            vectors: constant_buffer(context, "vectors", bytemuck::cast_slice(&norm_vectors(norm, next))),
        }
    }
}

/// One BERT layer on the device.
pub struct DeviceLayer {
    pub qkv: DeviceLinear,
    pub output: DeviceLinearNorm,
    pub up: DeviceLinear,
    pub down: DeviceLinearNorm,
}

/// A model's weights on the device.
pub struct DeviceModel {
    pub embedding: DeviceEmbedding,
    pub layers: Vec<DeviceLayer>,
}

impl DeviceModel {
    /// Reads and uploads one tensor at a time. Fails as [`Weights::linear`] does.
    pub fn new<S: ByteSource>(context: &GpuContext, weights: &Weights<S>) -> Result<DeviceModel, ModelError> {
        let count = weights.architecture().layers;
        let ones = vec![1.0; weights.architecture().hidden];
        let mut layers = Vec::with_capacity(count);
        let mut qkv = weights.linear(0, LinearKind::Qkv)?;
        let embedding = DeviceEmbedding::new(
            context,
            &weights.word_embeddings(),
            &weights.positions(),
            &weights.embedding_norm(),
            qkv.smooth.as_ref().unwrap_or(&ones),
        );
        for layer in 0..count {
            let this_qkv = DeviceLinear::new(context, &qkv);
            let up = weights.linear(layer, LinearKind::Up)?;
            let output = weights.linear(layer, LinearKind::Output)?;
            let down = weights.linear(layer, LinearKind::Down)?;
            let norm = |which| weights.norm_after(layer, which);
            let smooth = up.smooth.as_ref().unwrap_or(&ones);
            let output = DeviceLinearNorm::new(context, &output, &norm(LinearKind::Output), smooth);
            if layer + 1 < count {
                qkv = weights.linear(layer + 1, LinearKind::Qkv)?;
            }
            // After the last layer there is no product; its int8 rows are not read.
            let smooth = qkv.smooth.as_ref().unwrap_or(&ones);
            let down = DeviceLinearNorm::new(context, &down, &norm(LinearKind::Down), smooth);
            layers.push(DeviceLayer { qkv: this_qkv, output, up: DeviceLinear::new(context, &up), down });
        }
        Ok(DeviceModel { embedding, layers })
    }
}

/// Reorders `[N, K]` to `[K / 4, N, 4]`, so that the words of neighbouring columns are neighbours.
fn interleave(weight: &[i8], columns: usize) -> Vec<u8> {
    let depth = weight.len() / columns;
    let mut words = vec![0; weight.len()];
    for (n, row) in weight.chunks_exact(depth).enumerate() {
        for (k, word) in row.chunks_exact(4).enumerate() {
            words[(k * columns + n) * 4..][..4].copy_from_slice(bytemuck::cast_slice(word));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    #[test]
    fn neighbouring_columns_become_neighbouring_words() {
        // Two columns of eight.
        let weight: Vec<i8> = (0..16).collect();
        assert_eq!(super::interleave(&weight, 2), [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
    }
}
