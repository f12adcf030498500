//! Floating-point pieces whose every bit is the same on every target.
//!
//! Only `+ - * /`, `sqrt`, comparisons and integer moves, in one written order: no library call that
//! differs between targets, no fused multiply-add, no sum whose order the compiler may choose. The
//! compiler turns the loops over [`LANES`] into whatever vectors the target has. Must not know models.

/// Partial sums of a reduction. 16 fill one AVX-512 register, or four of SIMD128, which hides the adds' latency.
pub const LANES: usize = 16;

/// Adding and taking it away rounds to the nearest integer, ties to even, for `|x| < 2^22`; the
/// integer then lies in the low bits.
pub const ROUND: f32 = 12_582_912.0;

#[inline(always)]
pub fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
pub fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Constants that stay in registers or memory through a loop: `black_box` hides from the optimiser what
/// they are. V8 builds a vector constant in three instructions each time that it is met.
#[derive(Clone, Copy)]
pub struct Constants<const N: usize>([f32; N]);

impl<const N: usize> Constants<N> {
    #[inline(always)]
    pub fn new(values: [f32; N]) -> Self {
        Constants(std::hint::black_box(values))
    }
}

/// log2(e), lowest argument, [`ROUND`], and a polynomial for `2^f` with `|f| <= 1/2`.
pub const EXP: [f32; 9] = [
    std::f32::consts::LOG2_E,
    -100.0,
    ROUND,
    1.000_000_1,
    0.693_146_94,
    0.240_221_2,
    0.055_507_135,
    0.009_675_541,
    0.001_327_646_4,
];

/// `e^x` for `x <= 0`, relative error below 4e-7 near 0 and 1e-5 far from it; at least `2^-100`.
///
/// Both polynomials here are in Estrin's order: half the steps of Horner's wait for the step before.
#[inline(always)]
pub fn exp(x: f32, Constants([log2_e, low, round, c0, c1, c2, c3, c4, c5]): Constants<9>) -> f32 {
    let x = max(x * log2_e, low);
    let shifted = x + round;
    let f = x - (shifted - round);
    let f2 = f * f;
    let p = (c0 + c1 * f) + f2 * ((c2 + c3 * f) + f2 * (c4 + c5 * f));
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Both ends, one half, and an odd polynomial for Φ - 1/2.
pub const GELU: [f32; 11] = [
    -4.2,
    4.2,
    0.5,
    0.398_466_2,
    -0.065_528_76,
    0.009_298_537,
    -0.000_950_736_4,
    6.690_132e-5,
    -3.038_706e-6,
    7.944_234e-8,
    -9.021_874_4e-10,
];

/// `x Φ(x)`, the GELU of the error function, within 1e-4 for all x.
///
/// Φ - 1/2 is odd: `t P(t²)` with t clamped to where the polynomial reaches ±1/2, so that the tails are 0
/// and x. What follows is quantized to 8 bits in steps a hundred times as wide.
#[inline(always)]
pub fn gelu(x: f32, Constants([low, high, half, c0, c1, c2, c3, c4, c5, c6, c7]): Constants<11>) -> f32 {
    let t = min(max(x, low), high);
    let u = t * t;
    let u2 = u * u;
    let p = ((c0 + c1 * u) + u2 * (c2 + c3 * u)) + (u2 * u2) * ((c4 + c5 * u) + u2 * (c6 + c7 * u));
    x * (t * p + half)
}

/// Sum in a fixed order: [`LANES`] partial sums, then halves on halves. The length is a multiple of `LANES`.
#[inline(always)]
pub fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    for chunk in values.as_chunks::<LANES>().0 {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += of(v);
        }
    }
    // Hidden from the optimiser, or it computes half a vector at a time to please the first of these steps.
    let lanes = std::hint::black_box(lanes);
    let eight: [f32; 8] = std::array::from_fn(|l| lanes[l] + lanes[l + 8]);
    let four: [f32; 4] = std::array::from_fn(|l| eight[l] + eight[l + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_over_its_range() {
        let c = Constants::new(EXP);
        for i in 0..60_000 {
            let x = -(i as f32) / 1000.0;
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x, c)) / exact - 1.0).abs();
            assert!(error < if x > -1.0 { 4e-7 } else { 1e-5 }, "e^{x}: {error}");
        }
        assert_eq!(exp(f32::NEG_INFINITY, c), exp(-100.0, c));
        assert!((exp(0.0, c) - 1.0).abs() < 3e-7);
    }

    #[test]
    fn gelu_is_close_everywhere_and_exact_in_the_tails() {
        let c = Constants::new(GELU);
        let gelu = |x| gelu(x, c);
        // Reference values of x Φ(x).
        for (x, y) in [(-3.0, -0.004_049_694), (-1.0, -0.158_655_25), (0.5, 0.345_731_23), (2.0, 1.954_499_7)] {
            assert!((gelu(x) - y).abs() < 1e-4, "gelu({x}) = {} not {y}", gelu(x));
        }
        for i in 0..200 {
            let x = 4.4 + i as f32 / 10.0;
            assert!((gelu(x) - x).abs() < 2e-4 && gelu(-x).abs() < 2e-4, "tail at {x}: {} {}", gelu(x), gelu(-x));
        }
    }

    #[test]
    fn sums_have_one_order() {
        let values: Vec<f32> = (0..64).map(|i| (i as f32).sin() * 1e3).collect();
        let mut lanes = [0.0f32; LANES];
        for (i, v) in values.iter().enumerate() {
            lanes[i % LANES] += v * v;
        }
        for width in [8, 4, 2, 1] {
            for l in 0..width {
                lanes[l] += lanes[l + width];
            }
        }
        assert_eq!(sum(&values, |v| v * v).to_bits(), lanes[0].to_bits());
    }
}
