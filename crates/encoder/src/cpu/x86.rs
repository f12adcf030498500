//! The integer products on x86-64: `vpdpbusd` if the CPU has it, otherwise `pmaddubsw` and `pmaddwd`.
//!
//! Weights have an offset of 64, which makes them the unsigned operand, with 7 bits, so that nothing saturates; the
//! accumulators start at minus what the offset adds. Unsafe code: instructions that `instruction_set.rs` has checked
//! the CPU for, and pointers into slices whose sizes are checked first.

use core::arch::x86_64::*;

use super::product::{PackedWeights, QuantizedRows};

/// Returns whether the CPU has all instructions of [`avx512_vnni`].
pub fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// The operands of a product, with checked sizes.
struct Product<'a> {
    q: &'a QuantizedRows,
    w: &'a PackedWeights,
    y: *mut f32,
}

impl<'a> Product<'a> {
    fn new(q: &'a QuantizedRows, w: &'a PackedWeights, y: &mut [f32]) -> Self {
        let (rows, depth, columns) = (q.rows(), w.depth, w.columns);
        assert!(q.values().len() == rows * depth && w.values().len() == columns * depth && y.len() == rows * columns);
        Product { q, w, y: y.as_mut_ptr() }
    }
}

/// Defines the product for one instruction set: tiles of up to `$rows` rows by two vectors, with the outermost loop
/// over the weights.
macro_rules! instruction_set {
    ($module:ident, $features:literal, rows: $rows:literal, left: [$($left:literal),*], vector: $vector:ident, lanes: $lanes:literal,
     splat: $splat:ident, load: $load:ident, convert: $convert:ident, store: $store:ident, dot: $dot:expr) => {
        pub mod $module {
            use super::*;

            /// `y = q W^T`. `y: [M, N]`
            #[target_feature(enable = $features)]
            pub fn product(q: &QuantizedRows, w: &PackedWeights, y: &mut [f32]) {
                let product = &Product::new(q, w, y);
                let rows = product.q.rows();
                for column in (0..product.w.columns).step_by(2 * $lanes) {
                    let mut row = 0;
                    while row + $rows <= rows {
                        // SAFETY: as many rows remain, packed columns are whole panels, and the CPU has been checked.
                        unsafe { tile::<$rows>(product, row, column) };
                        row += $rows;
                    }
                    match rows - row {
                        // SAFETY: the same, for the remaining rows.
                        $($left => unsafe { tile::<$left>(product, row, column) },)*
                        _ => {}
                    }
                }
            }

            /// Runs `rounds` rounds of products whose operands stay in registers, for the maximum speed of the
            /// instruction set. Returns the number of operations.
            #[cfg(feature = "measure")]
            #[target_feature(enable = $features)]
            pub fn in_registers(rounds: usize) -> usize {
                let w = std::hint::black_box($splat(0x0102_0304));
                let mut acc = [w; 12];
                for _ in 0..rounds {
                    acc.iter_mut().for_each(|acc| *acc = $dot(*acc, w, *acc)); // cannot be hoisted
                }
                std::hint::black_box(acc);
                rounds * acc.len() * $lanes * 8
            }

            /// # Safety
            /// `row + R` and `column + 2 * lanes` are within the product.
            #[target_feature(enable = $features)]
            unsafe fn tile<const R: usize>(product: &Product, row: usize, column: usize) {
                let (depth, columns) = (product.w.depth, product.w.columns);
                let offset = i32::from(product.w.tiling.offset);
                // SAFETY: R rows of `depth` activations and one panel of `2 * lanes * depth` weights are
                // read, R rows of `2 * lanes` outputs written: all within the sizes that `Product::new` checked.
                unsafe {
                    let x = product.q.values().as_ptr().add(row * depth);
                    let w = product.w.values().as_ptr().add(column * depth);
                    let mut acc: [[$vector; 2]; R] =
                        std::array::from_fn(|r| [$splat(-offset * *product.q.sums.get_unchecked(row + r)); 2]);
                    for k in (0..depth).step_by(4) {
                        let low = $load(w.add(k * 2 * $lanes).cast());
                        let high = $load(w.add((k * 2 + 4) * $lanes).cast());
                        for r in 0..R {
                            let x = $splat(x.add(r * depth + k).cast::<i32>().read_unaligned());
                            acc[r][0] = $dot(acc[r][0], low, x);
                            acc[r][1] = $dot(acc[r][1], high, x);
                        }
                    }
                    for r in 0..R {
                        let y = product.y.add((row + r) * columns + column);
                        $store(y, $convert(acc[r][0]));
                        $store(y.add($lanes), $convert(acc[r][1]));
                    }
                }
            }
        }
    };
}

instruction_set!(avx2, "avx2", rows: 4, left: [1, 2, 3], vector: __m256i, lanes: 8,
    splat: _mm256_set1_epi32, load: _mm256_load_si256, convert: _mm256_cvtepi32_ps, store: _mm256_storeu_ps,
    dot: |acc, w, x| _mm256_add_epi32(acc, _mm256_madd_epi16(_mm256_maddubs_epi16(w, x), _mm256_set1_epi16(1))));

instruction_set!(avx_vnni, "avx2,avxvnni", rows: 6, left: [1, 2, 3, 4, 5], vector: __m256i, lanes: 8,
    splat: _mm256_set1_epi32, load: _mm256_load_si256, convert: _mm256_cvtepi32_ps, store: _mm256_storeu_ps,
    dot: |acc, w, x| _mm256_dpbusd_avx_epi32(acc, w, x));

instruction_set!(avx512_vnni, "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni", rows: 8, left: [1, 2, 3, 4, 5, 6, 7],
    vector: __m512i, lanes: 16,
    splat: _mm512_set1_epi32, load: _mm512_load_si512, convert: _mm512_cvtepi32_ps, store: _mm512_storeu_ps,
    dot: |acc, w, x| _mm512_dpbusd_epi32(acc, w, x));
