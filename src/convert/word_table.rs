//! Quantizes the word table to about 4 bits per value. `encoder/weights.rs` describes the format.
//!
//! The rows that lose most in 4 bits are stored in 8 bits. These are often the most frequent symbols, whose few large
//! values leave little precision for the others. 256 of them add 0.6% to the size of the table, and avoid two thirds of
//! the loss.

use half::f16;
use rayon::prelude::*;

/// Rows in 8 bits.
const FINE: usize = 256;
/// The step of the best uniform quantizer with 16 levels for normally distributed values, in standard deviations. The steps
/// that are tried for each row are multiples of it.
const STEP: f32 = 0.335;

/// A quantized word table of V rows, of which R are in 8 bits.
pub struct QuantizedTable {
    /// The original row of each row. `[V]`
    pub order: Vec<usize>,
    /// R; these are the first rows.
    pub fine_rows: usize,
    /// The values of the rows in 8 bits, as integers. `[R, H]`
    pub fine: Vec<f32>,
    /// Their scales. `[R]`
    pub fine_scale: Vec<f32>,
    /// The values of the rows in 4 bits, two in each byte. `[V-R, H/2]`
    pub coarse: Vec<f32>,
    /// Their scales. `[V-R]`
    pub coarse_scale: Vec<f32>,
    /// The mean of all rows, which is subtracted from them, and has to be added to every position embedding. `[H]`
    pub mean: Vec<f32>,
}

/// Quantizes a word table `[V, H]`.
pub fn quantize(table: &[f32], hidden: usize) -> QuantizedTable {
    let rows = table.len() / hidden;
    let row = |index: usize| &table[index * hidden..][..hidden];
    let mut mean = vec![0.0; hidden];
    for index in 0..rows {
        mean.iter_mut().zip(row(index)).for_each(|(mean, v)| *mean += v / rows as f32);
    }
    let centred = |index: usize| -> Vec<f32> { row(index).iter().zip(&mean).map(|(v, m)| v - m).collect() };
    let mut coarse: Vec<(usize, Coarse)> =
        (0..rows).into_par_iter().map(|index| (index, Coarse::best(&centred(index)))).collect();
    // The largest loss first. The sort is stable, so the result is deterministic.
    coarse.sort_by(|a, b| b.1.loss.total_cmp(&a.1.loss));
    let fine_rows = FINE.min(rows);
    coarse[..fine_rows].sort_by_key(|(index, _)| *index);
    coarse[fine_rows..].sort_by_key(|(index, _)| *index);

    let mut words = QuantizedTable {
        order: coarse.iter().map(|(index, _)| *index).collect(),
        fine_rows,
        fine: Vec::with_capacity(fine_rows * hidden),
        fine_scale: Vec::with_capacity(fine_rows),
        coarse: Vec::with_capacity((rows - fine_rows) * hidden / 2),
        coarse_scale: Vec::with_capacity(rows - fine_rows),
        mean: Vec::new(),
    };
    for (index, _) in &coarse[..fine_rows] {
        let values = centred(*index);
        let scale = round_up_half(values.iter().fold(0.0f32, |m, v| m.max(v.abs())) / 127.0);
        words.fine.extend(values.iter().map(|v| (v / scale).round_ties_even()));
        words.fine_scale.push(scale);
    }
    for (_, row) in &coarse[fine_rows..] {
        let (low, high) = row.codes.split_at(hidden / 2);
        words.coarse.extend(low.iter().zip(high).map(|(low, high)| f32::from(low | high << 4)));
        words.coarse_scale.push(row.scale);
    }
    words.mean = mean;
    words
}

/// One row in 4 bits.
struct Coarse {
    scale: f32,
    codes: Vec<u8>,
    /// Squared error, relative to the squared length.
    loss: f32,
}

impl Coarse {
    /// Quantizes a row with that of 29 scales that has the least squared error.
    fn best(values: &[f32]) -> Self {
        let energy = values.iter().map(|v| v * v).sum::<f32>();
        let deviation = (energy / values.len() as f32).sqrt();
        let candidates = (0..29).map(|step| {
            let scale = f16::from_f32(deviation * STEP * (0.8 + 0.05 * step as f32)).max(f16::MIN_POSITIVE).to_f32();
            let code = |v: &f32| ((v / scale).round_ties_even() + 8.0).clamp(0.0, 15.0);
            let loss = values.iter().map(|v| ((code(v) - 8.0) * scale - v).powi(2)).sum::<f32>();
            (loss, scale)
        });
        let (loss, scale) = candidates.min_by(|a, b| a.0.total_cmp(&b.0)).expect("29 candidates");
        let codes = values.iter().map(|v| ((v / scale).round_ties_even() + 8.0).clamp(0.0, 15.0) as u8).collect();
        Self { scale, codes, loss: loss / energy.max(f32::MIN_POSITIVE) }
    }
}

/// The smallest f16 that is not less than `value`, so that 127 steps reach the largest value; never zero.
fn round_up_half(value: f32) -> f32 {
    let half = f16::from_f32(value).max(f16::MIN_POSITIVE);
    if half.to_f32() >= value { half.to_f32() } else { f16::from_bits(half.to_bits() + 1).to_f32() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_encoder::weights::WordEmbeddings;

    #[test]
    fn dequantized_rows_are_close_and_outliers_are_in_8_bits() {
        let (rows, hidden) = (300, 64);
        let wave = |k: usize| ((k * k % 97) as f32 / 97.0 - 0.5) * 0.1;
        let mut table: Vec<f32> = (0..rows * hidden).map(wave).collect();
        table[7 * hidden] = 9.0; // a row with an outlier
        let quantized = quantize(&table, hidden);
        assert_eq!((quantized.fine_rows, quantized.order.len()), (256, rows));
        assert!(quantized.order[..256].contains(&7));
        let words = WordEmbeddings {
            fine: quantized.fine.iter().map(|&v| v as i8).collect(),
            fine_scale: quantized.fine_scale,
            coarse: quantized.coarse.iter().map(|&v| v as u8).collect(),
            coarse_scale: quantized.coarse_scale,
        };
        for (id, &original) in quantized.order.iter().enumerate() {
            let mut row = vec![0.0; hidden];
            words.row(id as u32, &mut row);
            let bound = if id < 256 { row.iter().fold(0.0f32, |m, v| m.max(v.abs())) / 250.0 } else { 0.02 };
            for ((found, mean), expected) in row.iter().zip(&quantized.mean).zip(&table[original * hidden..]) {
                assert!((found + mean - expected).abs() <= bound + 1e-6, "row {id}: {found} {mean} {expected}");
            }
        }
    }
}
