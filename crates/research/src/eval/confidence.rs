//! How certain a metric is: confidence intervals by bootstrap, and paired tests between two scorers.
//!
//! Visitors are resampled instead of test cases, because the cases of one visitor are not independent. Must not know
//! what is measured.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Bootstrap samples. With many visitors there are fewer, since the intervals are narrow anyway.
const MAX_SAMPLES: usize = 1000;
const MIN_SAMPLES: usize = 100;
/// The most visitors to draw over all samples.
const MAX_DRAWS: usize = 4_000_000;

/// The visitor of each row (test case).
pub struct Visitors {
    /// The index of the visitor, by row.
    by_row: Vec<usize>,
    count: usize,
}

impl Visitors {
    /// Takes the visitor's name of each row.
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut number = |name| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        };
        let by_row: Vec<usize> = names.map(&mut number).collect();
        Self { by_row, count: numbers.len() }
    }

    /// The number of visitors.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The sum of the values and the number of rows of each visitor.
    fn sums(&self, values: &[f64]) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); self.count];
        for (&visitor, value) in self.by_row.iter().zip(values) {
            sums[visitor].0 += value;
            sums[visitor].1 += 1.0;
        }
        sums
    }

    /// The 95% bootstrap confidence interval of the mean over rows (percentile method), resampling visitors.
    pub fn interval(&self, values: &[f64], seed: u64) -> [f64; 2] {
        let sums = self.sums(values);
        if sums.is_empty() {
            return [0.0; 2];
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let samples = (MAX_DRAWS / sums.len()).clamp(MIN_SAMPLES, MAX_SAMPLES);
        let mut draw = |_| {
            let drawn = (0..sums.len()).map(|_| sums[random.random_range(0..sums.len())]);
            let (sum, rows) = drawn.fold((0.0, 0.0), |total, one| (total.0 + one.0, total.1 + one.1));
            sum / rows
        };
        let mut means: Vec<f64> = (0..samples).map(&mut draw).collect();
        means.sort_by(f64::total_cmp);
        [means[samples / 40], means[samples - 1 - samples / 40]]
    }

    /// The p-value of the difference between two scorers: a two-sided paired t-test of the visitors' mean differences.
    /// The normal distribution stands for Student's, which is close enough for the number of visitors of an evaluation.
    pub fn p_value(&self, values: &[f64], others: &[f64]) -> f64 {
        let differences: Vec<f64> = values.iter().zip(others).map(|(a, b)| a - b).collect();
        let means: Vec<f64> = self.sums(&differences).iter().map(|(sum, rows)| sum / rows).collect();
        let len = means.len() as f64;
        let mean = means.iter().sum::<f64>() / len;
        let variance = means.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (len - 1.0).max(1.0);
        if variance == 0.0 { if mean == 0.0 { 1.0 } else { 0.0 } } else { two_sided(mean / (variance / len).sqrt()) }
    }
}

/// 2 (1 - Phi(|z|)) by Abramowitz and Stegun 7.1.26, with an error of at most 1.5e-7.
fn two_sided(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    t * series.iter().fold(0.0, |sum, factor| sum * t + factor) * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sided_p_values_match_the_normal_distribution() {
        for (z, expected) in [(0.0, 1.0), (1.0, 0.317_31), (1.959_964, 0.05), (-2.575_829, 0.01)] {
            assert!((two_sided(z) - expected).abs() < 1e-5, "{z}: {}", two_sided(z));
        }
    }

    #[test]
    fn an_interval_contains_the_mean_and_narrows_with_visitors() {
        let width = |count: usize| {
            let names: Vec<String> = (0..count).map(|nth| nth.to_string()).collect();
            let values: Vec<f64> = (0..count).map(|nth| f64::from(nth % 4 == 0)).collect();
            let [low, high] = Visitors::new(names.iter().map(String::as_str)).interval(&values, 1);
            assert!(low <= 0.25 && 0.25 <= high, "{low} {high}");
            high - low
        };
        // The standard error of a quarter of 400 is 0.0217; the interval is four of them wide, 0.085.
        assert!((width(400) - 0.085).abs() < 0.015 && width(40) > 2.5 * width(400));
    }

    #[test]
    fn rows_of_one_visitor_count_as_one_sample() {
        let visitors = Visitors::new(["a", "a", "b"].into_iter());
        assert_eq!(visitors.count(), 2);
        assert_eq!(visitors.p_value(&[1.0, 0.0, 1.0], &[1.0, 0.0, 1.0]), 1.0);
        let many: Vec<String> = (0..100).map(|nth| nth.to_string()).collect();
        let many = Visitors::new(many.iter().map(String::as_str));
        let (better, noise): (Vec<f64>, Vec<f64>) =
            (0..100).map(|nth| (f64::from(nth % 2) + 0.5, f64::from((nth / 2) % 2))).unzip();
        assert!(many.p_value(&better, &noise) < 1e-6);
        assert!(many.p_value(&noise, &better.iter().map(|value| value - 0.5).collect::<Vec<_>>()) > 0.9);
    }
}
