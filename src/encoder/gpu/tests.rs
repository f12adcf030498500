//! Every kernel, in both spellings, held to its definition; then whole passes, and deliberate defects.
//!
//! They run on whatever adapter wgpu finds: Mesa's llvmpipe will do. Without one they say so, loudly.

mod definition;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::definition::Model;
use super::*;
use crate::encoder::cpu::CpuModel;
use crate::encoder::device::{Choice, Device, Flaw, Kind, LEAST_COSINE_TO_CPU, OpenGpu, Probes, Reason, prove};
use crate::encoder::synthetic::Synthetic;

/// f32 steps in another order than the definition's, on values of about 1.
const FLOAT_TOLERANCE: f32 = 2e-5;
/// The polynomial for GELU is within 4e-5; see cpu/float.rs.
const GELU_TOLERANCE: f32 = 6e-5;

/// One device at a time: software adapters are slow enough alone.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn model() -> Model {
    let synthetic = Synthetic::new(64, 2, 2, 128, 5);
    Weights::open(synthetic.weights, synthetic.manifest.architecture).unwrap()
}

fn open(overrides: Overrides) -> Option<(Gpu, Model)> {
    let model = model();
    match pollster::block_on(Gpu::open(&model, Pooling::Mean, || 0.0, overrides)) {
        Ok(gpu) => Some((gpu, model)),
        Err(OpenError::NoAdapter(why)) => {
            eprintln!("SKIPPED: no GPU adapter ({why}). Install a Vulkan driver; mesa-vulkan-drivers is enough.");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Runs a check in both spellings.
fn each_spelling(check: impl Fn(&mut Gpu, &Model)) {
    let _alone = alone();
    for spelling in [Spelling::Packed, Spelling::Float] {
        if let Some((mut gpu, model)) = open(Overrides { spelling: Some(spelling), defect: None }) {
            check(&mut gpu, &model);
        }
    }
}

fn get(gpu: &mut Gpu, rows: Rows, batch: &Batch) -> Vec<f32> {
    pollster::block_on(gpu.get(rows, batch.ids.len())).unwrap()
}

/// Texts of these lengths, of words all over the vocabulary.
fn batch(lengths: &[u32]) -> Batch {
    let total: u32 = lengths.iter().sum();
    let mut starts = vec![0];
    starts.extend(lengths.iter().scan(0, |end, n| {
        *end += n;
        Some(*end)
    }));
    Batch { ids: (0..total).map(|i| i * 7 % 90).collect(), starts }
}

/// One token, odd lengths around the tiles' heights, the longest text.
fn ragged() -> Batch {
    batch(&[1, 3, 9, 17, 2, 31, 128])
}

/// Reproducible values within ±`size`. `[rows, width]`
fn values(rows: usize, width: usize, size: f32) -> Vec<f32> {
    (0..rows * width).map(|i| ((i * 7919 % 10007) as f32 / 10007.0 - 0.5) * 2.0 * size).collect()
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "value {i} is {a} instead of {b}");
    }
}

#[test]
fn embeddings_of_fine_and_coarse_words() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        assert!(batch.ids.iter().any(|&id| id < 4) && batch.ids.iter().any(|&id| id > 4));
        let rows = gpu.embed(&batch);
        assert_near(&get(gpu, rows, &batch), &definition::embed(model, &batch), FLOAT_TOLERANCE);
    });
}

#[test]
fn integer_products_are_exact_at_extremes() {
    each_spelling(|gpu, model| {
        let weights = model.linear(1, Linear::Qkv).unwrap();
        for fill in [|_| 127i8, |_| -127, |i| if i % 2 == 0 { 127 } else { -127 }, |_| 0, |i| (i * 31 % 255) as i8] {
            let batch = batch(&[11]);
            let x: Vec<i8> = (0..11 * 64).map(fill).map(|v| v.max(-127)).collect();
            gpu.put(&batch, Rows::States, &[]);
            gpu.put_quantized(&x, &[1.0; 11]);
            let rows = gpu.linear(&Rows::States, 1, Linear::Qkv);
            let y = get(gpu, rows, &batch);
            for (i, (y, exact)) in y.iter().zip(definition::product(&x, &weights)).enumerate() {
                let n = i % weights.outputs;
                let found = f64::from(y - weights.bias[n]) / f64::from(weights.scale[n]);
                assert!((found - f64::from(exact)).abs() < 0.4, "sum {i} is {found} instead of {exact}");
            }
        }
    });
}

#[test]
fn gelu_follows_the_product() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        let weights = model.linear(0, Linear::Up).unwrap();
        // Large and small rows, an all-equal one, and one of zeros.
        let mut x = values(batch.ids.len(), 64, 3.0);
        x[64..128].fill(0.25);
        x[128..192].fill(0.0);
        x[192..256].iter_mut().for_each(|v| *v *= 10.0);
        let (q, scales) = definition::quantize(&x, weights.smooth.as_deref(), 64);
        gpu.put(&batch, Rows::States, &x);
        gpu.put_quantized(&q, &scales);
        let rows = gpu.linear_gelu(&Rows::States, 0, Linear::Up);
        let expected: Vec<f32> = definition::linear(&x, &weights).into_iter().map(definition::gelu).collect();
        assert_near(&get(gpu, rows, &batch), &expected, GELU_TOLERANCE);
    });
}

#[test]
fn products_with_residual_and_norm() {
    each_spelling(|gpu, model| {
        for (which, rows, width) in [(Linear::Output, Rows::Context, 64), (Linear::Down, Rows::Inner, 128)] {
            let batch = ragged();
            let t = batch.ids.len();
            let (mut x, residual) = (values(t, width, 2.0), values(t, 64, 1.5));
            x[..width].fill(-0.7);
            x[width..2 * width].fill(0.0);
            let weights = model.linear(1, which).unwrap();
            let y = definition::linear(&x, &weights);
            let norm = model.norm_after(1, which);
            let expected = definition::add_norm(&y, &residual, &norm, model.architecture().epsilon);
            let x = gpu.put(&batch, rows, &x);
            gpu.write(Rows::States, &residual);
            let rows = gpu.linear_add_norm(x, 1, which, Rows::States);
            assert_near(&get(gpu, rows, &batch), &expected, FLOAT_TOLERANCE);
        }
    });
}

#[test]
fn attention_stays_within_its_text() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        // Scores from even to overwhelming.
        for size in [0.1, 2.0, 50.0] {
            let qkv = values(batch.ids.len(), 192, size);
            let rows = gpu.put(&batch, Rows::Qkv, &qkv);
            let rows = gpu.attention(rows, &batch);
            let expected = definition::attention(&qkv, model.architecture(), &batch);
            // Overwhelming scores are sums of large products: their rounding is exponentiated.
            let tolerance = FLOAT_TOLERANCE * size.max(1.0).powi(2);
            assert_near(&get(gpu, rows, &batch), &expected, tolerance);
        }
    });
}

#[test]
fn pooled_vectors_are_means_of_length_one() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        let x = values(batch.ids.len(), 64, 2.0);
        let rows = gpu.put(&batch, Rows::States, &x);
        let encoded = pollster::block_on(gpu.finish(rows, &batch, Want::Tokens)).unwrap();
        let expected = definition::pool(&x, model.architecture().hidden, &batch);
        assert_near(&encoded.vectors, &expected, FLOAT_TOLERANCE);
        assert_eq!(encoded.tokens, x);
    });
}

fn cosines(a: &[f32], b: &[f32]) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    a.chunks(64).zip(b.chunks(64)).map(|(a, b)| dot(a, b)).collect()
}

#[test]
fn whole_passes_agree_with_the_definition() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        let encoded = pollster::block_on(gpu.encode(&batch, Want::Tokens)).unwrap();
        let (vectors, tokens) = definition::forward(model, &batch);
        let cosines = cosines(&encoded.vectors, &vectors);
        assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
        assert_eq!(encoded.tokens.len(), tokens.len());
    });
}

#[test]
fn alone_equals_batched_to_the_bit() {
    each_spelling(|gpu, _| {
        let together = ragged();
        let all = pollster::block_on(gpu.encode(&together, Want::Tokens)).unwrap();
        for (text, span) in together.starts.windows(2).enumerate() {
            let ids = together.ids[span[0] as usize..span[1] as usize].to_vec();
            let alone = Batch { starts: vec![0, ids.len() as u32], ids };
            let one = pollster::block_on(gpu.encode(&alone, Want::Tokens)).unwrap();
            assert_eq!(one.vectors, all.vectors[text * 64..(text + 1) * 64]);
            assert_eq!(one.tokens, all.tokens[span[0] as usize * 64..span[1] as usize * 64]);
        }
    });
}

/// One wrong text in each kernel; each is a mistake that a driver or a programmer can make.
const DEFECTS: [Defect; 8] = [
    ("const GAIN = 0u;", "const GAIN = 1u;"),
    ("return x * (t * p + 0.5)", "return max(x, 0.0)"),
    ("total(sum) * channel.x * scale +", "total(sum) * channel.x +"),
    ("u * THREADS, N - 1u)", "u * THREADS + 1u, N - 1u)"),
    ("t < span.y", "t < span.y - 1u"),
    ("largest = max(largest", "largest = max(largest * 0.5"),
    ("v / f32(end - start)", "-v"),
    ("channel.y);\n", "channel.y * 3.0);\n"),
];

#[test]
fn a_broken_kernel_is_caught_every_time() {
    let _alone = alone();
    let model = model();
    let batch = batch(&[5, 12, 1, 30]);
    let vectors = definition::forward(&model, &batch).0;
    let probes = Probes { batch, vectors };
    for defect in DEFECTS {
        for spelling in [Spelling::Packed, Spelling::Float] {
            let overrides = Overrides { spelling: Some(spelling), defect: Some(defect) };
            let Some((mut gpu, _)) = open(overrides) else { return };
            let found = pollster::block_on(prove(&mut gpu, &probes, Some(&probes.vectors)));
            assert!(matches!(found, Err(Flaw::Cosine { .. } | Flaw::Malformed)), "{defect:?} in {spelling:?} passed");
        }
    }
    let Some((mut gpu, _)) = open(Overrides::default()) else { return };
    pollster::block_on(prove(&mut gpu, &probes, Some(&probes.vectors))).unwrap();
}

#[test]
fn a_lost_device_is_an_error_that_says_so() {
    let _alone = alone();
    let Some((mut gpu, _)) = open(Overrides::default()) else { return };
    let batch = batch(&[4]);
    pollster::block_on(gpu.encode(&batch, Want::Vectors)).unwrap();
    gpu.lose();
    let lost = pollster::block_on(gpu.encode(&batch, Want::Vectors));
    assert!(matches!(lost, Err(EncodeError::DeviceLost(_))), "{lost:?}");
}

#[test]
fn vectors_and_states_agree_with_the_cpu() {
    each_spelling(|gpu, model| {
        let batch = ragged();
        let mut cpu = CpuModel::load(model, Pooling::Mean).unwrap();
        let expected = pollster::block_on(cpu.encode(&batch, Want::Tokens)).unwrap();
        let found = pollster::block_on(gpu.encode(&batch, Want::Tokens)).unwrap();
        let cosines = cosines(&found.vectors, &expected.vectors);
        assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
        let difference = found.tokens.iter().zip(&expected.tokens).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let size = expected.tokens.iter().map(|v| v * v).sum::<f32>();
        assert!(difference < 1e-3 * size, "the states differ by {difference} of {size}");
    });
}

/// A GPU whose device goes away before one of its answers.
struct Fragile {
    gpu: Gpu,
    answers: u32,
}

impl Encoder for Fragile {
    fn width(&self) -> usize {
        self.gpu.width()
    }

    async fn encode(&mut self, batch: &Batch, want: Want) -> Result<Encoded, EncodeError> {
        if self.answers == 0 {
            self.gpu.lose();
        }
        self.answers = self.answers.saturating_sub(1);
        self.gpu.encode(batch, want).await
    }
}

struct OpenFragile {
    model: Model,
    answers: u32,
    opened: Rc<Cell<u32>>,
}

impl OpenGpu for OpenFragile {
    type Gpu = Fragile;

    async fn open(&mut self) -> Result<(Fragile, String), String> {
        self.opened.set(self.opened.get() + 1);
        let overrides = Overrides { spelling: Some(Spelling::Float), defect: None };
        let gpu = Gpu::open(&self.model, Pooling::Mean, || 0.0, overrides).await.map_err(|e| e.to_string())?;
        let name = gpu.adapter().to_string();
        Ok((Fragile { gpu, answers: self.answers }, name))
    }
}

#[test]
fn a_lost_device_is_opened_once_more_and_then_the_cpu_goes_on() {
    let _alone = alone();
    if open(Overrides::default()).is_none() {
        return;
    }
    let batch = batch(&[7, 3]);
    let mut cpu = CpuModel::load(&model(), Pooling::Mean).unwrap();
    let right = pollster::block_on(cpu.encode(&batch, Want::Vectors)).unwrap().vectors;
    let probes = Probes { batch: batch.clone(), vectors: right.clone() };
    let opened = Rc::new(Cell::new(0));
    // The proof, three timed passes, and one answer more; after the rebuild, the proof and four answers.
    let opener = OpenFragile { model: model(), answers: 5, opened: opened.clone() };
    let chosen = Device::choose(cpu, "cores".to_string(), opener, Choice::Gpu, probes, || 0.0);
    let mut device = pollster::block_on(chosen).unwrap();
    for asked in 1..=7 {
        let vectors = pollster::block_on(device.encode(&batch, Want::Vectors)).unwrap().vectors;
        let cosines = cosines(&vectors, &right);
        assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
        let on_gpu = device.report().kind == Kind::Gpu;
        let expected = (on_gpu, opened.get());
        assert_eq!(
            expected,
            (asked < 6, if asked == 1 { 1 } else { 2 }),
            "after {asked} batches: {:?}",
            device.report()
        );
    }
    assert!(matches!(device.report().reason, Reason::Lost(_)));
}

#[test]
fn a_batch_that_does_not_fit_is_refused() {
    let _alone = alone();
    let Some((mut gpu, _)) = open(Overrides::default()) else { return };
    for (ids, starts) in [(vec![1; 129], vec![0, 129]), (vec![99_999], vec![0, 1]), (vec![1, 2], vec![0, 0, 2])] {
        let refused = pollster::block_on(gpu.encode(&Batch { ids, starts }, Want::Vectors));
        assert!(matches!(refused, Err(EncodeError::BadBatch(_))), "{refused:?}");
    }
}
