//! Integer dot products of many int8 rows with one vector of 16-bit integers, with SIMD where the target has it. The
//! results are exact and equal on every target.
//!
//! Unsafe code: pointers into slices whose sizes are checked first.

/// Computes `sums[n] = rows[n] . query` for `rows` `[N, H]`, `query` `[H]` and `sums` `[N]`. The caller guarantees that
/// a sum of H products fits in 32 bits.
pub fn products(rows: &[i8], query: &[i16], sums: &mut [i32]) {
    assert_eq!(rows.len(), query.len() * sums.len());
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return tiled(rows, query, sums, wasm::tile);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return tiled(rows, query, sums, x86::tile);
    }
    #[allow(unreachable_code, reason = "unreachable on targets where a SIMD path always returns")]
    portable(rows, query, sums)
}

/// The implementation for other targets, and the reference that the SIMD ones are tested against.
fn portable(rows: &[i8], query: &[i16], sums: &mut [i32]) {
    for (n, sum) in sums.iter_mut().enumerate() {
        *sum = dot(&rows[n * query.len()..][..query.len()], query);
    }
}

/// The dot product of one row, or part of a row, with the query.
fn dot(row: &[i8], query: &[i16]) -> i32 {
    row.iter().zip(query).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

/// The number of rows of a tile: enough independent sums to hide the latency of the products.
const ROWS: usize = 4;
/// The number of components that are processed in one step.
const STEP: usize = 16;

/// Dot products of ROWS rows with the query, over the first components. The arguments are the rows, their width, the
/// query, and the number of components.
///
/// # Safety
/// The rows must have ROWS times the width elements. The number of components must be a multiple of STEP and not exceed
/// the width, and the query must have at least that many.
type Tile = unsafe fn(*const i8, usize, *const i16, usize) -> [i32; ROWS];

/// Computes full tiles with `tile`, which the machine must support, and the rest with scalar code.
#[allow(dead_code, reason = "unused on targets without a SIMD path")]
#[inline(always)]
fn tiled(rows: &[i8], query: &[i16], sums: &mut [i32], tile: Tile) {
    let width = query.len();
    let tiled_width = width / STEP * STEP;
    for (n, sums) in sums.chunks_mut(ROWS).enumerate() {
        let rows = &rows[n * ROWS * width..][..sums.len() * width];
        let Ok(sums) = <&mut [i32; ROWS]>::try_from(&mut *sums) else {
            return portable(rows, query, sums); // fewer than ROWS rows are left
        };
        // SAFETY: `rows` has ROWS rows of `width`, and `tiled_width` is a multiple of STEP that does not exceed it.
        *sums = unsafe { tile(rows.as_ptr(), width, query.as_ptr(), tiled_width) };
        if tiled_width < width {
            for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(width)) {
                *sum += dot(&row[tiled_width..], &query[tiled_width..]);
            }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use core::arch::wasm32::*;

    use super::{ROWS, STEP};

    /// # Safety
    /// As for [`super::Tile`].
    #[inline(always)]
    pub unsafe fn tile(row: *const i8, width: usize, query: *const i16, components: usize) -> [i32; ROWS] {
        // SAFETY: the caller guarantees that every read is in bounds.
        unsafe {
            let mut sums = [i32x4_splat(0); ROWS];
            let mut k = 0;
            while k < components {
                let (low, high) = (v128_load(query.add(k).cast()), v128_load(query.add(k + 8).cast()));
                for (r, sum) in sums.iter_mut().enumerate() {
                    let row = row.add(r * width + k);
                    let low = i32x4_dot_i16x8(i16x8_load_extend_i8x8(row), low);
                    let high = i32x4_dot_i16x8(i16x8_load_extend_i8x8(row.add(8)), high);
                    *sum = i32x4_add(*sum, i32x4_add(low, high));
                }
                k += STEP;
            }
            sums.map(|sum| {
                let pairs = i32x4_add(sum, i32x4_shuffle::<2, 3, 0, 1>(sum, sum));
                i32x4_extract_lane::<0>(pairs) + i32x4_extract_lane::<1>(pairs)
            })
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::*;

    use super::{ROWS, STEP};

    /// # Safety
    /// The processor must have AVX2; otherwise as for [`super::Tile`].
    #[target_feature(enable = "avx2")]
    pub unsafe fn tile(row: *const i8, width: usize, query: *const i16, components: usize) -> [i32; ROWS] {
        // SAFETY: the caller guarantees that every read is in bounds.
        unsafe {
            let mut sums = [_mm256_setzero_si256(); ROWS];
            let mut k = 0;
            while k < components {
                let query = _mm256_loadu_si256(query.add(k).cast());
                for (r, sum) in sums.iter_mut().enumerate() {
                    let row = _mm256_cvtepi8_epi16(_mm_loadu_si128(row.add(r * width + k).cast()));
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(row, query));
                }
                k += STEP;
            }
            sums.map(|sum| {
                let half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
                let pairs = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
                _mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32::<0b00_00_00_01>(pairs)))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn simd_equals_the_portable_code(
            width in 1usize..70,
            rows in 0usize..11,
            seed in prop::collection::vec((any::<i8>(), any::<i16>()), 800),
        ) {
            let row: Vec<i8> = seed.iter().cycle().map(|pair| pair.0).take(rows * width).collect();
            let query: Vec<i16> = seed.iter().map(|pair| pair.1).take(width).collect();
            let (mut sums, mut expected) = (vec![-1; rows], vec![-2; rows]);
            products(&row, &query, &mut sums);
            portable(&row, &query, &mut expected);
            prop_assert_eq!(sums, expected);
        }
    }
}
