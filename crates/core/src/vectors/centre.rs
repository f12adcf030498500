//! Centring: removes what all texts of a catalogue have in common from their vectors.
//!
//! Sentence vectors share a large mean and one direction that says nothing about the content. Without them, nearest
//! neighbours are far better (Mu and Viswanath, "All-but-the-Top", 2018, with one component). The map is fitted once,
//! when the catalogue is built; queries go through the same map. Must not know what a vector stands for.

use super::arithmetic::{add_scaled, dot, norm, normalize};

/// The fewest texts to fit the map to. With fewer, mean and component would mostly describe the single texts.
const MIN_ROWS: usize = 32;
/// The most iterations of the power method. It ends earlier if the component has converged.
const MAX_ITERATIONS: usize = 50;
/// The power method has converged if the cosine of two successive axes differs from 1 by less than this.
const TOLERANCE: f64 = 1e-12;

/// The map `v -> normalize(basis ((v - mean) - ((v - mean) . axis) axis))` from the model's space, of width D, to the
/// catalogue's space, of width H.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Centre {
    /// The mean of the vectors. `[D]`
    pub mean: Vec<f32>,
    /// The first principal component, a unit vector or zero. `[D]`
    pub axis: Vec<f32>,
    /// The directions that are kept: orthonormal rows, orthogonal to `axis`. `[H, D]`, or empty if all are kept and H
    /// is D.
    pub basis: Vec<f32>,
}

impl Centre {
    /// The map that only scales vectors to length 1.
    pub fn identity(width: usize) -> Self {
        Self { mean: vec![0.0; width], axis: vec![0.0; width], basis: Vec::new() }
    }

    /// Fits mean and axis to `vectors` `[N, D]`; the identity if there are fewer than 32. Sums run in f64 and in the
    /// order of the rows, so equal rows give equal bits.
    pub fn fit(width: usize, vectors: &[f32]) -> Self {
        let rows = vectors.len() / width.max(1);
        if rows < MIN_ROWS {
            return Self::identity(width);
        }
        let mut mean = vec![0f64; width];
        for row in vectors.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(mean, &value)| *mean += f64::from(value));
        }
        mean.iter_mut().for_each(|mean| *mean /= rows as f64);
        let axis = first_component(vectors, &mean);
        Self { mean: mean.iter().map(|&value| value as f32).collect(), axis, basis: Vec::new() }
    }

    /// The width of the mapped vectors, H.
    pub fn width(&self) -> usize {
        if self.basis.is_empty() { self.mean.len() } else { self.basis.len() / self.mean.len() }
    }

    /// Maps `vector` in place, from `[D]` to `[H]`, and returns its length before it was scaled to 1.
    pub fn apply(&self, vector: &mut Vec<f32>) -> f32 {
        add_scaled(vector, -1.0, &self.mean);
        self.project(vector);
        let length = norm(vector);
        normalize(vector);
        length
    }

    /// Returns the dot product of `vector` `[D]` with the mean: how much it has of what all texts have in common.
    pub fn dot_mean(&self, vector: &[f32]) -> f32 {
        dot(vector, &self.mean)
    }

    /// Converts a cosine threshold from the model's space to the catalogue's space: returns the cosine between a text
    /// and an item there at which their cosine in the model's space is `cosine`. `dot_mean` and `length` are what
    /// [`Centre::dot_mean`] and [`Centre::apply`] returned for the text. The part that the map removed from an item is
    /// not stored, so every item is taken for an average one. In a shop with one kind of product, much of what makes a
    /// text match lies along the mean, and what remains says little about whether it matches at all.
    pub fn min_cosine(&self, dot_mean: f32, length: f32, cosine: f32) -> f32 {
        // The length of what the map leaves of an average item, which has length 1.
        let own = (1.0 - dot(&self.mean, &self.mean)).max(0.0).sqrt();
        (cosine - dot_mean) / (own * length).max(f32::MIN_POSITIVE)
    }

    /// Applies the linear part of the map, from `[D]` to `[H]`: removes the axis and projects to the basis. It is
    /// linear: the projection of a sum is the sum of the projections.
    pub fn project(&self, vector: &mut Vec<f32>) {
        let along = dot(vector, &self.axis);
        add_scaled(vector, -along, &self.axis);
        if !self.basis.is_empty() {
            *vector = self.basis.chunks_exact(self.mean.len()).map(|direction| dot(vector, direction)).collect();
        }
    }

    /// Maps all `vectors` `[N, D]`. `[N, H]`
    pub fn apply_all(&self, vectors: &[f32]) -> Vec<f32> {
        let mut out = Vec::with_capacity(vectors.len() / self.mean.len().max(1) * self.width());
        for vector in vectors.chunks_exact(self.mean.len().max(1)) {
            let mut vector = vector.to_vec();
            self.apply(&mut vector);
            out.extend(vector);
        }
        out
    }
}

/// Returns the first eigenvector of the covariance of `vectors` `[N, D]` by the power method, without forming the
/// matrix. `[D]`
fn first_component(vectors: &[f32], mean: &[f64]) -> Vec<f32> {
    let width = mean.len();
    // An arbitrary start vector that no real component is orthogonal to.
    let mut axis: Vec<f64> = (0..width).map(|at| 1.0 + (at % 7) as f64 / 7.0).collect();
    for _ in 0..MAX_ITERATIONS {
        let mut next = vec![0f64; width];
        for row in vectors.chunks_exact(width) {
            let along: f64 = row.iter().zip(mean).zip(&axis).map(|((&v, m), a)| (f64::from(v) - m) * a).sum();
            next.iter_mut().zip(row).zip(mean).for_each(|((next, &v), m)| *next += along * (f64::from(v) - m));
        }
        let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
        if length < 1e-12 {
            return vec![0.0; width]; // all rows are equal
        }
        next.iter_mut().for_each(|value| *value /= length);
        let change = 1.0 - next.iter().zip(&axis).map(|(next, axis)| next * axis).sum::<f64>();
        axis = next;
        if change.abs() < TOLERANCE {
            break;
        }
    }
    axis.iter().map(|&value| value as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 64 rows around (5, 5, 5), spread widely along (1, -1, 0) and little elsewhere.
    fn rows() -> Vec<f32> {
        (0..64)
            .flat_map(|n| {
                let (wide, small) = ((n as f32 - 31.5) / 4.0, ((n * 37 % 64) as f32 - 31.5) / 100.0);
                [5.0 + wide + small, 5.0 - wide + small, 5.0 - 2.0 * small]
            })
            .collect()
    }

    #[test]
    fn mean_and_widest_direction_are_found() {
        let centre = Centre::fit(3, &rows());
        assert!(centre.mean.iter().all(|value| (value - 5.0).abs() < 1e-4));
        assert!((dot(&centre.axis, &[0.5f32.sqrt(), -(0.5f32.sqrt()), 0.0]).abs() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn mapped_vectors_are_orthogonal_to_the_axis_and_of_length_1() {
        let centre = Centre::fit(3, &rows());
        let mut vector = vec![4.0, 7.0, 1.0];
        let length = centre.apply(&mut vector);
        assert!(dot(&vector, &centre.axis).abs() < 1e-5);
        assert!((norm(&vector) - 1.0).abs() < 1e-6 && length > 1.0);
    }

    #[test]
    fn a_basis_projects_to_its_directions() {
        let centre = Centre { basis: vec![0.0, 0.6, 0.8], mean: vec![1.0; 3], axis: vec![1.0, 0.0, 0.0] };
        let mut vector = vec![7.0, 3.0, 2.0];
        assert_eq!((centre.width(), centre.apply(&mut vector), vector), (1, 2.0, vec![1.0]));
        let projected = |centre: &Centre, mut vector: Vec<f32>| {
            centre.project(&mut vector);
            vector
        };
        assert_eq!(projected(&centre, vec![9.0, 1.0, 2.0]), [2.2]);
        assert_eq!(projected(&Centre { basis: Vec::new(), ..centre }, vec![5.0, 1.0, 2.0]), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn a_threshold_is_converted_to_the_catalogues_space() {
        // Unit vectors around the mean (0.8, 0, 0).
        let rows: Vec<f32> = (0..64).flat_map(|n| [0.8, 0.6 * (n as f32).cos(), 0.6 * (n as f32).sin()]).collect();
        let centre = Centre { axis: vec![0.0; 3], ..Centre::fit(3, &rows) };
        for text in [[1.0, 0.0, 0.1], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]] {
            let (mut mapped, dot_mean) = (text.to_vec(), centre.dot_mean(&text));
            let length = centre.apply(&mut mapped);
            for row in rows.chunks(3).take(8) {
                let mut item = row.to_vec();
                centre.apply(&mut item);
                let min_cosine = centre.min_cosine(dot_mean, length, dot(&text, row));
                assert!(
                    (min_cosine - dot(&mapped, &item)).abs() < 0.05,
                    "{text:?} {row:?}: {min_cosine} {}",
                    dot(&mapped, &item)
                );
            }
        }
        assert_eq!(Centre::identity(3).min_cosine(0.0, 1.0, 0.3), 0.3);
    }

    #[test]
    fn few_or_equal_rows_give_no_axis() {
        assert_eq!(Centre::fit(3, &[1.0; 9]), Centre::identity(3));
        assert_eq!(Centre::fit(2, &[1.0; 128]).axis, [0.0, 0.0]);
        let mut vector = vec![1.0, 1.0];
        assert_eq!(Centre::fit(2, &[1.0; 128]).apply(&mut vector), 0.0);
    }
}
