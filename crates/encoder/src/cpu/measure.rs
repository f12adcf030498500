//! Measures the speed of the integer products, the maximum speed of this machine, and the time of the other operations,
//! for the command line.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::attention::Scratch;
use super::instruction_set::InstructionSet;
use super::ops::Norm;
use super::product::{PackedWeights, QuantizedRows};
#[cfg(target_arch = "x86_64")]
use super::x86::{avx_vnni, avx2, avx512_vnni};

/// Returns the operations per second of products whose operands stay in registers, the maximum of this machine. `None`
/// if the instruction set has no such loop.
pub fn peak_ops_per_sec(isa: InstructionSet) -> Option<f64> {
    const ROUNDS: usize = 100_000;
    let operations = in_registers(isa, 1)? * ROUNDS;
    Some(operations as f64 / min_secs(|| in_registers(isa, ROUNDS)))
}

/// Runs `rounds` rounds of such products and returns the number of operations.
fn in_registers(isa: InstructionSet, rounds: usize) -> Option<usize> {
    assert!(InstructionSet::available().contains(&isa));
    match isa {
        // SAFETY: the CPU has the instructions of an available instruction set.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => Some(unsafe { avx2::in_registers(rounds) }),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::AvxVnni => Some(unsafe { avx_vnni::in_registers(rounds) }),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512Vnni => Some(unsafe { avx512_vnni::in_registers(rounds) }),
        _ => None,
    }
}

/// Returns the operations per second of a product `[rows, depth] x [columns, depth]`.
pub fn product_ops_per_sec(isa: InstructionSet, rows: usize, columns: usize, depth: usize) -> f64 {
    let weights: Vec<i8> = (0..columns * depth).map(|i| (i * 37 % 127) as i8 - 63).collect();
    let packed = PackedWeights::new(&weights, columns, depth, isa.tiling());
    let x: Vec<f32> = (0..rows * depth).map(|i| ((i * 7919 % 10007) as f32 / 10007.0) - 0.5).collect();
    let mut q = QuantizedRows::default();
    isa.quantize(&x, &vec![1.0; depth], &mut q);
    let mut y = vec![0.0; rows * columns];
    (2 * rows * columns * depth) as f64 / min_secs(|| isa.product(&mut q, &packed, &mut y))
}

/// Returns the name and the seconds of each operation other than the products, for one text of `rows` tokens in a layer
/// with states `[rows, hidden]` and inner activations `[rows, inner]`.
pub fn float_op_secs(
    isa: InstructionSet,
    rows: usize,
    hidden: usize,
    inner: usize,
    head: usize,
) -> [(&'static str, f64); 4] {
    let values = |n: usize| -> Vec<f32> { (0..n).map(|i| ((i * 7919 % 10007) as f32 / 5003.0) - 1.0).collect() };
    let (x, qkv, up) = (values(rows * hidden), values(rows * 3 * hidden), values(rows * inner));
    let (ones, scales) = (vec![1.0; inner], vec![1.0; rows]);
    let norm = Norm { weight: vec![1.0; hidden], bias: vec![0.0; hidden], epsilon: 1e-12 };
    let (mut q, mut scratch) = (QuantizedRows::default(), Scratch::default());
    let (mut out, mut wide, mut states) = (x.clone(), up.clone(), x.clone());
    [
        ("quantize", min_secs(|| isa.quantize(&x, &ones[..hidden], &mut q))),
        ("attention", min_secs(|| isa.attention(&qkv, rows, head, &mut scratch, &mut out))),
        // The input is copied anew each time, because repeated application would shrink the values to 0.
        ("GELU", min_secs(|| (wide.copy_from_slice(&up), isa.rescale_gelu(&mut wide, &scales, &ones, &ones)))),
        ("norm", min_secs(|| isa.rescale_add_norm(&x, &scales, &ones[..hidden], &ones[..hidden], &norm, &mut states))),
    ]
}

/// Returns the seconds of the fastest of many runs, measured for about a tenth of a second.
pub fn min_secs<T>(mut run: impl FnMut() -> T) -> f64 {
    let (start, mut fastest) = (Instant::now(), Duration::MAX);
    while start.elapsed() < Duration::from_millis(100) {
        let from = Instant::now();
        black_box(run());
        fastest = fastest.min(from.elapsed());
    }
    fastest.as_secs_f64()
}
