//! Floating-point functions whose results are the same, bit for bit, on every target.
//!
//! They use only `+ - * /`, `sqrt`, comparisons and integer moves, in a fixed order: no library calls that
//! differ between targets, no fused multiply-add, no sums that the compiler may reorder. The compiler vectorises
//! the loops over [`LANES`] for each target. Must not know models.

/// The number of partial sums of a reduction. 16 fill one AVX-512 register, or four of SIMD128, which hides the
/// latency of additions.
pub const LANES: usize = 16;

/// Adding and then subtracting it rounds to the nearest integer, ties to even, for `|x| < 2^22`. After the addition,
/// the low bits hold the integer.
pub const ROUND: f32 = 12_582_912.0;

#[inline(always)]
pub fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
pub fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Constants that stay in registers or memory during a loop, because `black_box` hides their values from the optimiser.
/// V8 would build a vector constant with three instructions at each use.
#[derive(Clone, Copy)]
pub struct Constants<const N: usize>([f32; N]);

impl<const N: usize> Constants<N> {
    #[inline(always)]
    pub fn new(values: [f32; N]) -> Self {
        Constants(std::hint::black_box(values))
    }
}

/// The constants of [`exp()`]: log2(e), the lowest argument, [`ROUND`], and a polynomial for `2^f` with `|f| <= 1/2`.
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

/// `e^x` for `x <= 0`, with a relative error below 4e-7 for `x > -1` and below 1e-5 elsewhere; at least `2^-100`.
///
/// Both polynomials of this file use Estrin's scheme, whose dependency chain is half as long as Horner's.
#[inline(always)]
pub fn exp(x: f32, Constants([log2_e, low, round, c0, c1, c2, c3, c4, c5]): Constants<9>) -> f32 {
    let x = max(x * log2_e, low);
    let shifted = x + round;
    let f = x - (shifted - round);
    let f2 = f * f;
    let p = (c0 + c1 * f) + f2 * ((c2 + c3 * f) + f2 * (c4 + c5 * f));
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// The constants of [`gelu`]: both clamping bounds, one half, and an odd polynomial for Φ - 1/2.
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

/// `x Φ(x)`, the exact GELU, within 1e-4 for all x.
///
/// Φ - 1/2 is odd: `t P(t²)`, with t clamped to where the polynomial reaches ±1/2, so that the tails are 0 and x.
/// The result is then quantized to 8 bits, in steps a hundred times as wide as the error.
#[inline(always)]
pub fn gelu(x: f32, Constants([low, high, half, c0, c1, c2, c3, c4, c5, c6, c7]): Constants<11>) -> f32 {
    let t = min(max(x, low), high);
    let u = t * t;
    let u2 = u * u;
    let p = ((c0 + c1 * u) + u2 * (c2 + c3 * u)) + (u2 * u2) * ((c4 + c5 * u) + u2 * (c6 + c7 * u));
    x * (t * p + half)
}

/// Sums `of(value)` in a fixed order: [`LANES`] partial sums, which are then added in halves. The length must be a
/// multiple of `LANES`.
#[inline(always)]
pub fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    for chunk in values.as_chunks::<LANES>().0 {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += of(v);
        }
    }
    // Hidden from the optimiser, which would otherwise use half vectors in the loop to suit the first addition below.
    let lanes = std::hint::black_box(lanes);
    let eight: [f32; 8] = std::array::from_fn(|l| lanes[l] + lanes[l + 8]);
    let four: [f32; 4] = std::array::from_fn(|l| eight[l] + eight[l + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_accurate_over_its_range() {
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
    fn gelu_is_accurate_everywhere() {
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
    fn sums_have_a_fixed_order() {
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
