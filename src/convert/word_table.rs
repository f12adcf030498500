//! The word table in about 4 bits a value. `encoder/weights.rs` draws the format.
//!
//! Rows that 4 bits cannot hold (often the most frequent signs, whose few large values leave nothing for the
//! others) are kept in 8 bits; 256 of them cost 0.6% of the table and give back two thirds of the loss.

use half::f16;
use rayon::prelude::*;

/// Rows in 8 bits.
const FINE: usize = 256;
/// The best step of a 16-level quantizer for normal values, in standard deviations; rows are searched around it.
const STEP: f32 = 0.335;

/// A quantized table; `order[id]` is the row that became row `id`.
pub struct QuantizedTable {
    pub order: Vec<usize>,
    /// How many rows, from the first, are in 8 bits.
    pub fine_rows: usize,
    /// `[R, H]`, whole numbers
    pub fine: Vec<f32>,
    pub fine_scale: Vec<f32>,
    /// `[V-R, H/2]`, bytes
    pub coarse: Vec<f32>,
    pub coarse_scale: Vec<f32>,
    /// The mean row, which is not in the table: it belongs to every position. `[H]`
    pub mean: Vec<f32>,
}

/// `table: [V, H]`
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
    // The worst first; sorting is stable, so that the outcome is one.
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
    /// Squared error over squared length.
    loss: f32,
}

impl Coarse {
    /// The scale with the least squared error, of 29.
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

/// The nearest half that is not less, so that 127 steps reach the largest value; never zero.
fn round_up_half(value: f32) -> f32 {
    let half = f16::from_f32(value).max(f16::MIN_POSITIVE);
    if half.to_f32() >= value { half.to_f32() } else { f16::from_bits(half.to_bits() + 1).to_f32() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_encoder::weights::WordEmbeddings;

    #[test]
    fn rows_come_back_and_the_hardest_are_fine() {
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
