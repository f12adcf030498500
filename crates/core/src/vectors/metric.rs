//! Similarity of two vectors: 1 for the same direction, 0 if they have nothing in common.
//!
//! Catalogue rows have length 1, so their dot product is the cosine. The Pearson correlation is the cosine after the
//! mean of each vector's components is subtracted. The Euclidean similarity is `1 - distance / sqrt(2)`, which is also
//! 0 for orthogonal vectors. Must not know whose vectors they are.

use serde::{Deserialize, Serialize};

use super::{
    Matrix, Query,
    arithmetic::{dot, norm},
};

/// A measure of the similarity of two vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "VectorMetric"))]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The cosine of the angle between them; 0 if one of them is zero.
    #[default]
    Cosine,
    /// The dot product, which grows with the lengths.
    Dot,
    /// `1 - distance / sqrt(2)`, for vectors of length 1.
    Euclidean,
    /// The cosine after the mean of each vector's components is subtracted; 0 if nothing remains.
    Pearson,
}

impl Metric {
    /// Returns the similarity of two vectors `[H]`.
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

    /// Returns the similarity of each row of `matrix` to `vector` `[H]`. `[N]`
    pub fn similarities(self, matrix: &Matrix, vector: &[f32]) -> Vec<f32> {
        match self {
            // Rows have length 1 except for rounding, so one integer dot product per row is enough.
            Self::Cosine | Self::Dot => {
                let length = if self == Self::Cosine { norm(vector) } else { 1.0 };
                let query = Query::new(vector);
                let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
                let mut scores = matrix.scores(&query);
                scores.iter_mut().for_each(|score| *score *= scale);
                scores
            }
            Self::Euclidean | Self::Pearson => {
                (0..matrix.len() as u32).map(|row| self.similarity(&matrix.vector(row), vector)).collect()
            }
        }
    }
}

/// Subtracts the mean of the components.
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
    fn similarities_equal_those_of_each_row() {
        let matrix = Matrix::quantize(3, &[0.6, 0.8, 0.0, 0.0, 0.6, -0.8, 1.0, 0.0, 0.0]);
        let vector = [0.0, 2.0, 1.0];
        for metric in [Metric::Cosine, Metric::Dot, Metric::Euclidean, Metric::Pearson] {
            for (row, similarity) in metric.similarities(&matrix, &vector).into_iter().enumerate() {
                let expect = metric.similarity(&matrix.vector(row as u32), &vector);
                assert!((similarity - expect).abs() < 0.01, "{metric:?} {similarity} {expect}");
            }
        }
    }
}
