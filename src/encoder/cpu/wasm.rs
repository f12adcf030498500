//! WebAssembly's integer products, in register tiles of 4 rows by 8 columns: eight accumulators, two
//! weight vectors and one broadcast stay in V8's sixteen registers, and hide the products' latency.
//!
//! The loops are kept as plain as they are because V8 compiles them as they are written: unrolled by
//! hand they ran at two thirds of this speed. Unsafe: pointers into slices whose sizes are checked first.

use core::arch::wasm32::*;

use super::product::{Packed, Quantized};

/// Rows of a tile.
const ROWS: usize = 4;
/// Columns of a tile, the tiling's panel.
const PANEL: usize = 8;

/// Runs `tile(first row, rows, first column, panels)` over an `[rows, columns]` output, weights outermost, so
/// that they are read from memory once. One or two left-over rows take two panels at a time, to keep
/// enough accumulators in flight.
#[inline(always)]
fn tiles(rows: usize, columns: usize, mut tile: impl FnMut(usize, usize, usize, usize)) {
    let whole = rows / ROWS * ROWS;
    for column in (0..columns).step_by(2 * PANEL) {
        for panel in [column, column + PANEL] {
            for row in (0..whole).step_by(ROWS) {
                tile(row, ROWS, panel, 1);
            }
        }
        match rows - whole {
            0 => {}
            3 => {
                tile(whole, 3, column, 1);
                tile(whole, 3, column + PANEL, 1);
            }
            left => tile(whole, left, column, 2),
        }
    }
}

/// 16-bit products, summed in pairs.
pub fn simd128(q: &mut Quantized, w: &Packed, y: &mut [f32]) {
    let (rows, depth, columns) = (q.rows(), w.depth, w.columns);
    q.wide.clear();
    q.wide.extend(bytemuck::cast_slice::<u32, i8>(&q.words).iter().map(|&v| i16::from(v)));
    assert!(q.wide.len() == rows * depth && w.values().len() == columns * depth && y.len() == rows * columns);
    let (x, weights, y) = (q.wide.as_ptr(), w.values().as_ptr(), y.as_mut_ptr());
    // SAFETY: `tiles` names rows below `rows` and columns below `columns`; a tile reads `depth` values of
    // each of its rows and panels and writes their outputs, all within the lengths asserted above.
    tiles(rows, columns, |row, height, column, panels| unsafe {
        let (x, w, y) = (x.add(row * depth), weights.add(column * depth), y.add(row * columns + column));
        match (height, panels) {
            (4, _) => simd128_tile::<4, 1>(x, depth, w, y, columns),
            (3, _) => simd128_tile::<3, 1>(x, depth, w, y, columns),
            (2, _) => simd128_tile::<2, 2>(x, depth, w, y, columns),
            _ => simd128_tile::<1, 2>(x, depth, w, y, columns),
        }
    });
}

/// # Safety
/// `x`: R rows of `depth`; `w`: P panels of `8 * depth`; `y`: R rows of `columns`, of which 8 P are written.
#[inline(always)]
unsafe fn simd128_tile<const R: usize, const P: usize>(
    x: *const i16,
    depth: usize,
    w: *const i8,
    y: *mut f32,
    columns: usize,
) {
    unsafe {
        let mut acc = [[[i32x4_splat(0); 2]; P]; R];
        let mut k = 0;
        while k < depth {
            let mut weights = [[i32x4_splat(0); 2]; P];
            for (p, weights) in weights.iter_mut().enumerate() {
                for (v, weights) in weights.iter_mut().enumerate() {
                    *weights = i16x8_load_extend_i8x8(w.add(p * PANEL * depth + k * PANEL + v * 8));
                }
            }
            for (r, acc) in acc.iter_mut().enumerate() {
                let x = v128_load32_splat(x.add(r * depth + k).cast());
                for (acc, weights) in acc.iter_mut().zip(&weights) {
                    for (acc, w) in acc.iter_mut().zip(weights) {
                        *acc = i32x4_add(*acc, i32x4_dot_i16x8(x, *w));
                    }
                }
            }
            k += 2;
        }
        store(acc, y, columns);
    }
}

/// 8-bit dot products: `weights + 64` are unsigned 7-bit, so the relaxed instruction is exact on every
/// CPU; the accumulators start at what the offset will add.
#[cfg(target_feature = "relaxed-simd")]
pub fn relaxed(q: &mut Quantized, w: &Packed, y: &mut [f32]) {
    let (rows, depth, columns) = (q.rows(), w.depth, w.columns);
    assert!(q.values().len() == rows * depth && w.values().len() == columns * depth && y.len() == rows * columns);
    let offset = i32::from(w.tiling.offset);
    let (x, weights, y, sums) = (q.values().as_ptr(), w.values().as_ptr(), y.as_mut_ptr(), &q.sums);
    // SAFETY: as in `simd128`.
    tiles(rows, columns, |row, height, column, panels| unsafe {
        let (x, w, y) = (x.add(row * depth), weights.add(column * depth), y.add(row * columns + column));
        let start = |r: usize| -offset * sums[row + r];
        match (height, panels) {
            (4, _) => relaxed_tile::<4, 1>(start, x, depth, w, y, columns),
            (3, _) => relaxed_tile::<3, 1>(start, x, depth, w, y, columns),
            (2, _) => relaxed_tile::<2, 2>(start, x, depth, w, y, columns),
            _ => relaxed_tile::<1, 2>(start, x, depth, w, y, columns),
        }
    });
}

/// # Safety
/// As [`simd128_tile`].
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
unsafe fn relaxed_tile<const R: usize, const P: usize>(
    start: impl Fn(usize) -> i32,
    x: *const i8,
    depth: usize,
    w: *const i8,
    y: *mut f32,
    columns: usize,
) {
    unsafe {
        let mut acc = [[[i32x4_splat(0); 2]; P]; R];
        for (r, acc) in acc.iter_mut().enumerate() {
            *acc = [[i32x4_splat(start(r)); 2]; P];
        }
        let mut k = 0;
        while k < depth {
            let mut weights = [[i32x4_splat(0); 2]; P];
            for (p, weights) in weights.iter_mut().enumerate() {
                for (v, weights) in weights.iter_mut().enumerate() {
                    *weights = v128_load(w.add(p * PANEL * depth + k * PANEL + v * 16).cast());
                }
            }
            for (r, acc) in acc.iter_mut().enumerate() {
                let x = v128_load32_splat(x.add(r * depth + k).cast());
                for (acc, weights) in acc.iter_mut().zip(&weights) {
                    for (acc, w) in acc.iter_mut().zip(weights) {
                        *acc = i32x4_relaxed_dot_i8x16_i7x16_add(x, *w, *acc);
                    }
                }
            }
            k += 4;
        }
        store(acc, y, columns);
    }
}

/// # Safety
/// `y`: R rows of `columns`, of which 8 P are written.
#[inline(always)]
unsafe fn store<const R: usize, const P: usize>(acc: [[[v128; 2]; P]; R], y: *mut f32, columns: usize) {
    for (r, acc) in acc.iter().enumerate() {
        for (p, acc) in acc.iter().enumerate() {
            for (v, acc) in acc.iter().enumerate() {
                unsafe { v128_store(y.add(r * columns + p * PANEL + v * 4).cast(), f32x4_convert_i32x4(*acc)) };
            }
        }
    }
}
