//! The eigenvectors of a symmetric matrix, with the same bytes on every machine and under Node. nalgebra without `std` adds and
//! multiplies in one order and never fuses the two, whereas faster libraries use what the processor has.

use nalgebra::{DMatrix, SymmetricEigen};

/// Relative to the largest entry of the matrix: what is smaller counts as zero.
const PRECISION: f64 = 1e-14;
/// Far more than any matrix has needed.
const MOST_ITERATIONS: usize = 100_000;

/// Eigenvalues and eigenvectors, those of the largest eigenvalue first.
pub struct Eigen {
    /// `[H]`
    pub values: Vec<f64>,
    /// Unit vectors, one a row. `[H, H]`
    pub vectors: Vec<f32>,
}

/// The sums of the products of any two columns of `rows` `[N, H]`, as a symmetric matrix. `[H, H]`
pub fn second_moments(rows: impl Iterator<Item = impl AsRef<[f32]>>, width: usize) -> Vec<f64> {
    let mut moments = vec![0f64; width * width];
    for row in rows {
        let row = row.as_ref();
        for (sums, &a) in moments.chunks_exact_mut(width).zip(row) {
            let a = f64::from(a);
            sums.iter_mut().zip(row).for_each(|(sum, &b)| *sum += a * f64::from(b));
        }
    }
    moments
}

/// The eigenvectors of a symmetric matrix `[H, H]`. `None` if it has entries that are not numbers.
pub fn eigen(matrix: Vec<f64>, width: usize) -> Option<Eigen> {
    if !matrix.iter().all(|entry| entry.is_finite()) {
        return None;
    }
    let matrix = DMatrix::from_vec(width, width, matrix);
    let largest = matrix.iter().fold(0f64, |largest, entry| largest.max(entry.abs()));
    let scaled = if largest > 0.0 { matrix / largest } else { matrix };
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::try_new(scaled, PRECISION, MOST_ITERATIONS)?;
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]));
    Some(Eigen {
        values: order.iter().map(|&at| eigenvalues[at] * largest).collect(),
        vectors: order
            .iter()
            .flat_map(|&at| eigenvectors.column(at).iter().map(|&value| value as f32).collect::<Vec<_>>())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_orthonormal_and_largest_first() {
        let rows: Vec<Vec<f32>> =
            (0..60).map(|nth| (0..8).map(|at| ((nth * (at + 3) + at * at) % 11) as f32 - 5.0).collect()).collect();
        let moments = second_moments(rows.iter(), 8);
        let Eigen { values, vectors } = eigen(moments.clone(), 8).unwrap();
        assert!(values.windows(2).all(|pair| pair[0] >= pair[1]) && values[7] > 0.0, "{values:?}");
        for (at, vector) in vectors.chunks_exact(8).enumerate() {
            for (row, &value) in moments.chunks_exact(8).zip(vector) {
                let product: f64 = row.iter().zip(vector).map(|(a, &b)| a * f64::from(b)).sum();
                assert!((product - values[at] * f64::from(value)).abs() < 1e-3 * values[0], "{at}: {product}");
            }
            for (other, second) in vectors.chunks_exact(8).enumerate() {
                let product: f32 = vector.iter().zip(second).map(|(a, b)| a * b).sum();
                assert!((product - if at == other { 1.0 } else { 0.0 }).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn zeros_have_eigenvalues_and_what_is_no_number_has_none() {
        assert_eq!(eigen(vec![0.0; 9], 3).unwrap().values, [0.0; 3]);
        assert!(eigen(vec![f64::NAN; 9], 3).is_none());
    }
}
