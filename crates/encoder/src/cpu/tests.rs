//! Compares every instruction set of this machine with the definition, and with the portable one byte for byte.

use pollster::block_on;

use super::*;
use crate::cases::{self, ActivationKind, TestDevice, TestWeights, batch, definition, kernel_tests};
use crate::manifest::{Activation, sha256_hex};
use crate::synthetic::SyntheticModel;
use crate::weights::LinearWeights;

impl TestDevice for CpuModel {
    fn put_states(&mut self, batch: &Batch, x: &[f32], _: Option<&LinearWeights>) -> Matrix {
        self.put(batch, ActivationKind::Context, x)
    }

    fn put(&mut self, batch: &Batch, _: ActivationKind, x: &[f32]) -> Matrix {
        Matrix { memory: x.to_vec(), rows: batch.ids.len(), width: x.len() / batch.ids.len() }
    }

    fn get(&mut self, rows: Matrix, _: &Batch) -> Vec<f32> {
        rows.values().to_vec()
    }
}

fn each_instruction_set(check: impl Fn(&mut CpuModel, &TestWeights)) {
    let model = cases::model();
    for isa in InstructionSet::available() {
        println!("{}", isa.name());
        check(&mut CpuModel::load_with(isa, &model, Pooling::Mean).unwrap(), &model);
    }
}

kernel_tests!(each_instruction_set);

/// Numbers of rows around all tile heights, the smallest and the largest widths, and weights at the ends of their
/// range.
#[test]
fn integer_products_are_exact_at_extremes() {
    for isa in InstructionSet::available() {
        for (rows, columns, depth) in [(1, 32, 32), (2, 64, 32), (3, 32, 64), (4, 96, 32), (5, 32, 96), (19, 160, 1536)]
        {
            for fill in cases::INT8_PATTERNS {
                let weight = |i: usize| (i * 37 % 127) as i8 - 63;
                for weight in [weight, |_| 63, |_| -63] {
                    let weight: Vec<i8> = (0..columns * depth).map(weight).collect();
                    let x: Vec<i8> = (0..rows * depth).map(fill).map(|v| v.max(-127)).collect();
                    let expected: Vec<f32> = x
                        .chunks_exact(depth)
                        .flat_map(|x| weight.chunks_exact(depth).map(|w| definition::dot(x, w) as f32))
                        .collect();
                    let packed = PackedWeights::new(&weight, columns, depth, isa.tiling());
                    let mut y = vec![f32::NAN; rows * columns];
                    isa.product(&mut quantized(&x, depth), &packed, &mut y);
                    assert_eq!(y, expected, "{} {rows} x {columns} x {depth}", isa.name());
                }
            }
        }
    }
}

/// Builds rows in the order that `quantize` uses, without scales. `x: [M, depth]`
fn quantized(x: &[i8], depth: usize) -> QuantizedRows {
    let mut q = QuantizedRows::default();
    q.resize(x.len() / depth, depth);
    for (m, row) in x.chunks_exact(depth).enumerate() {
        q.sums[m] = row.iter().map(|&v| i32::from(v)).sum();
        for (w, word) in q.words[m * depth / 4..][..depth / 4].iter_mut().enumerate() {
            *word = u32::from_le_bytes(std::array::from_fn(|quarter| row[w + quarter * depth / 4] as u8));
        }
    }
    q
}

#[test]
fn quantized_rows_equal_the_definition() {
    let smooth: Vec<f32> = (0..96).map(|k| 0.5 + (k % 7) as f32 / 3.0).collect();
    let x = cases::odd_values(9, 96, 4.0);
    let (values, scales) = definition::quantize(&x, Some(&smooth), 96);
    for isa in InstructionSet::available() {
        let mut q = QuantizedRows::default();
        isa.quantize(&x, &smooth, &mut q);
        let mut expected = quantized(&values, 96);
        expected.scales.clone_from(&scales);
        assert_eq!((q.words, q.scales, q.sums), (expected.words, expected.scales, expected.sums), "{}", isa.name());
    }
}

/// The widths of a real model, with texts on both sides of a group's boundary.
#[test]
fn every_instruction_set_gives_the_same_bytes() {
    for (synthetic, lengths) in [
        (SyntheticModel::new(384, 1, 12, 1536, 9), &[7, 64, 1, 33][..]),
        (SyntheticModel::new(96, 3, 2, 160, 9), &[128, 127, 1, 2, 128, 5]),
    ] {
        for pooling in [Pooling::Mean, Pooling::First, Pooling::Max] {
            let file = Weights::open(&synthetic.weights, synthetic.manifest.architecture).unwrap();
            let on = |isa| {
                let mut cpu = CpuModel::load_with(isa, &file, pooling).unwrap();
                let encoded = block_on(cpu.encode(&batch(lengths), OutputKind::VectorsAndTokens)).unwrap();
                [encoded.vectors, encoded.tokens].concat().into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let portable = on(InstructionSet::Portable);
            for isa in InstructionSet::available() {
                assert!(on(isa) == portable, "{} differs from portable", isa.name());
            }
        }
    }
}

#[test]
fn a_dense_layer_follows_pooling() {
    for activation in [Activation::Identity, Activation::Tanh] {
        let model = cases::dense_model(activation);
        for isa in InstructionSet::available() {
            cases::applies_the_dense_layer(&mut CpuModel::load_with(isa, &model, Pooling::Mean).unwrap(), &model);
        }
    }
}

/// Fails if the order of any operation changes, on any machine: catalogues and models would have to be built again.
#[test]
fn the_bytes_equal_those_of_version_0_1() {
    let model = SyntheticModel::new(96, 3, 2, 160, 9);
    let file = Weights::open(&model.weights, model.manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&file, Pooling::Mean).unwrap();
    let vectors = block_on(cpu.encode(&cases::ragged(), OutputKind::Vectors)).unwrap().vectors;
    assert_eq!(
        sha256_hex(bytemuck::cast_slice(&vectors)),
        "fd7adda8be58617d3f6b1b1113d5d2ff83abcb7db91f03e3f4f7e948e509cf54"
    );
}

#[test]
fn a_fork_gives_the_same_vectors() {
    let mut cpu = CpuModel::load(&cases::model(), Pooling::Mean).unwrap();
    let mut fork = cpu.fork();
    let encode = |cpu: &mut CpuModel| block_on(cpu.encode(&cases::ragged(), OutputKind::VectorsAndTokens)).unwrap();
    assert_eq!(std::thread::scope(|s| s.spawn(|| encode(&mut fork)).join().unwrap()), encode(&mut cpu));
}
