//! How near the integer products come to what this machine can do at most. For the command line.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::paths::Path;
use super::product::{Packed, Quantized};

/// Operations a second of products that never leave the registers; none where the path has no such loop.
pub fn limit(path: Path) -> Option<f64> {
    #[cfg(target_arch = "x86_64")]
    {
        const ROUNDS: usize = 100_000;
        let operations = super::x86::in_registers(path, 1)? * ROUNDS;
        Some(operations as f64 / best(|| super::x86::in_registers(path, ROUNDS)))
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = path;
        None
    }
}

/// Operations a second of `[M, K] x [N, K]`.
pub fn product(path: Path, rows: usize, columns: usize, depth: usize) -> f64 {
    let weights: Vec<i8> = (0..columns * depth).map(|i| (i * 37 % 127) as i8 - 63).collect();
    let packed = Packed::new(&weights, columns, depth, path.tiling());
    let x: Vec<f32> = (0..rows * depth).map(|i| ((i * 7919 % 10007) as f32 / 10007.0) - 0.5).collect();
    let mut q = Quantized::default();
    path.quantize(&x, &vec![1.0; depth], &mut q);
    let mut y = vec![0.0; rows * columns];
    (2 * rows * columns * depth) as f64 / best(|| path.product(&mut q, &packed, &mut y))
}

/// Seconds of the quickest of many runs, in about a tenth of a second.
pub fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    let (start, mut best) = (Instant::now(), Duration::MAX);
    while start.elapsed() < Duration::from_millis(100) {
        let from = Instant::now();
        black_box(run());
        best = best.min(from.elapsed());
    }
    best.as_secs_f64()
}
