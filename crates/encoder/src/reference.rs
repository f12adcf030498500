//! The forward pass in f32, in burn: the reference for every device, and the converter's source of activations.
//!
//! Must not know int8. Written for clarity rather than speed; only linear layers take the whole batch at once.

use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::dense::DenseLayer;
use super::f32_model::{F32Model, LINEARS};
use super::kernels::LinearKind;
use super::manifest::{Architecture, Pooling};
use super::weights::{NormWeights, linear_shape};
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind};

/// A model in burn's tensors, on burn's CPU backend.
pub struct Reference {
    architecture: Architecture,
    pooling: Pooling,
    words: Vec<f32>,
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    /// Computed without burn, by the same code as for the other devices.
    dense: Option<DenseLayer>,
    device: Device,
}

struct Layer {
    /// The transposed weight `[K, N]` and the bias `[1, N]` of each linear layer, in the order of [`LINEARS`].
    linears: Vec<(Tensor<2>, Tensor<2>)>,
    norms: [Norm; 2],
}

/// The weight and bias of a layer norm, both `[1, H]`.
struct Norm(Tensor<2>, Tensor<2>);

/// Called with the layer number, the kind and the input `[T, K]` of each linear layer, before it is computed.
pub type LinearInputHook<'a> = dyn FnMut(usize, LinearKind, &Tensor<2>) + 'a;

impl Reference {
    /// Copies the weights into tensors.
    pub fn new(model: &F32Model) -> Self {
        let device = Device::flex();
        let a = model.architecture;
        let layers = model.layers.iter().map(|layer| Layer {
            linears: LINEARS
                .iter()
                .zip(&layer.linears)
                .map(|(&which, linear)| {
                    let (outputs, inputs) = linear_shape(&a, which);
                    let weight = matrix(&linear.weight, [outputs, inputs], &device).transpose();
                    (weight, matrix(&linear.bias, [1, outputs], &device))
                })
                .collect(),
            norms: layer.norms.each_ref().map(|n| Norm::new(n, &device)),
        });
        Self {
            architecture: a,
            pooling: model.pooling,
            words: model.words.clone(),
            positions: model.positions.clone(),
            norm: Norm::new(&model.norm, &device),
            layers: layers.collect(),
            dense: model.dense.clone(),
            device,
        }
    }

    /// Returns the token states after the last layer. `[T, H]`
    pub fn forward(&self, batch: &Batch, hook: &mut LinearInputHook) -> Tensor<2> {
        let mut x = self.norm.apply(self.embed(batch), self.architecture.epsilon);
        for (index, layer) in self.layers.iter().enumerate() {
            let mut linear = |which: LinearKind, x: &Tensor<2>| {
                hook(index, which, x);
                let (weight, bias) = &layer.linears[which as usize];
                x.clone().matmul(weight.clone()) + bias.clone()
            };
            let context = self.attention(linear(LinearKind::Qkv, &x), batch);
            x = layer.norms[0].apply(linear(LinearKind::Output, &context) + x, self.architecture.epsilon);
            let up = gelu(linear(LinearKind::Up, &x));
            x = layer.norms[1].apply(linear(LinearKind::Down, &up) + x, self.architecture.epsilon);
        }
        x
    }

    fn embed(&self, batch: &Batch) -> Tensor<2> {
        let hidden = self.architecture.hidden;
        let mut rows = Vec::with_capacity(batch.ids.len() * hidden);
        for text in batch.starts.windows(2) {
            for (position, &id) in batch.ids[text[0] as usize..text[1] as usize].iter().enumerate() {
                let word = &self.words[id as usize * hidden..][..hidden];
                rows.extend(word.iter().zip(&self.positions[position * hidden..]).map(|(w, p)| w + p));
            }
        }
        matrix(&rows, [batch.ids.len(), hidden], &self.device)
    }

    /// Attention within each text. `[T, 3H] -> [T, H]`
    fn attention(&self, qkv: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let (hidden, heads) = (self.architecture.hidden, self.architecture.heads);
        let texts = batch.starts.windows(2).map(|text| {
            let tokens = (text[1] - text[0]) as usize;
            let rows = qkv.clone().narrow(0, text[0] as usize, tokens);
            let part = |index: usize| -> Tensor<3> {
                let part = rows.clone().narrow(1, index * hidden, hidden);
                part.reshape([tokens, heads, hidden / heads]).swap_dims(0, 1)
            };
            let weights = softmax(part(0).matmul(part(1).swap_dims(1, 2)), 2);
            weights.matmul(part(2)).swap_dims(0, 1).reshape([tokens, hidden])
        });
        Tensor::cat(texts.collect(), 0)
    }

    /// Pools the states of each text. Normalises the vectors, unless a dense layer follows. `[T, H] -> [B, H]`
    fn pool(&self, states: &[f32], batch: &Batch) -> Vec<f32> {
        let hidden = self.architecture.hidden;
        let mut vectors = Vec::with_capacity((batch.starts.len() - 1) * hidden);
        for text in batch.starts.windows(2) {
            let rows = &states[text[0] as usize * hidden..text[1] as usize * hidden];
            let column = |k: usize| rows.iter().skip(k).step_by(hidden).copied();
            let pooled: Vec<f32> = (0..hidden)
                .map(|k| match self.pooling {
                    Pooling::Mean => column(k).sum::<f32>() / (text[1] - text[0]) as f32,
                    Pooling::First => rows[k],
                    Pooling::Max => column(k).fold(f32::NEG_INFINITY, f32::max),
                })
                .collect();
            let length = if self.dense.is_some() { 1.0 } else { pooled.iter().map(|v| v * v).sum::<f32>().sqrt() };
            vectors.extend(pooled.iter().map(|v| v / length));
        }
        vectors
    }
}

impl Encoder for Reference {
    fn width(&self) -> usize {
        self.architecture.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let states = self.forward(batch, &mut |_, _, _| ()).into_data().try_into_vec::<f32>();
        let states = states.map_err(|e| EncodeError::DeviceLost(e.to_string()))?;
        let vectors = self.pool(&states, batch);
        let tokens = if output == OutputKind::VectorsAndTokens { states } else { Vec::new() };
        let pooled = Embeddings { vectors, tokens };
        Ok(self.dense.as_ref().map(|dense| dense.apply(&pooled)).unwrap_or(pooled))
    }
}

impl Norm {
    fn new(norm: &NormWeights, device: &Device) -> Self {
        let row = |values: &[f32]| matrix(values, [1, values.len()], device);
        Self(row(&norm.weight), row(&norm.bias))
    }

    fn apply(&self, x: Tensor<2>, epsilon: f32) -> Tensor<2> {
        let centred = x.clone() - x.mean_dim(1);
        let variance = centred.clone().powi_scalar(2).mean_dim(1);
        centred / (variance + epsilon).sqrt() * self.0.clone() + self.1.clone()
    }
}

fn matrix(values: &[f32], shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}
