//! The tests that every device must pass, and how far its results may be from the definition.
//!
//! The inputs cover texts of one token, of odd lengths around the tile heights, and of the maximum length; rows of
//! zeros, of equal, tiny and large values; and the extremes of int8. Must not know devices: they implement
//! [`TestDevice`].

pub mod definition;

use pollster::block_on;

pub use self::definition::TestWeights;
use super::device::LEAST_COSINE_TO_CPU;
use super::kernels::{Kernels, LinearKind};
use super::manifest::{Activation, Dense};
use super::synthetic::SyntheticModel;
use super::weights::{LinearWeights, Weights};
use super::{Batch, EncodeError, Encoder, OutputKind};

/// For f32 operations in another order than in the definition, on values of about 1.
pub const FLOAT_TOLERANCE: f32 = 2e-5;
/// The format allows 1e-4; the polynomials of the devices are within 9e-5 before rounding.
pub const GELU_TOLERANCE: f32 = 1e-4;

/// The magnitudes of attention inputs. Large scores are sums of large products, whose rounding errors `exp` magnifies.
const SCORE_SIZES: [f32; 3] = [0.1, 2.0, 50.0];

/// The activations other than states, which a device may keep in different buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationKind {
    Qkv,
    Context,
    Inner,
}

/// A device whose activations tests can set and read.
pub trait TestDevice: Kernels + Encoder {
    /// Sets the states, the rows between layers. A device that quantizes in advance quantizes them for `next`. `[T, H]`
    fn put_states(&mut self, batch: &Batch, x: &[f32], next: Option<&LinearWeights>) -> Self::Activations;
    /// Sets other activations. `[T, n]`
    fn put(&mut self, batch: &Batch, kind: ActivationKind, x: &[f32]) -> Self::Activations;
    /// Reads activations. `[T, n]`
    fn get(&mut self, rows: Self::Activations, batch: &Batch) -> Vec<f32>;
}

/// Declares one test for each function below. `$each` runs a check on every variant of a device.
macro_rules! kernel_tests {
    ($each:ident) => {
        kernel_tests! { $each:
            embeds_fine_and_coarse_words
            applies_gelu_after_the_product
            adds_the_residual_and_normalises
            attention_stays_within_its_text
            pools_to_means_of_length_one
            forward_passes_agree_with_the_definition
            alone_equals_batched_bit_for_bit
            refuses_a_batch_that_does_not_fit
        }
    };
    ($each:ident: $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $each(|device, model| cases::$case(device, model));
            }
        )*
    };
}
pub(super) use kernel_tests;

pub fn embeds_fine_and_coarse_words(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    assert!(batch.ids.iter().any(|&id| id < 4) && batch.ids.iter().any(|&id| id > 4));
    let rows = device.embed(&batch);
    assert_near(&device.get(rows, &batch), &definition::embed(model, &batch), FLOAT_TOLERANCE);
}

pub fn applies_gelu_after_the_product(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let weights = model.linear(0, LinearKind::Up).unwrap();
    let x = odd_values(batch.ids.len(), 64, 3.0);
    let rows = device.put_states(&batch, &x, Some(&weights));
    let rows = device.linear_gelu(&rows, 0, LinearKind::Up);
    let expected: Vec<f32> = definition::linear(&x, &weights).into_iter().map(definition::gelu).collect();
    assert_near(&device.get(rows, &batch), &expected, GELU_TOLERANCE);
}

pub fn adds_the_residual_and_normalises(device: &mut impl TestDevice, model: &TestWeights) {
    for (which, kind, width) in
        [(LinearKind::Output, ActivationKind::Context, 64), (LinearKind::Down, ActivationKind::Inner, 128)]
    {
        let batch = ragged();
        let (x, states) = (odd_values(batch.ids.len(), width, 2.0), values(batch.ids.len(), 64, 1.5));
        let y = definition::linear(&x, &model.linear(1, which).unwrap());
        let norm = model.norm_after(1, which);
        let expected = definition::add_norm(&y, &states, &norm, model.architecture().epsilon);
        let residual = device.put_states(&batch, &states, None);
        let x = device.put(&batch, kind, &x);
        let rows = device.linear_add_norm(x, 1, which, residual);
        assert_near(&device.get(rows, &batch), &expected, FLOAT_TOLERANCE);
    }
}

pub fn attention_stays_within_its_text(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let equal = (vec![0.5; batch.ids.len() * 192], 1.0); // all tokens have the same weight
    let sized = SCORE_SIZES.map(|size| (values(batch.ids.len(), 192, size), size));
    for (qkv, size) in sized.into_iter().chain([equal]) {
        let rows = device.put(&batch, ActivationKind::Qkv, &qkv);
        let rows = device.attention(rows, &batch);
        let expected = definition::attention(&qkv, model.architecture(), &batch);
        assert_near(&device.get(rows, &batch), &expected, FLOAT_TOLERANCE * size.max(1.0).powi(2));
    }
}

pub fn pools_to_means_of_length_one(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let x = values(batch.ids.len(), 64, 2.0);
    let rows = device.put_states(&batch, &x, None);
    let encoded = block_on(device.finish(rows, &batch, OutputKind::VectorsAndTokens)).unwrap();
    assert_near(&encoded.vectors, &definition::pool(&x, model.architecture().hidden, &batch), FLOAT_TOLERANCE);
    assert_eq!(encoded.tokens, x);
}

pub fn forward_passes_agree_with_the_definition(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let encoded = block_on(device.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
    let (vectors, tokens) = definition::forward(model, &batch);
    let dot = |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosines: Vec<f32> = encoded.vectors.chunks(64).zip(vectors.chunks(64)).map(dot).collect();
    assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
    assert_eq!(encoded.tokens.len(), tokens.len());
}

pub fn alone_equals_batched_bit_for_bit(device: &mut impl TestDevice, _: &TestWeights) {
    let batch = ragged();
    let all = block_on(device.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
    for (text, span) in batch.starts.windows(2).enumerate() {
        let ids = batch.ids[span[0] as usize..span[1] as usize].to_vec();
        let alone = Batch { starts: vec![0, ids.len() as u32], ids };
        let one = block_on(device.encode(&alone, OutputKind::VectorsAndTokens)).unwrap();
        assert_eq!(one.vectors, all.vectors[text * 64..(text + 1) * 64]);
        assert_eq!(one.tokens, all.tokens[span[0] as usize * 64..span[1] as usize * 64]);
    }
}

pub fn refuses_a_batch_that_does_not_fit(device: &mut impl TestDevice, _: &TestWeights) {
    let raw = |ids: &[u32], starts: &[u32]| Batch { ids: ids.to_vec(), starts: starts.to_vec() };
    for bad in [batch(&[129]), raw(&[100_000], &[0, 1]), raw(&[1, 2], &[0, 1]), raw(&[1], &[0, 0, 1]), raw(&[1], &[])] {
        let refused = block_on(device.encode(&bad, OutputKind::Vectors));
        assert!(matches!(refused, Err(EncodeError::BadBatch(_))), "{refused:?}");
    }
}

/// A model that ends in a dense layer to another width.
pub fn dense_model(activation: Activation) -> TestWeights {
    let synthetic = SyntheticModel::with_dense(64, 2, 2, 128, Some(Dense { width: 96, activation }), 5);
    Weights::open(synthetic.weights, synthetic.manifest.architecture).unwrap()
}

/// Compares a device that runs `model`, from [`dense_model`], with the definition.
pub fn applies_the_dense_layer(device: &mut impl Encoder, model: &TestWeights) {
    assert_eq!(device.width(), 96);
    let batch = ragged();
    let encoded = block_on(device.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
    let (vectors, tokens) = definition::dense(&model.dense().unwrap(), &definition::forward(model, &batch).1, &batch);
    let dot = |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosines: Vec<f32> = encoded.vectors.chunks(96).zip(vectors.chunks(96)).map(dot).collect();
    assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
    let difference: f32 = encoded.tokens.iter().zip(&tokens).map(|(a, b)| (a - b).powi(2)).sum();
    assert_eq!(encoded.tokens.len(), tokens.len());
    assert!(difference < 1e-3 * tokens.iter().map(|v| v * v).sum::<f32>(), "the states differ by {difference}");
}

/// A model with two layers of two heads.
pub fn model() -> TestWeights {
    let synthetic = SyntheticModel::new(64, 2, 2, 128, 5);
    Weights::open(synthetic.weights, synthetic.manifest.architecture).unwrap()
}

/// Texts of these lengths, with words from the whole vocabulary.
pub fn batch(lengths: &[u32]) -> Batch {
    let total: u32 = lengths.iter().sum();
    let mut starts = vec![0];
    starts.extend(lengths.iter().scan(0, |end, n| {
        *end += n;
        Some(*end)
    }));
    Batch { ids: (0..total).map(|i| i * 7 % 90).collect(), starts }
}

/// A batch with one token, with odd lengths around the tile heights, and with the maximum length.
pub fn ragged() -> Batch {
    batch(&[1, 3, 9, 17, 2, 31, 128])
}

/// Int8 values by index: the extremes, zeros, and a mixture.
pub const INT8_PATTERNS: [fn(usize) -> i8; 5] =
    [|_| 127, |_| -127, |i| if i % 2 == 0 { 127 } else { -127 }, |_| 0, |i| (i * 31 % 255) as i8];

/// Reproducible values within ±`size`. `[rows, width]`
pub fn values(rows: usize, width: usize, size: f32) -> Vec<f32> {
    (0..rows * width).map(|i| ((i * 7919 % 10007) as f32 / 10007.0 - 0.5) * 2.0 * size).collect()
}

/// [`values`] with a row of tiny values, one of equal values and one of zeros. At least 4 rows. `[rows, width]`
pub fn odd_values(rows: usize, width: usize, size: f32) -> Vec<f32> {
    let mut x = values(rows, width, size);
    x[width..2 * width].iter_mut().for_each(|v| *v *= 1e-6);
    x[2 * width..3 * width].fill(size);
    x[3 * width..4 * width].fill(0.0);
    x
}

/// Asserts that each value is within `tolerance`, relative to the expected value if that is above 1.
#[track_caller]
pub fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "value {i} is {a} instead of {b}");
    }
}
