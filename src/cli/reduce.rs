//! Fewer dimensions: the directions in which a catalogue's vectors differ most (principal components), learned on itself.

use anyhow::{Result, anyhow, ensure};
use faer::{Mat, Par, Side, get_global_parallelism, set_global_parallelism};

use nearmind_core::vectors::Centre;

/// Keeps the `dimensions` directions that tell most of `vectors` `[N, D]`, of those that `centre` leaves.
pub fn reduce(centre: &mut Centre, vectors: &[f32], dimensions: usize) -> Result<()> {
    let width = centre.mean.len();
    ensure!(
        (1..=width).contains(&dimensions),
        "the model's vectors have {width} dimensions: --dimensions takes 1 to {width}"
    );
    if dimensions == width {
        return Ok(());
    }
    let mut moments = vec![0f64; width * width];
    for vector in vectors.chunks_exact(width) {
        let mut vector = vector.to_vec();
        centre.apply(&mut vector);
        for (row, &a) in moments.chunks_exact_mut(width).zip(&vector) {
            let a = f64::from(a);
            row.iter_mut().zip(&vector).for_each(|(sum, &b)| *sum += a * f64::from(b));
        }
    }
    let moments = Mat::from_fn(width, width, |row, column| moments[row * width + column]);
    // On one thread: the sums, and with them the bytes of the pack, must not depend on how many there are.
    let threads = get_global_parallelism();
    set_global_parallelism(Par::Seq);
    let found = moments.self_adjoint_eigen(Side::Lower);
    set_global_parallelism(threads);
    let found = found.map_err(|error| anyhow!("the catalogue's vectors have no principal components: {error:?}"))?;
    // Eigenvalues ascend. The axis that centring removes has none, so it comes first and is never kept.
    let kept = (width - dimensions..width).rev();
    centre.basis =
        kept.flat_map(|column| (0..width).map(move |row| (row, column))).map(|at| found.U()[at] as f32).collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_core::vectors::arithmetic::dot;

    #[test]
    fn the_widest_directions_are_kept_and_are_orthonormal() {
        // 64 vectors of five dimensions: wide along 1 and 3, narrow elsewhere.
        let value = |row: usize, at: usize| {
            let wide = [0.02, 3.0, 0.01, 2.0, 0.03][at];
            wide * (((row * (7 + 6 * at) + at) % 17) as f32 - 8.0) / 8.0
        };
        let vectors: Vec<f32> = (0..64 * 5).map(|i| value(i / 5, i % 5)).collect();
        let mut centre = Centre::none(5);
        reduce(&mut centre, &vectors, 2).unwrap();
        let (first, second) = centre.basis.split_at(5);
        assert!(dot(first, second).abs() < 1e-5 && (dot(first, first) - 1.0).abs() < 1e-5, "{:?}", centre.basis);
        assert!(first[1].abs().max(second[1].abs()) > 0.9 && first[3].abs().max(second[3].abs()) > 0.9);
        assert_eq!((centre.width(), Centre::none(5).width()), (2, 5));
        assert!(reduce(&mut Centre::none(5), &vectors, 6).is_err());
    }
}
