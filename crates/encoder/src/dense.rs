//! The dense layer that some models of sentence-transformers have after pooling: `activation(W x + b)`.
//!
//! Computed on the CPU whatever the device, because it is one product per text. Token states get the product without
//! the activation, so that they have the width of the vectors and their mean is what the activation is applied to.
//! Must not know devices.

use nearmind_core::vectors::arithmetic::{dot, normalize};

use super::{
    Embeddings,
    cpu::float::{Constants, EXP, exp},
    manifest::Activation,
};

/// A dense layer, `[H] -> [D]`.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseLayer {
    /// `[D, H]`, row-major.
    pub weight: Vec<f32>,
    /// `[D]`
    pub bias: Vec<f32>,
    /// Applied to each value of a vector.
    pub activation: Activation,
}

impl DenseLayer {
    /// Completes the output of a forward pass: turns pooled vectors, which are not normalised yet, into unit vectors
    /// `[B, H] -> [B, D]`, and token states `[T, H] -> [T, D]`.
    pub fn apply(&self, pooled: &Embeddings) -> Embeddings {
        let mut vectors = self.product(&pooled.vectors);
        vectors.chunks_exact_mut(self.bias.len()).for_each(|vector| self.activation.finish(vector));
        Embeddings { vectors, tokens: self.product(&pooled.tokens) }
    }

    /// `x W^T + b`. `[n, H] -> [n, D]`
    fn product(&self, x: &[f32]) -> Vec<f32> {
        let inputs = self.weight.len() / self.bias.len();
        let rows = x.chunks_exact(inputs);
        let outputs = || self.weight.chunks_exact(inputs).zip(&self.bias);
        rows.flat_map(|row| outputs().map(move |(weight, bias)| dot(row, weight) + bias)).collect()
    }
}

impl Activation {
    /// Applies the activation to a vector, then scales it to length 1. `[D]`
    pub fn finish(self, vector: &mut [f32]) {
        if self == Self::Tanh {
            let constants = Constants::new(EXP);
            for value in vector.iter_mut() {
                let e = exp(-2.0 * value.abs(), constants);
                *value = ((1.0 - e) / (1.0 + e)).copysign(*value);
            }
        }
        normalize(vector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_is_accurate_everywhere() {
        for i in -2000..2000 {
            let x = i as f32 / 200.0;
            let mut vector = [x, 1.0];
            Activation::Tanh.finish(&mut vector);
            let exact = f64::from(x).tanh() / 1f64.tanh();
            let found = f64::from(vector[0] / vector[1]);
            assert!((found - exact).abs() < 2e-6, "tanh({x}) / tanh(1) is {found} instead of {exact}");
        }
    }
}
