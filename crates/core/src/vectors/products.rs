//! Many rows of int8 against one vector of 16 bits: sums of products in integers, exact on every target.
//!
//! Unsafe: pointers into slices whose sizes are checked first.

/// `sums[n] = rows[n] . query` for `rows` `[N, H]`, `query` `[H]`, `sums` `[N]`. The caller sees to it that a sum of H
/// products fits in 32 bits.
pub fn products(rows: &[i8], query: &[i16], sums: &mut [i32]) {
    assert_eq!(rows.len(), query.len() * sums.len());
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return tiled(rows, query, sums, wasm::tile);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return tiled(rows, query, sums, x86::tile);
    }
    #[allow(unreachable_code, reason = "where another path is certain")]
    portable(rows, query, sums)
}

/// What every other target runs, and what the others are held to.
fn portable(rows: &[i8], query: &[i16], sums: &mut [i32]) {
    for (n, sum) in sums.iter_mut().enumerate() {
        *sum = sum_of(&rows[n * query.len()..][..query.len()], query);
    }
}

fn sum_of(row: &[i8], query: &[i16]) -> i32 {
    row.iter().zip(query).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

/// Rows that are summed side by side: enough sums in flight to hide the products' latency.
const ROWS: usize = 4;
/// Components of a step.
const STEP: usize = 16;

/// # Safety
/// Takes ROWS rows of some width, that width, and at least as many components of the query as its last argument says,
/// which is a multiple of STEP and no more than the width.
type Tile = unsafe fn(*const i8, usize, *const i16, usize) -> [i32; ROWS];

/// Whole tiles by `tile`, which this machine can run, and the edges one by one.
#[allow(dead_code, reason = "there are machines without tiles")]
#[inline(always)]
fn tiled(rows: &[i8], query: &[i16], sums: &mut [i32], tile: Tile) {
    let width = query.len();
    let whole = width / STEP * STEP;
    for (n, sums) in sums.chunks_mut(ROWS).enumerate() {
        let rows = &rows[n * ROWS * width..][..sums.len() * width];
        let Ok(sums) = <&mut [i32; ROWS]>::try_from(&mut *sums) else {
            return portable(rows, query, sums); // the last few
        };
        // SAFETY: `rows` has ROWS rows of `width`, and `whole` is a multiple of STEP within it.
        *sums = unsafe { tile(rows.as_ptr(), width, query.as_ptr(), whole) };
        if whole < width {
            for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(width)) {
                *sum += sum_of(&row[whole..], &query[whole..]);
            }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use core::arch::wasm32::*;

    use super::{ROWS, STEP};

    /// # Safety
    /// As [`super::Tile`] says.
    #[inline(always)]
    pub unsafe fn tile(row: *const i8, width: usize, query: *const i16, whole: usize) -> [i32; ROWS] {
        // SAFETY: the caller's promise covers every read.
        unsafe {
            let mut sums = [i32x4_splat(0); ROWS];
            let mut k = 0;
            while k < whole {
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
    /// The processor has AVX2; and as [`super::Tile`] says.
    #[target_feature(enable = "avx2")]
    pub unsafe fn tile(row: *const i8, width: usize, query: *const i16, whole: usize) -> [i32; ROWS] {
        // SAFETY: the caller's promise covers every read.
        unsafe {
            let mut sums = [_mm256_setzero_si256(); ROWS];
            let mut k = 0;
            while k < whole {
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
        fn every_target_sums_alike(
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
