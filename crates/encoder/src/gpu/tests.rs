//! Compares every kernel, with both variants of the integer product, with its definition; then whole passes, and
//! deliberate defects.
//!
//! The tests run on any adapter that wgpu finds; Mesa's llvmpipe is enough. Without one they report that they are
//! skipped.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::*;
use crate::cases::{self, ActivationKind, TestDevice, TestWeights, batch, definition, kernel_tests, model, ragged};
use crate::cpu::CpuModel;
use crate::device::{
    Choice, Device, DeviceKind, GpuOpener, LEAST_COSINE_TO_CPU, ProbeBatch, Reason, VerifyError, verify,
};
use crate::manifest::Activation;
use crate::skipped::report_skipped;
use crate::synthetic::SyntheticModel;
use crate::weights::{LinearWeights, Weights};

/// Lets one test at a time use the GPU, because software adapters are slow.
fn lock_gpu() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(overrides: Overrides) -> Option<(GpuModel, TestWeights)> {
    let model = model();
    match pollster::block_on(GpuModel::open_with(&model, Pooling::Mean, || 0.0, overrides)) {
        Ok(gpu) => Some((gpu, model)),
        Err(GpuOpenError::NoAdapter(why)) => {
            report_skipped(format_args!(
                "no GPU adapter ({why}). Install a Vulkan driver; mesa-vulkan-drivers is enough."
            ));
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Runs a check with both variants of the integer product.
fn each_dot_product(check: impl Fn(&mut GpuModel, &TestWeights)) {
    let _lock = lock_gpu();
    for dot_product in [DotProduct::Packed, DotProduct::Float] {
        if let Some((mut gpu, model)) = open(Overrides { dot_product: Some(dot_product), defect: None }) {
            check(&mut gpu, &model);
        }
    }
}

impl TestDevice for GpuModel {
    fn put_states(&mut self, batch: &Batch, x: &[f32], next: Option<&LinearWeights>) -> ActivationBuffer {
        let rows = GpuModel::put(self, batch, ActivationBuffer::States, x);
        if let Some(next) = next {
            let (values, scales) = definition::quantize(x, next.smooth.as_deref(), next.inputs);
            self.put_quantized(&values, &scales);
        }
        rows
    }

    fn put(&mut self, batch: &Batch, kind: ActivationKind, x: &[f32]) -> ActivationBuffer {
        let rows = match kind {
            ActivationKind::Qkv => ActivationBuffer::Qkv,
            ActivationKind::Context => ActivationBuffer::Context,
            ActivationKind::Inner => ActivationBuffer::Inner,
        };
        GpuModel::put(self, batch, rows, x)
    }

    fn get(&mut self, rows: ActivationBuffer, batch: &Batch) -> Vec<f32> {
        pollster::block_on(GpuModel::get(self, rows, batch.ids.len())).unwrap()
    }
}

kernel_tests!(each_dot_product);

#[test]
fn integer_products_are_exact_at_extremes() {
    each_dot_product(|gpu, model| {
        let weights = model.linear(1, LinearKind::Qkv).unwrap();
        for fill in cases::INT8_PATTERNS {
            let batch = batch(&[11]);
            let x: Vec<i8> = (0..11 * 64).map(fill).map(|v| v.max(-127)).collect();
            GpuModel::put(gpu, &batch, ActivationBuffer::States, &[]);
            gpu.put_quantized(&x, &[1.0; 11]);
            let rows = gpu.linear(&ActivationBuffer::States, 1, LinearKind::Qkv);
            let y = TestDevice::get(gpu, rows, &batch);
            for (i, (y, exact)) in y.iter().zip(definition::product(&x, &weights)).enumerate() {
                let n = i % weights.outputs;
                let found = f64::from(y - weights.bias[n]) / f64::from(weights.scale[n]);
                assert!((found - f64::from(exact)).abs() < 0.4, "sum {i} is {found} instead of {exact}");
            }
        }
    });
}

/// The multilingual model has twelve layers; one submission of them must not delay the browser's own work.
#[test]
fn twelve_layers_take_at_most_sixty_dispatches() {
    let _lock = lock_gpu();
    let deep = SyntheticModel::new(64, 12, 2, 128, 5);
    let weights = Weights::open(deep.weights, deep.manifest.architecture).unwrap();
    match pollster::block_on(GpuModel::open(&weights, Pooling::Mean, || 0.0)) {
        Ok(mut gpu) => {
            pollster::block_on(gpu.encode(&batch(&[3]), OutputKind::Vectors)).unwrap();
            assert_eq!(gpu.dispatches(), 50);
        }
        Err(error) => report_skipped(format_args!("{error}")),
    }
}

#[test]
fn a_dense_layer_follows_pooling() {
    let _lock = lock_gpu();
    for activation in [Activation::Identity, Activation::Tanh] {
        let model = cases::dense_model(activation);
        match pollster::block_on(GpuModel::open(&model, Pooling::Mean, || 0.0)) {
            Ok(mut gpu) => cases::applies_the_dense_layer(&mut gpu, &model),
            Err(error) => report_skipped(format_args!("{error}")),
        }
    }
}

/// The usual base size, as of bert-base-chinese and bge-base.
#[test]
fn a_model_of_the_base_size_agrees_on_cpu_and_gpu() {
    let _lock = lock_gpu();
    let base = SyntheticModel::new(768, 2, 12, 3072, 7);
    let weights = Weights::open(base.weights, base.manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, Pooling::Mean).unwrap();
    let batch = batch(&[9, 30]);
    let expected = pollster::block_on(cpu.encode(&batch, OutputKind::Vectors)).unwrap();
    assert_eq!(expected.vectors.len(), 2 * 768);
    match pollster::block_on(GpuModel::open(&weights, Pooling::Mean, || 0.0)) {
        Ok(mut gpu) => {
            let found = pollster::block_on(gpu.encode(&batch, OutputKind::Vectors)).unwrap();
            for (found, expected) in found.vectors.chunks(768).zip(expected.vectors.chunks(768)) {
                let cosine: f32 = found.iter().zip(expected).map(|(a, b)| a * b).sum();
                assert!(cosine > 0.999, "{cosine}");
            }
        }
        Err(error) => report_skipped(format_args!("{error}")),
    }
}

fn cosines(a: &[f32], b: &[f32]) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    a.chunks(64).zip(b.chunks(64)).map(|(a, b)| dot(a, b)).collect()
}

/// Wrong replacements in the kernels' source: mistakes that a driver or a programmer can make.
const DEFECTS: [Defect; 8] = [
    ("const GAIN = 0u;", "const GAIN = 1u;"),
    ("return x * (t * p + 0.5)", "return max(x, 0.0)"),
    ("total(sum) * channel.x * scale +", "total(sum) * channel.x +"),
    ("u * THREADS, N - 1u)", "u * THREADS + 1u, N - 1u)"),
    ("(t < span.x)", "(t + 1u < span.x)"),
    ("largest = max(largest", "largest = max(largest * 0.5"),
    ("v / f32(end - start)", "-v"),
    ("channel.y);\n", "channel.y * 3.0);\n"),
];

#[test]
fn a_broken_kernel_is_caught_every_time() {
    let _lock = lock_gpu();
    let model = model();
    let batch = batch(&[5, 12, 1, 30]);
    let vectors = definition::forward(&model, &batch).0;
    let probes = ProbeBatch { batch, vectors };
    for defect in DEFECTS {
        for dot_product in [DotProduct::Packed, DotProduct::Float] {
            let overrides = Overrides { dot_product: Some(dot_product), defect: Some(defect) };
            let Some((mut gpu, _)) = open(overrides) else { return };
            let found = pollster::block_on(verify(&mut gpu, &probes, Some(&probes.vectors)));
            assert!(
                matches!(found, Err(VerifyError::Cosine { .. } | VerifyError::Malformed)),
                "{defect:?} in {dot_product:?} passed"
            );
        }
    }
    let Some((mut gpu, _)) = open(Overrides::default()) else { return };
    pollster::block_on(verify(&mut gpu, &probes, Some(&probes.vectors))).unwrap();
}

#[test]
fn a_lost_device_is_reported_as_an_error() {
    let _lock = lock_gpu();
    let Some((mut gpu, _)) = open(Overrides::default()) else { return };
    let batch = batch(&[4]);
    pollster::block_on(gpu.encode(&batch, OutputKind::Vectors)).unwrap();
    gpu.lose();
    let lost = pollster::block_on(gpu.encode(&batch, OutputKind::Vectors));
    assert!(matches!(lost, Err(EncodeError::DeviceLost(_))), "{lost:?}");
}

#[test]
fn vectors_and_states_agree_with_the_cpu() {
    each_dot_product(|gpu, model| {
        let batch = ragged();
        let mut cpu = CpuModel::load(model, Pooling::Mean).unwrap();
        let expected = pollster::block_on(cpu.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
        let found = pollster::block_on(gpu.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
        let cosines = cosines(&found.vectors, &expected.vectors);
        assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
        let difference = found.tokens.iter().zip(&expected.tokens).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let size = expected.tokens.iter().map(|v| v * v).sum::<f32>();
        assert!(difference < 1e-3 * size, "the states differ by {difference} of {size}");
    });
}

/// A GPU that is lost after `batches_left` more batches.
struct Fragile {
    gpu: GpuModel,
    batches_left: u32,
}

impl Encoder for Fragile {
    fn width(&self) -> usize {
        self.gpu.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        if self.batches_left == 0 {
            self.gpu.lose();
        }
        self.batches_left = self.batches_left.saturating_sub(1);
        self.gpu.encode(batch, output).await
    }
}

struct OpenFragile {
    model: TestWeights,
    batches_left: u32,
    opened: Rc<Cell<u32>>,
}

impl GpuOpener for OpenFragile {
    type Gpu = Fragile;

    async fn open(&mut self) -> Result<(Fragile, String), GpuOpenError> {
        self.opened.set(self.opened.get() + 1);
        let overrides = Overrides { dot_product: Some(DotProduct::Float), defect: None };
        let gpu = GpuModel::open_with(&self.model, Pooling::Mean, || 0.0, overrides).await?;
        let name = gpu.adapter().to_string();
        Ok((Fragile { gpu, batches_left: self.batches_left }, name))
    }
}

#[test]
fn a_lost_device_is_reopened_once_then_the_cpu_takes_over() {
    let _lock = lock_gpu();
    if open(Overrides::default()).is_none() {
        return;
    }
    let batch = batch(&[7, 3]);
    let mut cpu = CpuModel::load(&model(), Pooling::Mean).unwrap();
    let expected_vectors = pollster::block_on(cpu.encode(&batch, OutputKind::Vectors)).unwrap().vectors;
    let probes = ProbeBatch { batch: batch.clone(), vectors: expected_vectors.clone() };
    let opened = Rc::new(Cell::new(0));
    // To verify, three timed passes, and one more batch; when reopened, to verify and four more batches.
    let opener = OpenFragile { model: model(), batches_left: 5, opened: opened.clone() };
    let chosen = Device::choose(cpu, "cores".to_string(), opener, Choice::Gpu, probes, || 0.0);
    let mut device = pollster::block_on(chosen).unwrap();
    for batches in 1..=7 {
        let vectors = pollster::block_on(device.encode(&batch, OutputKind::Vectors)).unwrap().vectors;
        let cosines = cosines(&vectors, &expected_vectors);
        assert!(cosines.iter().all(|&c| c >= LEAST_COSINE_TO_CPU), "{cosines:?}");
        if let Some(reopener) = device.take_gpu_reopener() {
            device.restore_gpu(pollster::block_on(reopener.run()));
        }
        let on_gpu = device.report().kind == DeviceKind::Gpu;
        let expected = (on_gpu, opened.get());
        assert_eq!(
            expected,
            (batches < 7, if batches == 1 { 1 } else { 2 }),
            "after {batches} batches: {:?}",
            device.report()
        );
    }
    assert!(matches!(device.report().reason, Reason::Lost(_)));
}
