//! Principal component analysis: projects vectors to two dimensions for a plot (Pearson 1901, "On lines and planes of
//! closest fit"), by power iteration. Must not know what a vector stands for.

use super::arithmetic::{add_scaled, dot, normalize};

/// Enough for a plot: more iterations move the points by less than the width of a dot.
const ITERATIONS: usize = 24;

/// Projects `vectors` `[N, H]` to their first two principal components. `[N, 2]`. Equal vectors give equal points;
/// fewer than two vectors lie at the origin.
pub fn project_2d(vectors: &[Vec<f32>]) -> Vec<[f32; 2]> {
    let width = vectors.first().map_or(0, Vec::len);
    let mut mean = vec![0.0; width];
    for vector in vectors {
        add_scaled(&mut mean, 1.0 / vectors.len() as f32, vector);
    }
    let mut residuals: Vec<Vec<f32>> =
        vectors.iter().map(|vector| vector.iter().zip(&mean).map(|(value, mean)| value - mean).collect()).collect();
    let mut points = vec![[0.0; 2]; vectors.len()];
    for axis in 0..2 {
        let direction = first_component(&residuals, width);
        for (vector, point) in residuals.iter_mut().zip(&mut points) {
            point[axis] = dot(vector, &direction);
            add_scaled(vector, -point[axis], &direction);
        }
    }
    points
}

/// Returns the unit vector along which the centred `vectors` have the greatest variance, or zero if they are all equal.
/// `[H]`
fn first_component(vectors: &[Vec<f32>], width: usize) -> Vec<f32> {
    // Start with the longest vector, which is never orthogonal to all the others.
    let longest = vectors.iter().max_by(|a, b| dot(a, a).total_cmp(&dot(b, b)));
    let mut direction = longest.cloned().unwrap_or_else(|| vec![0.0; width]);
    normalize(&mut direction);
    for _ in 0..ITERATIONS {
        let mut next = vec![0.0; width];
        for vector in vectors {
            let along = dot(vector, &direction);
            add_scaled(&mut next, along, vector);
        }
        normalize(&mut next);
        direction = next;
    }
    direction
}

#[cfg(test)]
mod tests {
    use super::project_2d;

    #[test]
    fn the_projection_keeps_distances_in_the_main_plane() {
        // An ellipse in five dimensions, with a little noise in the third.
        let point = |i: usize| {
            let turn = i as f32 * 0.7;
            vec![1.0, 3.0 * turn.cos(), 0.01 * (i % 3) as f32, 5.0 * turn.sin(), 2.0]
        };
        let vectors: Vec<_> = (0..60).map(point).collect();
        let points = project_2d(&vectors);
        for i in 0..60 {
            for j in 0..60 {
                let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                let (before, after) = (distance(&vectors[i], &vectors[j]), distance(&points[i], &points[j]));
                assert!((before - after).abs() < 0.05, "{before} {after}");
            }
        }
        let variance = |axis: usize| points.iter().map(|point| point[axis].powi(2)).sum::<f32>();
        assert!(variance(0) > variance(1));
    }

    #[test]
    fn equal_vectors_lie_at_the_origin() {
        assert!(project_2d(&[]).is_empty());
        assert_eq!(project_2d(&[vec![1.0, 2.0]]), [[0.0; 2]]);
        assert_eq!(project_2d(&[vec![1.0, 2.0], vec![1.0, 2.0]]), [[0.0; 2]; 2]);
    }
}
