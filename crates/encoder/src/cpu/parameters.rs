//! A model's parameters on the CPU: packed once for one instruction set, and shared by all threads.
//!
//! Must not know the file format, which `weights.rs` reads.

use super::instruction_set::InstructionSet;
use super::ops::Norm;
use super::product::PackedWeights;
use crate::dense::DenseLayer;
use crate::kernels::LinearKind;
use crate::manifest::{Architecture, ModelError, Pooling};
use crate::weights::{ByteSource, LinearWeights, Weights, WordEmbeddings};

/// All parameters of a model.
#[derive(Debug)]
pub struct Parameters {
    pub isa: InstructionSet,
    pub architecture: Architecture,
    pub pooling: Pooling,
    pub words: WordEmbeddings,
    /// The position embeddings. `[P, H]`
    pub positions: Vec<f32>,
    pub embedding_norm: Norm,
    pub layers: Vec<PackedLayer>,
    pub dense: Option<DenseLayer>,
}

/// The parameters of a BERT layer.
#[derive(Debug)]
pub struct PackedLayer {
    qkv: PackedLinear,
    output: PackedLinear,
    up: PackedLinear,
    down: PackedLinear,
    pub output_norm: Norm,
    pub down_norm: Norm,
}

/// A linear layer. `[N, K]`
#[derive(Debug)]
pub struct PackedLinear {
    pub weights: PackedWeights,
    /// The scale of each output channel's weights. `[N]`
    pub scale: Vec<f32>,
    /// `[N]`
    pub bias: Vec<f32>,
    /// The factor of each input channel before quantization. `[K]`
    pub smooth: Vec<f32>,
}

impl Parameters {
    /// Reads and packs one tensor at a time, so that there is never a second copy of all weights. Fails as
    /// [`Weights::linear`] does.
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
            dense: file.dense(),
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

    /// The layer norm after `output` or `down`.
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

    /// The output width, N.
    pub fn width(&self) -> usize {
        self.bias.len()
    }
}
