//! A model's parameters as the CPU keeps them: packed once for one path, shared by all threads.
//!
//! Must not know the file's format: `encoder/weights.rs` reads it.

use super::instruction_set::InstructionSet;
use super::ops::Norm;
use super::product::PackedWeights;
use crate::kernels::LinearKind;
use crate::manifest::{Architecture, ModelError, Pooling};
use crate::weights::{ByteSource, LinearWeights, Weights, WordEmbeddings};

/// Everything that a forward pass reads.
#[derive(Debug)]
pub struct Parameters {
    pub isa: InstructionSet,
    pub architecture: Architecture,
    pub pooling: Pooling,
    pub words: WordEmbeddings,
    /// `[P, H]`
    pub positions: Vec<f32>,
    pub embedding_norm: Norm,
    pub layers: Vec<Layer>,
}

#[derive(Debug)]
pub struct PackedLayer {
    qkv: PackedLinear,
    output: PackedLinear,
    up: PackedLinear,
    down: PackedLinear,
    pub output_norm: Norm,
    pub down_norm: Norm,
}

/// One linear layer. `[N, K]`
#[derive(Debug)]
pub struct PackedLinear {
    pub weights: PackedWeights,
    /// What one unit of an output channel's weights stands for. `[N]`
    pub scale: Vec<f32>,
    pub bias: Vec<f32>,
    /// What each input channel is multiplied by before it is quantized. `[K]`
    pub smooth: Vec<f32>,
}

impl Parameters {
    /// Reads and packs a tensor at a time: at no time is there a second copy of the weights.
    pub fn load<S: ByteSource>(
        file: &Weights<S>,
        pooling: Pooling,
        isa: InstructionSet,
    ) -> Result<Parameters, ModelError> {
        let epsilon = file.architecture().epsilon;
        let norm = |layer, which| {
            let norm = file.norm_after(layer, which);
            Norm { weight: norm.weight, bias: norm.bias, epsilon }
        };
        let layers = (0..file.architecture().layers).map(|layer| {
            let linear = |which| Ok(PackedLinear::pack(file.linear(layer, which)?, isa));
            Ok(PackedLayer {
                qkv: linear(LinearKind::Qkv)?,
                output: linear(LinearKind::Output)?,
                up: linear(LinearKind::Up)?,
                down: linear(LinearKind::Down)?,
                output_norm: norm(layer, LinearKind::Output),
                down_norm: norm(layer, LinearKind::Down),
            })
        });
        let embedding_norm = file.embedding_norm();
        Ok(Parameters {
            isa,
            architecture: *file.architecture(),
            pooling,
            words: file.word_embeddings(),
            positions: file.positions(),
            embedding_norm: Norm { weight: embedding_norm.weight, bias: embedding_norm.bias, epsilon },
            layers: layers.collect::<Result<_, ModelError>>()?,
        })
    }
}

impl PackedLayer {
    pub fn linear(&self, which: LinearKind) -> &PackedLinear {
        match which {
            LinearKind::Qkv => &self.qkv,
            LinearKind::Output => &self.output,
            LinearKind::Up => &self.up,
            LinearKind::Down => &self.down,
        }
    }

    /// The norm that follows the attention's or the feed-forward part's last linear layer.
    pub fn norm_after(&self, which: LinearKind) -> &Norm {
        if which == LinearKind::Output { &self.output_norm } else { &self.down_norm }
    }
}

impl PackedLinear {
    fn pack(from: LinearWeights, isa: InstructionSet) -> PackedLinear {
        let smooth = from.smooth.unwrap_or_else(|| vec![1.0; from.inputs]);
        let packed = PackedWeights::new(&from.weight, from.outputs, from.inputs, isa.tiling());
        PackedLinear { weights: packed, scale: from.scale, bias: from.bias, smooth }
    }

    /// N
    pub fn width(&self) -> usize {
        self.bias.len()
    }
}
