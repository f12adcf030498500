//! Vectors in two dimensions, for people to look at: the plane in which they differ most (Pearson 1901, "On lines and
//! planes of closest fit"), by power iteration. Must not know what a vector stands for.

use super::arithmetic::{add_scaled, dot, normalize};

/// Enough for a picture: the places move by less than a dot's width.
const ROUNDS: usize = 24;

/// The places of `vectors` `[N, H]`, `[N]` pairs; the first axis is that of the greatest variance. Equal vectors have
/// equal places, and fewer than two vectors lie at the origin.
pub fn project_2d(vectors: &[Vec<f32>]) -> Vec<[f32; 2]> {
    let width = vectors.first().map_or(0, Vec::len);
    let mut mean = vec![0.0; width];
    for vector in vectors {
        add_scaled(&mut mean, 1.0 / vectors.len() as f32, vector);
    }
    let mut rest: Vec<Vec<f32>> =
        vectors.iter().map(|vector| vector.iter().zip(&mean).map(|(value, mean)| value - mean).collect()).collect();
    let mut places = vec![[0.0; 2]; vectors.len()];
    for axis in 0..2 {
        let direction = most_varied(&rest, width);
        for (vector, place) in rest.iter_mut().zip(&mut places) {
            place[axis] = dot(vector, &direction);
            add_scaled(vector, -place[axis], &direction);
        }
    }
    places
}

/// The unit vector along which the centred `vectors` vary most; zero where they do not vary. `[H]`
fn most_varied(vectors: &[Vec<f32>], width: usize) -> Vec<f32> {
    // The longest of them is never at right angles to all the others.
    let longest = vectors.iter().max_by(|a, b| dot(a, a).total_cmp(&dot(b, b)));
    let mut direction = longest.cloned().unwrap_or_else(|| vec![0.0; width]);
    normalize(&mut direction);
    for _ in 0..ROUNDS {
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
    fn the_plane_of_greatest_variance_is_found_and_neighbours_stay_neighbours() {
        // A flat ellipse in five dimensions, and a little noise in the third.
        let point = |i: usize| {
            let turn = i as f32 * 0.7;
            vec![1.0, 3.0 * turn.cos(), 0.01 * (i % 3) as f32, 5.0 * turn.sin(), 2.0]
        };
        let vectors: Vec<_> = (0..60).map(point).collect();
        let places = project_2d(&vectors);
        for i in 0..60 {
            for j in 0..60 {
                let there = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                let (before, after) = (there(&vectors[i], &vectors[j]), there(&places[i], &places[j]));
                assert!((before - after).abs() < 0.05, "{before} {after}");
            }
        }
        let spread = |axis: usize| places.iter().map(|place| place[axis].powi(2)).sum::<f32>();
        assert!(spread(0) > spread(1));
    }

    #[test]
    fn what_does_not_vary_lies_in_one_place() {
        assert!(project_2d(&[]).is_empty());
        assert_eq!(project_2d(&[vec![1.0, 2.0]]), [[0.0; 2]]);
        assert_eq!(project_2d(&[vec![1.0, 2.0], vec![1.0, 2.0]]), [[0.0; 2]; 2]);
    }
}
