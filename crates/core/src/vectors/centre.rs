//! What all texts of a catalogue have in common, taken out of their vectors.
//!
//! Sentence vectors share a large mean and one direction that says nothing of the content; without
//! them neighbours are far better (Mu and Viswanath, "All-but-the-Top", 2018, with one component).
//! Learned once at the bake; queries go through the same map. Must not know what a vector stands for.

use super::arithmetic::{add_scaled, dot, norm, normalize};

/// Below this many texts mean and component would be mostly the texts themselves.
const FEWEST_ROWS: usize = 32;
/// Of the power method; it ends before, when the component no longer turns.
const ROUNDS: usize = 50;
const SETTLED: f64 = 1e-12;

/// `v -> normalize(basis ((v - mean) - ((v - mean) . axis) axis))`: from the model's space, of width D, to the
/// catalogue's, of width H.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Centre {
    /// `[D]`
    pub mean: Vec<f32>,
    /// First principal component: a unit vector, or zero. `[D]`
    pub axis: Vec<f32>,
    /// The directions that are kept: orthonormal rows, orthogonal to `axis`. `[H, D]`; empty where all are, and H is D
    pub basis: Vec<f32>,
}

impl Centre {
    /// Leaves vectors as they are.
    pub fn identity(width: usize) -> Self {
        Self { mean: vec![0.0; width], axis: vec![0.0; width], basis: Vec::new() }
    }

    /// From `vectors` `[N, H]`. Sums run in f64 and in the order of the rows: same rows, same bits.
    pub fn fit(width: usize, vectors: &[f32]) -> Self {
        let rows = vectors.len() / width.max(1);
        if rows < FEWEST_ROWS {
            return Self::identity(width);
        }
        let mut mean = vec![0f64; width];
        for row in vectors.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(mean, &value)| *mean += f64::from(value));
        }
        mean.iter_mut().for_each(|mean| *mean /= rows as f64);
        let axis = principal(vectors, &mean);
        Self { mean: mean.iter().map(|&value| value as f32).collect(), axis, basis: Vec::new() }
    }

    /// H, the width of what comes out.
    pub fn width(&self) -> usize {
        if self.basis.is_empty() { self.mean.len() } else { self.basis.len() / self.mean.len() }
    }

    /// Takes the common part out of `vector`, `[D]` and then `[H]`, and scales the rest to length 1; returns the rest's
    /// length.
    pub fn apply(&self, vector: &mut Vec<f32>) -> f32 {
        add_scaled(vector, -1.0, &self.mean);
        self.project(vector);
        let length = norm(vector);
        normalize(vector);
        length
    }

    /// How much of `vector` `[D]` is what all texts have in common.
    pub fn dot_mean(&self, vector: &[f32]) -> f32 {
        dot(vector, &self.mean)
    }

    /// The least cosine to an item in the catalogue's space at which the texts' cosine in the model's own space is
    /// `likeness`, for a text that is [`Centre::dot_mean`] the mean and of which [`Centre::apply`] has left `length`. What the
    /// map took from an item is not kept: every item is taken for the average one. In a shop of one kind of thing, much
    /// of what makes a text fit lies along the mean; what is left there says little of whether it fits at all.
    pub fn min_cosine(&self, along: f32, length: f32, likeness: f32) -> f32 {
        let own = (1.0 - dot(&self.mean, &self.mean)).max(0.0).sqrt();
        (likeness - along) / (own * length).max(f32::MIN_POSITIVE)
    }

    /// The linear part of the map, `[D]` and then `[H]`: the common direction is taken out, and the kept ones are kept. Of
    /// a sum it is the sum of its summands'.
    pub fn project(&self, vector: &mut Vec<f32>) {
        let along = dot(vector, &self.axis);
        add_scaled(vector, -along, &self.axis);
        if !self.basis.is_empty() {
            *vector = self.basis.chunks_exact(self.mean.len()).map(|kept| dot(vector, kept)).collect();
        }
    }

    /// All `vectors` `[N, D]` through the map. `[N, H]`
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

/// First eigenvector of the covariance by the power method, without ever forming the matrix. `[H]`
fn principal(vectors: &[f32], mean: &[f64]) -> Vec<f32> {
    let width = mean.len();
    // An arbitrary start that no real component is orthogonal to.
    let mut axis: Vec<f64> = (0..width).map(|at| 1.0 + (at % 7) as f64 / 7.0).collect();
    for _ in 0..ROUNDS {
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
        let turned = 1.0 - next.iter().zip(&axis).map(|(next, axis)| next * axis).sum::<f64>();
        axis = next;
        if turned.abs() < SETTLED {
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
    fn what_is_left_is_orthogonal_to_the_component_and_of_length_one() {
        let centre = Centre::fit(3, &rows());
        let mut vector = vec![4.0, 7.0, 1.0];
        let length = centre.apply(&mut vector);
        assert!(dot(&vector, &centre.axis).abs() < 1e-5);
        assert!((norm(&vector) - 1.0).abs() < 1e-6 && length > 1.0);
    }

    #[test]
    fn what_is_kept_of_fewer_dimensions_is_what_lies_along_them() {
        let centre = Centre { basis: vec![0.0, 0.6, 0.8], mean: vec![1.0; 3], axis: vec![1.0, 0.0, 0.0] };
        let mut vector = vec![7.0, 3.0, 2.0];
        assert_eq!((centre.width(), centre.apply(&mut vector), vector), (1, 2.0, vec![1.0]));
        let kept = |centre: &Centre, mut vector: Vec<f32>| {
            centre.project(&mut vector);
            vector
        };
        assert_eq!(kept(&centre, vec![9.0, 1.0, 2.0]), [2.2]);
        assert_eq!(kept(&Centre { basis: Vec::new(), ..centre }, vec![5.0, 1.0, 2.0]), [0.0, 1.0, 2.0]);
    }

    #[test]
    fn a_likeness_is_told_from_what_the_map_leaves() {
        // Around (0.8, 0, 0), each with as much of its own.
        let rows: Vec<f32> = (0..64).flat_map(|n| [0.8, 0.6 * (n as f32).cos(), 0.6 * (n as f32).sin()]).collect();
        let centre = Centre { axis: vec![0.0; 3], ..Centre::fit(3, &rows) };
        for text in [[1.0, 0.0, 0.1], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8]] {
            let (mut left, along) = (text.to_vec(), centre.dot_mean(&text));
            let length = centre.apply(&mut left);
            for row in rows.chunks(3).take(8) {
                let mut item = row.to_vec();
                centre.apply(&mut item);
                let least = centre.min_cosine(along, length, dot(&text, row));
                assert!((least - dot(&left, &item)).abs() < 0.05, "{text:?} {row:?}: {least} {}", dot(&left, &item));
            }
        }
        assert_eq!(Centre::identity(3).min_cosine(0.0, 1.0, 0.3), 0.3);
    }

    #[test]
    fn few_or_equal_rows_are_survived() {
        assert_eq!(Centre::fit(3, &[1.0; 9]), Centre::identity(3));
        assert_eq!(Centre::fit(2, &[1.0; 128]).axis, [0.0, 0.0]);
        let mut vector = vec![1.0, 1.0];
        assert_eq!(Centre::fit(2, &[1.0; 128]).apply(&mut vector), 0.0);
    }
}
