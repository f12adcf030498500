//! The integer products in WebAssembly, in register tiles of 4 rows by 8 columns: eight accumulators, two weight
//! vectors and one broadcast vector fit V8's sixteen registers and hide the latency of the products.
//!
//! The loop is deliberately simple, because V8 compiles it as written: unrolled by hand it ran at two thirds of this
//! speed. Unsafe code: pointers into slices whose sizes are checked first.

use core::arch::wasm32::*;

use super::product::{PackedWeights, QuantizedRows};

/// Rows of a tile.
const ROWS: usize = 4;
/// Columns of a tile, the panel of the tiling: two vectors.
const PANEL: usize = 8;

/// A dot product of `DEPTH` neighbouring inputs, for four columns at a time.
trait Dot {
    /// The type of an activation.
    type X;
    const DEPTH: usize;
    /// Loads the weights of four columns.
    ///
    /// # Safety
    /// `from` points to `DEPTH` weights of each of four columns.
    unsafe fn weights(from: *const i8) -> v128;
    /// `acc + x . w` in each column; `x` repeats `DEPTH` activations in every column.
    fn add(acc: v128, x: v128, w: v128) -> v128;
}

/// 16-bit products, summed in pairs.
struct DotI16;

impl Dot for DotI16 {
    type X = i16;
    const DEPTH: usize = 2;

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> v128 {
        // SAFETY: guaranteed by the caller.
        unsafe { i16x8_load_extend_i8x8(from) }
    }

    #[inline(always)]
    fn add(acc: v128, x: v128, w: v128) -> v128 {
        i32x4_add(acc, i32x4_dot_i16x8(x, w))
    }
}

/// 8-bit dot products. `weight + 64` is an unsigned 7-bit integer, so the relaxed instruction is exact on every CPU.
#[cfg(feature = "relaxed-simd")]
struct DotI8;

#[cfg(feature = "relaxed-simd")]
impl Dot for DotI8 {
    type X = i8;
    const DEPTH: usize = 4;

    #[inline(always)]
    unsafe fn weights(from: *const i8) -> v128 {
        // SAFETY: guaranteed by the caller.
        unsafe { v128_load(from.cast()) }
    }

    #[inline(always)]
    fn add(acc: v128, x: v128, w: v128) -> v128 {
        i32x4_relaxed_dot_i8x16_i7x16_add(x, w, acc)
    }
}

/// `y = q W^T` with [`DotI16`]. `y: [M, N]`
pub fn simd128(q: &mut QuantizedRows, w: &PackedWeights, y: &mut [f32]) {
    q.wide.clear();
    q.wide.extend(bytemuck::cast_slice::<u32, i8>(&q.words).iter().map(|&v| i16::from(v)));
    Product::<DotI16>::new(&q.wide, &q.sums, w, y).run();
}

/// `y = q W^T` with [`DotI8`]. `y: [M, N]`
#[cfg(feature = "relaxed-simd")]
#[target_feature(enable = "relaxed-simd")]
pub fn relaxed(q: &mut QuantizedRows, w: &PackedWeights, y: &mut [f32]) {
    Product::<DotI8>::new(q.values(), &q.sums, w, y).run();
}

/// The operands of a product, with checked sizes: `x: [M, K]`, the sums of its rows `[M]`, packed weights, `y: [M, N]`.
struct Product<'a, D: Dot> {
    x: *const D::X,
    sums: &'a [i32],
    w: *const i8,
    y: *mut f32,
    depth: usize,
    columns: usize,
    /// The offset of every weight. The accumulators start at minus what it adds to the sums.
    offset: i32,
}

impl<'a, D: Dot> Product<'a, D> {
    fn new(x: &[D::X], sums: &'a [i32], w: &PackedWeights, y: &mut [f32]) -> Self {
        let (rows, depth, columns) = (sums.len(), w.depth, w.columns);
        assert!(x.len() == rows * depth && w.values().len() == columns * depth && y.len() == rows * columns);
        assert!(depth.is_multiple_of(D::DEPTH) && columns.is_multiple_of(2 * PANEL));
        let offset = i32::from(w.tiling.offset);
        Product { x: x.as_ptr(), sums, w: w.values().as_ptr(), y: y.as_mut_ptr(), depth, columns, offset }
    }

    /// The outermost loop is over the weights, so that they are read from memory once. One or two remaining rows take
    /// two panels at a time, to keep enough accumulators busy.
    #[inline(always)]
    fn run(&self) {
        let rows = self.sums.len();
        let whole = rows / ROWS * ROWS;
        for column in (0..self.columns).step_by(2 * PANEL) {
            // SAFETY: the rows and columns are within the sizes that `new` has checked.
            unsafe {
                for panel in [column, column + PANEL] {
                    for row in (0..whole).step_by(ROWS) {
                        self.tile::<ROWS, 1>(row, panel);
                    }
                }
                match rows - whole {
                    1 => self.tile::<1, 2>(whole, column),
                    2 => self.tile::<2, 2>(whole, column),
                    3 => {
                        self.tile::<3, 1>(whole, column);
                        self.tile::<3, 1>(whole, column + PANEL);
                    }
                    _ => {}
                }
            }
        }
    }

    /// # Safety
    /// The product has at least `row + R` rows and `column + 8 * P` columns.
    #[inline(always)]
    unsafe fn tile<const R: usize, const P: usize>(&self, row: usize, column: usize) {
        // SAFETY: the caller guarantees that all reads and writes are within the operands.
        unsafe {
            let (x, w) = (self.x.add(row * self.depth), self.w.add(column * self.depth));
            let mut acc = [[[i32x4_splat(0); 2]; P]; R];
            for (r, acc) in acc.iter_mut().enumerate() {
                *acc = [[i32x4_splat(-self.offset * self.sums.get_unchecked(row + r)); 2]; P];
            }
            let mut k = 0;
            while k < self.depth {
                let mut weights = [[i32x4_splat(0); 2]; P];
                for (p, weights) in weights.iter_mut().enumerate() {
                    for (v, weights) in weights.iter_mut().enumerate() {
                        *weights = D::weights(w.add(p * PANEL * self.depth + k * PANEL + v * 4 * D::DEPTH));
                    }
                }
                for (r, acc) in acc.iter_mut().enumerate() {
                    let x = v128_load32_splat(x.add(r * self.depth + k).cast());
                    for (acc, weights) in acc.iter_mut().zip(&weights) {
                        for (acc, w) in acc.iter_mut().zip(weights) {
                            *acc = D::add(*acc, x, *w);
                        }
                    }
                }
                k += D::DEPTH;
            }
            for (r, acc) in acc.iter().enumerate() {
                for (p, acc) in acc.iter().enumerate() {
                    for (v, acc) in acc.iter().enumerate() {
                        let y = self.y.add((row + r) * self.columns + column + p * PANEL + v * 4);
                        v128_store(y.cast(), f32x4_convert_i32x4(*acc));
                    }
                }
            }
        }
    }
}
