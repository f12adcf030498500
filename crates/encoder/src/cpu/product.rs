//! Operands of the integer products, and the portable product, which defines the result.
//!
//! Weights have 7 bits, so that `u8 x i8` instructions cannot saturate: sums of two products stay within
//! 2 * 127 * 128 < 2^15. Must not know instruction sets.

use bytemuck::{Pod, Zeroable};

/// Rows of int8 activations.
#[derive(Debug, Default)]
pub struct QuantizedRows {
    /// Four values in each word, one from each quarter of the row: packing them needs shifts, where consecutive values
    /// would need shuffles. Weights are packed in the same order. `[M, K / 4]`
    pub words: Vec<u32>,
    /// K
    pub width: usize,
    /// The scale of each row: `value = integer * scale`. `[M]`
    pub scales: Vec<f32>,
    /// The sum of each row's values, which is what an offset of 1 in all weights adds to each product. `[M]`
    pub sums: Vec<i32>,
    /// The values as 16-bit integers, for instruction sets that multiply those. `[M, K]`
    pub wide: Vec<i16>,
}

impl QuantizedRows {
    pub fn resize(&mut self, rows: usize, width: usize) {
        self.width = width;
        self.words.resize(rows * width / 4, 0);
        self.scales.resize(rows, 0.0);
        self.sums.resize(rows, 0);
    }

    pub fn rows(&self) -> usize {
        self.sums.len()
    }

    /// The values in the order of `words`. `[M, K]`
    pub fn values(&self) -> &[i8] {
        bytemuck::cast_slice(&self.words)
    }
}

/// A cache line; panels are aligned to it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([i8; 64]);

/// The order of a packed weight matrix: panels of `columns` outputs, and in each panel `depth` inputs of each
/// column side by side. `offset` is added to every weight to make it unsigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiling {
    pub columns: usize,
    pub depth: usize,
    pub offset: i8,
}

/// A weight matrix `[N, K]` in the order of a [`Tiling`]; N is `columns`, K is `depth`.
#[derive(Debug)]
pub struct PackedWeights {
    pub columns: usize,
    pub depth: usize,
    pub tiling: Tiling,
    lines: Vec<Line>,
}

impl PackedWeights {
    /// Packs row-major weights within ±63, with the inputs in the order of [`QuantizedRows::words`]. `weights: [N, K]`,
    /// N a multiple of 32, K of 16.
    pub fn new(weights: &[i8], columns: usize, depth: usize, tiling: Tiling) -> PackedWeights {
        assert!(weights.len() == columns * depth && columns.is_multiple_of(32) && depth.is_multiple_of(16));
        let mut lines = vec![Line::zeroed(); weights.len() / 64];
        let packed: &mut [i8] = bytemuck::cast_slice_mut(&mut lines);
        for (n, row) in weights.chunks_exact(depth).enumerate() {
            let panel = n / tiling.columns * tiling.columns * depth + n % tiling.columns * tiling.depth;
            for k in 0..depth {
                let at = panel + k / tiling.depth * tiling.columns * tiling.depth + k % tiling.depth;
                packed[at] = row[k / 4 + k % 4 * (depth / 4)] + tiling.offset;
            }
        }
        PackedWeights { columns, depth, tiling, lines }
    }

    /// All panels. `[N / columns, K / depth, columns, depth]`, with the tiling's `columns` and `depth`
    pub fn values(&self) -> &[i8] {
        bytemuck::cast_slice(&self.lines)
    }
}

/// `y = q W^T`, exact, for a tiling of one column. `y: [M, N]`
pub fn portable(q: &QuantizedRows, w: &PackedWeights, y: &mut [f32]) {
    for (x, y) in q.values().chunks_exact(q.width).zip(y.chunks_exact_mut(w.columns)) {
        for (y, w) in y.iter_mut().zip(w.values().chunks_exact(w.depth)) {
            *y = x.iter().zip(w).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum::<i32>() as f32;
        }
    }
}
