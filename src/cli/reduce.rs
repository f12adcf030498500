//! Reduces the dimensions of a catalogue's vectors to its principal components: the orthogonal directions in which the
//! vectors vary most.

use anyhow::{Context, Result, ensure};

use crate::eigen::{eigen, second_moments};
use nearmind_core::vectors::Centre;

/// Sets the basis of `centre` to the first `dimensions` principal components of `vectors` `[N, D]`, after centring. Does
/// nothing where `dimensions` is D.
///
/// # Errors
/// If `dimensions` is not in `1..=D`, or the eigenvalues cannot be computed.
pub fn reduce(centre: &mut Centre, vectors: &[f32], dimensions: usize) -> Result<()> {
    let width = centre.mean.len();
    ensure!(
        (1..=width).contains(&dimensions),
        "--dimensions is {dimensions}, but the model's vectors have {width} dimensions: choose 1 to {width}"
    );
    if dimensions == width {
        return Ok(());
    }
    let centred = vectors.chunks_exact(width).map(|vector| {
        let mut vector = vector.to_vec();
        centre.apply(&mut vector);
        vector
    });
    let moments = second_moments(centred, width);
    let mut axes = eigen(moments, width)
        .context("the principal components of the vectors cannot be computed: leave out --dimensions")?
        .vectors;
    // The direction that centring removes has the eigenvalue 0, so it comes last and is left out.
    axes.truncate(dimensions * width);
    centre.basis = axes;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_core::vectors::arithmetic::dot;

    #[test]
    fn principal_components_have_most_variance_and_are_orthonormal() {
        // 64 vectors of five dimensions, with a large variance along 1 and 3 and a small one along the others.
        let value = |row: usize, at: usize| {
            let spread = [0.02, 3.0, 0.01, 2.0, 0.03][at];
            spread * (((row * (7 + 6 * at) + at) % 17) as f32 - 8.0) / 8.0
        };
        let vectors: Vec<f32> = (0..64 * 5).map(|i| value(i / 5, i % 5)).collect();
        let mut centre = Centre::identity(5);
        reduce(&mut centre, &vectors, 2).unwrap();
        let (first, second) = centre.basis.split_at(5);
        assert!(dot(first, second).abs() < 1e-5 && (dot(first, first) - 1.0).abs() < 1e-5, "{:?}", centre.basis);
        assert!(first[1].abs().max(second[1].abs()) > 0.9 && first[3].abs().max(second[3].abs()) > 0.9);
        assert_eq!((centre.width(), Centre::identity(5).width()), (2, 5));
        assert!(reduce(&mut Centre::identity(5), &vectors, 6).is_err());
    }
}
