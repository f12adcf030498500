//! The weights of a BERT model in f32 as plain arrays: read by the converter, or dequantized from an int8 file.
//!
//! Must not know the tensor names of any file, nor how weights are quantized. As in the int8 format, two things are
//! folded in: positions include token type 0, and the query weights include attention's `1/sqrt(head width)`.

use super::dense::DenseLayer;
use super::kernels::LinearKind;
use super::manifest::{Architecture, ModelError, Pooling};
use super::weights::{ByteSource, LinearWeights, NormWeights, Weights};

/// The linear layers of a BERT layer, in the order in which they are computed.
pub const LINEARS: [LinearKind; 4] = [LinearKind::Qkv, LinearKind::Output, LinearKind::Up, LinearKind::Down];

/// All weights of a model.
#[derive(Debug, Clone)]
pub struct F32Model {
    /// The model's sizes: L, H, V, P and the others that shapes are written with.
    pub architecture: Architecture,
    /// How token states become the vector of a text.
    pub pooling: Pooling,
    /// The word embeddings. `[V, H]`
    pub words: Vec<f32>,
    /// The position embeddings, with token type 0 added. `[P, H]`
    pub positions: Vec<f32>,
    /// The layer norm of the embeddings.
    pub norm: NormWeights,
    /// The layers, from the first to the last. `[L]`
    pub layers: Vec<F32Layer>,
    /// The dense layer after pooling, if the model has one.
    pub dense: Option<DenseLayer>,
}

/// The weights of one layer.
#[derive(Debug, Clone)]
pub struct F32Layer {
    /// In the order of [`LINEARS`].
    pub linears: [F32Linear; 4],
    /// The layer norms after `output` and after `down`.
    pub norms: [NormWeights; 2],
}

/// `y = x W^T + b`
#[derive(Debug, Clone)]
pub struct F32Linear {
    /// `[N, K]`, row-major.
    pub weight: Vec<f32>,
    /// `[N]`
    pub bias: Vec<f32>,
}

impl F32Model {
    /// Dequantizes an int8 file: the weights as they are after rounding. Fails as [`Weights::linear`] does.
    pub fn dequantized<S: ByteSource>(weights: &Weights<S>, pooling: Pooling) -> Result<Self, ModelError> {
        let architecture = *weights.architecture();
        let table = weights.word_embeddings();
        let mut words = vec![0.0; architecture.vocabulary * architecture.hidden];
        for (id, row) in words.chunks_exact_mut(architecture.hidden).enumerate() {
            table.row(id as u32, row);
        }
        let layers = (0..architecture.layers).map(|layer| {
            let linear = |which| weights.linear(layer, which).map(F32Linear::dequantized);
            Ok(F32Layer {
                linears: [linear(LINEARS[0])?, linear(LINEARS[1])?, linear(LINEARS[2])?, linear(LINEARS[3])?],
                norms: [weights.norm_after(layer, LinearKind::Output), weights.norm_after(layer, LinearKind::Down)],
            })
        });
        Ok(Self {
            architecture,
            pooling,
            words,
            positions: weights.positions(),
            norm: weights.embedding_norm(),
            layers: layers.collect::<Result<_, ModelError>>()?,
            dense: weights.dense(),
        })
    }

    /// Returns a linear layer of layer number `layer`, counted from 0.
    pub fn linear(&self, layer: usize, which: LinearKind) -> &F32Linear {
        &self.layers[layer].linears[which as usize]
    }
}

impl F32Linear {
    fn dequantized(linear: LinearWeights) -> Self {
        let rows = linear.weight.chunks_exact(linear.inputs).zip(&linear.scale);
        let weight = match &linear.smooth {
            Some(smooth) => {
                rows.flat_map(|(row, s)| row.iter().zip(smooth).map(move |(&q, m)| f32::from(q) * s * m)).collect()
            }
            None => rows.flat_map(|(row, s)| row.iter().map(move |&q| f32::from(q) * s)).collect(),
        };
        Self { weight, bias: linear.bias }
    }
}
