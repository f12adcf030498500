//! The cases that every device is held to, and how far it may be from the definition. For tests.
//!
//! Lengths of one token, odd ones around the tiles' heights, and the longest; rows of zeros, all equal,
//! tiny and large; int8 at the ends of its range. Must not know devices: they implement [`TestDevice`].

pub mod definition;

use pollster::block_on;

pub use self::definition::TestWeights;
use super::device::LEAST_COSINE_TO_CPU;
use super::kernels::{Kernels, LinearKind};
use super::synthetic::SyntheticModel;
use super::weights::{LinearWeights, Weights};
use super::{Batch, EncodeError, Encoder, OutputKind};

/// f32 steps in another order than the definition's, on values of about 1.
pub const FLOAT_TOLERANCE: f32 = 2e-5;
/// The format allows 1e-4; the devices' polynomials are within 9e-5, and then they round.
pub const GELU_TOLERANCE: f32 = 1e-4;

/// Overwhelming scores are sums of large products: their rounding is exponentiated.
const SCORE_SIZES: [f32; 3] = [0.1, 2.0, 50.0];

/// What activations are, where a device keeps them in different places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationKind {
    Qkv,
    Context,
    Inner,
}

/// A device whose activations can be given and looked at.
pub trait TestDevice: Kernels + Encoder {
    /// The rows between layers, `[T, H]`; a device that quantizes them ahead does it for `next`.
    fn put_states(&mut self, batch: &Batch, x: &[f32], next: Option<&LinearWeights>) -> Self::Activations;
    /// Any other rows. `[T, n]`
    fn put(&mut self, batch: &Batch, kind: ActivationKind, x: &[f32]) -> Self::Activations;
    fn get(&mut self, rows: Self::Activations, batch: &Batch) -> Vec<f32>;
}

/// A test of each case below; `$each` runs a check on every kind of a device.
macro_rules! kernel_tests {
    ($each:ident) => {
        kernel_tests! { $each:
            embeddings_of_fine_and_coarse_words
            gelu_follows_the_product
            products_with_residual_and_norm
            attention_stays_within_its_text
            pooled_vectors_are_means_of_length_one
            whole_passes_agree_with_the_definition
            alone_equals_batched_to_the_bit
            a_batch_that_does_not_fit_is_refused
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

pub fn embeddings_of_fine_and_coarse_words(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    assert!(batch.ids.iter().any(|&id| id < 4) && batch.ids.iter().any(|&id| id > 4));
    let rows = device.embed(&batch);
    assert_near(&device.get(rows, &batch), &definition::embed(model, &batch), FLOAT_TOLERANCE);
}

pub fn gelu_follows_the_product(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let weights = model.linear(0, LinearKind::Up).unwrap();
    let x = odd_values(batch.ids.len(), 64, 3.0);
    let rows = device.put_states(&batch, &x, Some(&weights));
    let rows = device.linear_gelu(&rows, 0, LinearKind::Up);
    let expected: Vec<f32> = definition::linear(&x, &weights).into_iter().map(definition::gelu).collect();
    assert_near(&device.get(rows, &batch), &expected, GELU_TOLERANCE);
}

pub fn products_with_residual_and_norm(device: &mut impl TestDevice, model: &TestWeights) {
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
    let alike = (vec![0.5; batch.ids.len() * 192], 1.0); // each token weighs the same
    let sized = SCORE_SIZES.map(|size| (values(batch.ids.len(), 192, size), size));
    for (qkv, size) in sized.into_iter().chain([alike]) {
        let rows = device.put(&batch, ActivationKind::Qkv, &qkv);
        let rows = device.attention(rows, &batch);
        let expected = definition::attention(&qkv, model.architecture(), &batch);
        assert_near(&device.get(rows, &batch), &expected, FLOAT_TOLERANCE * size.max(1.0).powi(2));
    }
}

pub fn pooled_vectors_are_means_of_length_one(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let x = values(batch.ids.len(), 64, 2.0);
    let rows = device.put_states(&batch, &x, None);
    let encoded = block_on(device.finish(rows, &batch, OutputKind::VectorsAndTokens)).unwrap();
    assert_near(&encoded.vectors, &definition::pool(&x, model.architecture().hidden, &batch), FLOAT_TOLERANCE);
    assert_eq!(encoded.tokens, x);
}

pub fn whole_passes_agree_with_the_definition(device: &mut impl TestDevice, model: &TestWeights) {
    let batch = ragged();
    let encoded = block_on(device.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
    let (vectors, tokens) = definition::forward(model, &batch);
    let dot = |(a, b): (&[f32], &[f32])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let cosines: Vec<f32> = encoded.vectors.chunks(64).zip(vectors.chunks(64)).map(dot).collect();
    assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
    assert_eq!(encoded.tokens.len(), tokens.len());
}

pub fn alone_equals_batched_to_the_bit(device: &mut impl TestDevice, _: &TestWeights) {
    let together = ragged();
    let all = block_on(device.encode(&together, OutputKind::VectorsAndTokens)).unwrap();
    for (text, span) in together.starts.windows(2).enumerate() {
        let ids = together.ids[span[0] as usize..span[1] as usize].to_vec();
        let alone = Batch { starts: vec![0, ids.len() as u32], ids };
        let one = block_on(device.encode(&alone, OutputKind::VectorsAndTokens)).unwrap();
        assert_eq!(one.vectors, all.vectors[text * 64..(text + 1) * 64]);
        assert_eq!(one.tokens, all.tokens[span[0] as usize * 64..span[1] as usize * 64]);
    }
}

pub fn a_batch_that_does_not_fit_is_refused(device: &mut impl TestDevice, _: &TestWeights) {
    let of = |ids: &[u32], starts: &[u32]| Batch { ids: ids.to_vec(), starts: starts.to_vec() };
    for bad in [batch(&[129]), of(&[100_000], &[0, 1]), of(&[1, 2], &[0, 1]), of(&[1], &[0, 0, 1]), of(&[1], &[])] {
        let refused = block_on(device.encode(&bad, OutputKind::Vectors));
        assert!(matches!(refused, Err(EncodeError::BadBatch(_))), "{refused:?}");
    }
}

/// Two layers of two heads.
pub fn model() -> TestWeights {
    let synthetic = SyntheticModel::new(64, 2, 2, 128, 5);
    Weights::open(synthetic.weights, synthetic.manifest.architecture).unwrap()
}

/// Texts of these lengths, of words all over the vocabulary.
pub fn batch(lengths: &[u32]) -> Batch {
    let total: u32 = lengths.iter().sum();
    let mut starts = vec![0];
    starts.extend(lengths.iter().scan(0, |end, n| {
        *end += n;
        Some(*end)
    }));
    Batch { ids: (0..total).map(|i| i * 7 % 90).collect(), starts }
}

/// One token, odd lengths around the tiles' heights, the longest text.
pub fn ragged() -> Batch {
    batch(&[1, 3, 9, 17, 2, 31, 128])
}

/// Rows of int8 at the ends of their range, of zeros, and of all sorts.
pub const BYTES: [fn(usize) -> i8; 5] =
    [|_| 127, |_| -127, |i| if i % 2 == 0 { 127 } else { -127 }, |_| 0, |i| (i * 31 % 255) as i8];

/// Reproducible values within ±`size`. `[rows, width]`
pub fn values(rows: usize, width: usize, size: f32) -> Vec<f32> {
    (0..rows * width).map(|i| ((i * 7919 % 10007) as f32 / 10007.0 - 0.5) * 2.0 * size).collect()
}

/// The same with a small row, an all-equal one and one of zeros among them. At least 4 rows.
pub fn odd_values(rows: usize, width: usize, size: f32) -> Vec<f32> {
    let mut x = values(rows, width, size);
    x[width..2 * width].iter_mut().for_each(|v| *v *= 1e-6);
    x[2 * width..3 * width].fill(size);
    x[3 * width..4 * width].fill(0.0);
    x
}

#[track_caller]
pub fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "value {i} is {a} instead of {b}");
    }
}
