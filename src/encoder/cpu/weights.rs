//! A model's weights as the CPU keeps them: packed once, shared by all threads.
//!
//! Must not know files: `encoder/weights.rs` reads those.

use super::paths::Path;
use super::product::Packed;
use super::steps::Norm;
use crate::encoder::kernels::Linear;
use crate::encoder::{Batch, EncodeError};

/// Everything that a forward pass reads.
#[derive(Debug)]
pub struct Weights {
    pub path: Path,
    pub hidden: usize,
    pub words: Words,
    /// Position embeddings with the first type's added. `[P, H]`
    pub positions: Vec<f32>,
    pub embedding_norm: Norm,
    pub layers: Vec<Layer>,
    pub pooling: Pooling,
}

#[derive(Debug)]
pub struct Layer {
    pub qkv: Dense,
    pub output: Dense,
    pub up: Dense,
    pub down: Dense,
    pub attention_norm: Norm,
    pub output_norm: Norm,
}

impl Layer {
    pub fn dense(&self, which: Linear) -> &Dense {
        match which {
            Linear::Qkv => &self.qkv,
            Linear::Output => &self.output,
            Linear::Up => &self.up,
            Linear::Down => &self.down,
        }
    }

    /// The norm that follows a layer's output.
    pub fn norm(&self, which: Linear) -> &Norm {
        match which {
            Linear::Down | Linear::Up => &self.output_norm,
            Linear::Output | Linear::Qkv => &self.attention_norm,
        }
    }
}

/// One linear layer. `[N, K]`
#[derive(Debug)]
pub struct Dense {
    pub packed: Packed,
    /// What one unit of an output channel's weights stands for. `[N]`
    pub scales: Vec<f32>,
    pub bias: Vec<f32>,
    /// What each input channel is multiplied by before it is quantized; the weights hold the inverse. `[K]`
    pub smooth: Vec<f32>,
}

impl Dense {
    /// `weights: [N, K]` row-major, within ±63.
    pub fn pack(path: Path, weights: &[i8], scales: Vec<f32>, bias: Vec<f32>, smooth: Vec<f32>) -> Dense {
        Dense { packed: Packed::new(weights, scales.len(), smooth.len(), path.tiling()), scales, bias, smooth }
    }
}

/// Word embeddings `[V, H]`.
#[derive(Debug)]
pub struct Words {
    pub hidden: usize,
    pub values: Vec<f32>,
}

impl Words {
    pub fn row(&self, id: usize, out: &mut [f32]) {
        out.copy_from_slice(&self.values[id * self.hidden..][..self.hidden]);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    Mean,
    First,
    Max,
}

impl Pooling {
    /// `rows: [T, H] -> out: [H]`
    pub fn pool(self, rows: &[f32], out: &mut [f32]) {
        let tokens = rows.len() / out.len();
        out.copy_from_slice(&rows[..out.len()]);
        if self == Pooling::First {
            return;
        }
        for row in rows.chunks_exact(out.len()).skip(1) {
            for (o, &v) in out.iter_mut().zip(row) {
                *o = if self == Pooling::Mean { *o + v } else { super::float::max(*o, v) };
            }
        }
        if self == Pooling::Mean {
            let scale = 1.0 / tokens as f32;
            out.iter_mut().for_each(|o| *o *= scale);
        }
    }
}

impl Weights {
    /// That every id has an embedding and every text a place.
    pub fn check(&self, batch: &Batch) -> Result<(), EncodeError> {
        let positions = self.positions.len() / self.hidden;
        let vocabulary = self.words.values.len() / self.hidden;
        let bad = |why: String| Err(EncodeError::BadBatch(why));
        if batch.starts.first() != Some(&0) || batch.starts.last() != Some(&(batch.ids.len() as u32)) {
            return bad("its texts do not cover its tokens".into());
        }
        for text in batch.starts.windows(2) {
            if text[0] >= text[1] || (text[1] - text[0]) as usize > positions {
                let tokens = i64::from(text[1]) - i64::from(text[0]);
                return bad(format!("a text of {tokens} tokens, the model takes 1 to {positions}"));
            }
        }
        match batch.ids.iter().find(|&&id| id as usize >= vocabulary) {
            Some(id) => bad(format!("token {id}, the vocabulary has {vocabulary}")),
            None => Ok(()),
        }
    }
}
