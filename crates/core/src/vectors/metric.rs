//! How like two vectors are: 1 for the same direction, 0 where nothing is shared.
//!
//! Catalogue rows have length 1, so their dot product is the cosine. Pearson is the cosine of what is left
//! when each vector's own mean component is taken out. The Euclidean likeness is `1 - distance / sqrt(2)`,
//! which is 0, too, for vectors at a right angle. Must not know whose vectors they are.

use serde::{Deserialize, Serialize};

use super::{
    Matrix, Query,
    arithmetic::{dot, norm},
};

/// How the likeness of two vectors is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "VectorMetric"))]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The cosine of the angle between them; 0 where one of them has no length.
    #[default]
    Cosine,
    /// Their dot product, which grows with their lengths.
    Dot,
    /// `1 - distance / sqrt(2)`, for vectors of length 1.
    Euclidean,
    /// The cosine after each vector's own mean component is taken out; 0 where nothing is left.
    Pearson,
}

impl Metric {
    /// Likeness of two vectors `[H]`.
    pub fn similarity(self, a: &[f32], b: &[f32]) -> f32 {
        let cosine = |product: f32, a: f32, b: f32| if a * b > 0.0 { product / (a * b) } else { 0.0 };
        match self {
            Self::Dot => dot(a, b),
            Self::Cosine => cosine(dot(a, b), norm(a), norm(b)),
            Self::Euclidean => {
                let (a2, b2) = (dot(a, a), dot(b, b));
                1.0 - ((a2 + b2 - 2.0 * dot(a, b)).max(0.0) / 2.0).sqrt()
            }
            Self::Pearson => {
                let (a, b) = (centred(a), centred(b));
                cosine(dot(&a, &b), norm(&a), norm(&b))
            }
        }
    }

    /// Likeness of every row to `vector` `[H]`. `[N]`
    pub fn similarities(self, matrix: &Matrix, vector: &[f32]) -> Vec<f32> {
        match self {
            // Rows have length 1 but for rounding: one product of integers a row.
            Self::Cosine | Self::Dot => {
                let length = if self == Self::Cosine { norm(vector) } else { 1.0 };
                let query = Query::new(vector);
                let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
                let mut column = matrix.scores(&query);
                column.iter_mut().for_each(|score| *score *= scale);
                column
            }
            Self::Euclidean | Self::Pearson => {
                (0..matrix.len() as u32).map(|row| self.similarity(&matrix.vector(row), vector)).collect()
            }
        }
    }
}

fn centred(vector: &[f32]) -> Vec<f32> {
    let mean = vector.iter().sum::<f32>() / vector.len().max(1) as f32;
    vector.iter().map(|value| value - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_hand() {
        let (a, b) = ([0.6, 0.8, 0.2], [0.7, 0.9, 0.1]);
        for (metric, expect) in [(Metric::Cosine, 0.9938), (Metric::Pearson, 0.9959), (Metric::Dot, 1.16)] {
            assert!((metric.similarity(&a, &b) - expect).abs() < 1e-4, "{metric:?}");
        }
        let right_angle = Metric::Euclidean.similarity(&[1.0, 0.0], &[0.0, 1.0]);
        assert!(right_angle.abs() < 1e-6 && Metric::Euclidean.similarity(&a, &a) == 1.0);
        assert_eq!(Metric::Cosine.similarity(&[0.0, 0.0], &[1.0, 0.0]), 0.0);
        assert_eq!(Metric::Pearson.similarity(&[1.0, 1.0], &[1.0, 0.0]), 0.0);
    }

    #[test]
    fn a_column_has_the_likeness_of_each_row() {
        let matrix = Matrix::quantize(3, &[0.6, 0.8, 0.0, 0.0, 0.6, -0.8, 1.0, 0.0, 0.0]);
        let vector = [0.0, 2.0, 1.0];
        for metric in [Metric::Cosine, Metric::Dot, Metric::Euclidean, Metric::Pearson] {
            for (row, likeness) in metric.similarities(&matrix, &vector).into_iter().enumerate() {
                let expect = metric.similarity(&matrix.vector(row as u32), &vector);
                assert!((likeness - expect).abs() < 0.01, "{metric:?} {likeness} {expect}");
            }
        }
    }
}
