//! Floating-point pieces whose every bit is the same on every target.
//!
//! Only `+ - * /`, `sqrt`, comparisons and integer moves, in one written order: no library call that
//! differs between targets, no fused multiply-add, no sum whose order the compiler may choose. The
//! compiler turns the loops over [`LANES`] into whatever vectors the target has. Must not know models.

/// Partial sums of a reduction. 16 fill one AVX-512 register, or four of SIMD128, which hides the adds' latency.
pub const LANES: usize = 16;

/// Adding and taking it away rounds to the nearest integer, ties to even, for `|x| < 2^22`; the
/// integer then lies in the low bits.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
pub fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
pub fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The nearest integer of `|x| < 128`, ties to even.
#[inline(always)]
pub fn round_i8(x: f32) -> i8 {
    (x + ROUND).to_bits() as i8
}

/// Constants of [`exp2`] and [`gelu`] as loads: kept from the optimiser by `black_box`, once before a
/// loop, they stay out of it. V8 builds a vector constant in three instructions each time it is met.
#[derive(Clone, Copy)]
pub struct Constants<const N: usize>(pub [f32; N]);

impl<const N: usize> Constants<N> {
    #[inline(always)]
    pub fn new(values: [f32; N]) -> Self {
        Constants(std::hint::black_box(values))
    }
}

/// Lowest argument, [`ROUND`], and a polynomial for `2^f` with `|f| <= 1/2`.
pub const EXP2: [f32; 8] =
    [-100.0, ROUND, 0.001_327_646_4, 0.009_675_541, 0.055_507_135, 0.240_221_2, 0.693_146_94, 1.000_000_1];

/// `2^x` for `x <= 0`, relative error below 3e-7; below -100 it stays at `2^-100`.
#[inline(always)]
pub fn exp2(x: f32, Constants([low, round, c @ ..]): Constants<8>) -> f32 {
    let x = max(x, low);
    let shifted = x + round;
    let f = x - (shifted - round);
    let mut p = c[0];
    for c in &c[1..] {
        p = p * f + c;
    }
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Both ends, one half, and an odd polynomial for Φ - 1/2.
pub const GELU: [f32; 12] = [
    -4.4,
    4.4,
    0.5,
    3.569_632_8e-11,
    -3.754_211_2e-9,
    1.740_9e-7,
    -4.724_958_2e-6,
    8.429_387_5e-5,
    -0.001_054_997,
    0.009_643_04,
    -0.066_076_44,
    0.398_761_6,
];

/// `x Φ(x)`, the GELU of the error function, within 4e-5 for all x.
///
/// Φ - 1/2 is odd: `t P(t²)` with t clamped to ±4.4, where the polynomial reaches ±1/2 exactly enough
/// that the tails are 0 and x. What follows is quantized to 8 bits in steps a hundred times as wide.
#[inline(always)]
pub fn gelu(x: f32, Constants([low, high, half, c @ ..]): Constants<12>) -> f32 {
    let t = min(max(x, low), high);
    let u = t * t;
    let mut p = c[0];
    for c in &c[1..] {
        p = p * u + c;
    }
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
    fold(lanes, |a, b| a + b)
}

/// Largest of `of(v)` and `floor`. The length is a multiple of `LANES`.
#[inline(always)]
pub fn largest(values: &[f32], of: impl Fn(f32) -> f32, floor: f32) -> f32 {
    let mut lanes = [floor; LANES];
    for chunk in values.as_chunks::<LANES>().0 {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = max(*lane, of(v));
        }
    }
    fold(lanes, max)
}

#[inline(always)]
fn fold(mut lanes: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for l in 0..width {
            lanes[l] = f(lanes[l], lanes[l + width]);
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp2_is_close_over_its_range() {
        let c = Constants::new(EXP2);
        for i in 0..100_000 {
            let x = -(i as f32) / 1000.0;
            let exact = f64::from(x).exp2();
            assert!((f64::from(exp2(x, c)) / exact - 1.0).abs() < 3e-7, "2^{x}");
        }
        assert_eq!(exp2(f32::NEG_INFINITY, c), exp2(-100.0, c));
        assert!((exp2(0.0, c) - 1.0).abs() < 3e-7);
    }

    #[test]
    fn gelu_is_close_everywhere_and_exact_in_the_tails() {
        let c = Constants::new(GELU);
        // Reference values of x Φ(x).
        for (x, y) in [(-3.0, -0.004_049_694), (-1.0, -0.158_655_25), (0.5, 0.345_731_23), (2.0, 1.954_499_7)] {
            assert!((gelu(x, c) - y).abs() < 4e-5, "gelu({x}) = {} not {y}", gelu(x, c));
        }
        for i in 0..200 {
            let x = 4.4 + i as f32 / 10.0;
            assert!(
                (gelu(x, c) - x).abs() < 2e-4 && gelu(-x, c).abs() < 2e-4,
                "tail at {x}: {} {}",
                gelu(x, c),
                gelu(-x, c)
            );
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_and_ties_to_even() {
        for (x, q) in [(0.5, 0), (1.5, 2), (-0.5, 0), (-1.5, -2), (126.6, 127), (-127.0, -127), (0.0, 0)] {
            assert_eq!(round_i8(x), q);
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
