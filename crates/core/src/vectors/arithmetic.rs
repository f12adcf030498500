//! Dot product and norm in f32. Sums run in eight lanes and are added in a fixed order, so that every target computes
//! the same bits, whatever its register width. Rust never fuses a multiplication and an addition by itself.

/// Returns the dot product of `a` and `b`, which must have the same length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut lanes = [0f32; 8];
    for (a, b) in a.zip(b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + tail
}

/// Returns the Euclidean length.
pub fn norm(vector: &[f32]) -> f32 {
    dot(vector, vector).sqrt()
}

/// Scales `vector` to length 1. A zero vector stays zero.
pub fn normalize(vector: &mut [f32]) {
    let length = norm(vector);
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
}

/// `to += factor * from`, as BLAS's `axpy`.
pub fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}
