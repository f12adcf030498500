//! Fits vectors of words to a catalogue's model, so that texts can be compared with the items without it.
//!
//! The vector x of each word is chosen so that sums of them are near the model's vectors y of texts, by least squares
//! with a small ridge: the sum over the texts of |a X - y|^2, plus RIDGE |X|^2, is least. A text of n words has
//! n^(-1/2) in its row of a, so that a sum of unrelated words has length 1. Frequent words that say little get short vectors,
//! so no further weights are needed.
//!
//! The vectors are then reduced to the directions that matter for the scores of the items (a principal component analysis
//! in which the items' covariance measures the error) and quantized with one step for all components. On two shops this
//! keeps a tenth more of the ten nearest items than 4 bits a component do, in half of the bytes. Must not know feeds or how
//! a model reads.

use std::collections::BTreeMap;

use crate::eigen::{Eigen, eigen, second_moments};
use anyhow::{Context, Result, anyhow};
use nearmind_core::{
    catalog::WordVectors,
    vectors::{
        Matrix, Query,
        arithmetic::{add_scaled, dot},
    },
};

/// The weight of the ridge. From .1 to 1, the lists of two shops differ little.
const RIDGE: f32 = 0.3;
/// Components of a word.
const COMPONENTS: usize = 128;
/// The step of the components, relative to their standard deviation over all words.
const STEP: f32 = 0.7;
/// The most items that the directions are chosen for, evenly spaced.
const MAX_ITEMS: usize = 5000;
/// Iterations of the conjugate gradient method. The error falls by a factor of a thousand.
const ITERATIONS: usize = 30;
/// A direction with less than this part of the largest variance of the items is no direction of theirs.
const MIN_VARIANCE: f64 = 1e-4;

/// A text that the vectors are fitted to.
pub struct Example {
    /// Its words, as terms.
    pub terms: Vec<String>,
    /// The model's vector in the catalogue's space, of length 1. `[H]`
    pub vector: Vec<f32>,
}

/// The vectors of `words`, which are sorted terms, for the catalogue with the items `matrix` `[N, H]`.
///
/// # Errors
/// If the eigenvalues cannot be computed.
pub fn fit(words: &[String], examples: &[Example], matrix: &Matrix) -> Result<WordVectors> {
    let index: BTreeMap<&str, usize> = words.iter().enumerate().map(|(at, word)| (word.as_str(), at)).collect();
    let rows: Vec<Vec<usize>> = examples
        .iter()
        .map(|example| example.terms.iter().filter_map(|term| index.get(term.as_str()).copied()).collect())
        .collect();
    let targets: Vec<&[f32]> = examples.iter().map(|example| example.vector.as_slice()).collect();
    let vectors = least_squares(words.len(), &rows, &targets, matrix.width());
    let (components, directions) = reduce(&vectors, matrix)?;
    let variance =
        components.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>() / components.len().max(1) as f64;
    let step = (STEP * variance.sqrt() as f32).max(f32::MIN_POSITIVE);
    WordVectors::quantize(words, &components, &directions, step).ok_or_else(|| anyhow!("the words exceed 4 GiB"))
}

/// Solves the least squares problem by the conjugate gradient method (Hestenes and Stiefel 1952) on its normal equations,
/// for all H columns together. `rows` has the words of each text. Returns `[words, H]`.
fn least_squares(words: usize, rows: &[Vec<usize>], targets: &[&[f32]], width: usize) -> Vec<f32> {
    let weight = |row: &[usize]| 1.0 / (row.len() as f32).sqrt();
    // The residual of X = 0: the texts' vectors, summed by word.
    let mut residual = vec![0.0; words * width];
    for (row, target) in rows.iter().zip(targets) {
        row.iter().for_each(|&word| add_scaled(&mut residual[word * width..][..width], weight(row), target));
    }
    let mut solution = vec![0.0; words * width];
    let mut direction = residual.clone();
    let mut before = column_products(&residual, &residual, width);
    for _ in 0..ITERATIONS {
        let mut image: Vec<f32> = direction.iter().map(|value| RIDGE * value).collect();
        let mut text = vec![0.0; width];
        for row in rows {
            text.fill(0.0);
            row.iter().for_each(|&word| add_scaled(&mut text, 1.0, &direction[word * width..][..width]));
            let squared = weight(row) * weight(row);
            row.iter().for_each(|&word| add_scaled(&mut image[word * width..][..width], squared, &text));
        }
        let curvature = column_products(&direction, &image, width);
        let steps: Vec<f32> = before.iter().zip(&curvature).map(|(&a, &b)| quotient(a, b)).collect();
        add_columns(&mut solution, &steps, &direction);
        let back: Vec<f32> = steps.iter().map(|step| -step).collect();
        add_columns(&mut residual, &back, &image);
        let after = column_products(&residual, &residual, width);
        let factors: Vec<f32> = after.iter().zip(&before).map(|(&a, &b)| quotient(a, b)).collect();
        for (direction, residual) in direction.chunks_exact_mut(width).zip(residual.chunks_exact(width)) {
            let columns = direction.iter_mut().zip(residual).zip(&factors);
            columns.for_each(|((direction, residual), factor)| *direction = residual + factor * *direction);
        }
        before = after;
    }
    solution
}

/// The product of two columns, for each column of `[N, H]`. `[H]`
fn column_products(a: &[f32], b: &[f32], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += f64::from(*a) * f64::from(*b));
    }
    sums
}

/// Adds to each row of `sum` `[N, H]` that of `values`, each column with its factor `[H]`.
fn add_columns(sum: &mut [f32], factors: &[f32], values: &[f32]) {
    for (sum, values) in sum.chunks_exact_mut(factors.len()).zip(values.chunks_exact(factors.len())) {
        sum.iter_mut().zip(values).zip(factors).for_each(|((sum, value), factor)| *sum += factor * value);
    }
}

/// `a / b`; 0 where b is 0, because that column is solved.
fn quotient(a: f64, b: f64) -> f32 {
    if b > 0.0 { (a / b) as f32 } else { 0.0 }
}

/// Reduces vectors `[words, H]` to the directions in which the items' scores of the words vary most. Returns the components
/// `[words, K]` and the directions `[K, H]`.
fn reduce(vectors: &[f32], matrix: &Matrix) -> Result<(Vec<f32>, Vec<f32>)> {
    let width = matrix.width();
    let count = COMPONENTS.min(width);
    let every = matrix.len().div_ceil(MAX_ITEMS).max(1);
    let items: Vec<f32> = (0..matrix.len()).step_by(every).flat_map(|row| matrix.vector(row as u32)).collect();
    let (variances, axes) = directions_of(&items, width)?;
    let least = variances[0] * MIN_VARIANCE;
    // In these coordinates the distance of two vectors is that of their scores, over all items.
    let spreads: Vec<f32> = variances.iter().map(|&variance| variance.max(least).sqrt() as f32).collect();
    let scores: Vec<f32> = vectors
        .chunks_exact(width)
        .flat_map(|vector| axes.chunks_exact(width).zip(&spreads).map(|(axis, spread)| dot(vector, axis) * spread))
        .collect();
    let (_, kept) = directions_of(&scores, width)?;
    let kept = &kept[..count * width];
    let components =
        scores.chunks_exact(width).flat_map(|row| kept.chunks_exact(width).map(|axis| dot(row, axis))).collect();
    let mut directions = Vec::with_capacity(count * width);
    for kept in kept.chunks_exact(width) {
        let mut direction = vec![0.0; width];
        for ((value, axis), spread) in kept.iter().zip(axes.chunks_exact(width)).zip(&spreads) {
            add_scaled(&mut direction, value / spread, axis);
        }
        directions.extend(direction);
    }
    Ok((components, directions))
}

/// The eigenvalues `[H]` of the second moments of `rows` `[N, H]`, largest first, and their unit vectors `[H, H]`.
fn directions_of(rows: &[f32], width: usize) -> Result<(Vec<f64>, Vec<f32>)> {
    let moments = second_moments(rows.chunks_exact(width), width);
    let Eigen { values, vectors } =
        eigen(moments, width).context("the principal components of the words cannot be computed")?;
    Ok((values.into_iter().map(|value| value.max(0.0)).collect(), vectors))
}

/// The share of the `depth` items nearest to each example that are also nearest to the sum of its words, averaged over the
/// examples of which enough words have a vector. `None` if there are none.
pub fn overlap(words: &WordVectors, examples: &[Example], matrix: &Matrix, depth: usize) -> Option<f64> {
    let nearest = |vector: &[f32]| matrix.top_k(&Query::new(vector), depth, f32::NEG_INFINITY, |_| true);
    let shares = examples.iter().filter_map(|example| {
        let own = nearest(&words.text(&example.terms)?);
        let models = nearest(&example.vector);
        let common = own.iter().filter(|hit| models.iter().any(|other| other.row == hit.row)).count();
        Some(common as f64 / models.len().max(1) as f64)
    });
    let shares: Vec<f64> = shares.collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_core::{
        random::SplitMix64,
        vectors::arithmetic::{norm, normalize},
    };

    const WIDTH: usize = 16;

    fn unit(random: &mut SplitMix64) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..WIDTH).map(|_| random.below(2001) as f32 / 1000.0 - 1.0).collect();
        normalize(&mut vector);
        vector
    }

    #[test]
    fn sums_of_known_words_are_found_again() {
        let mut random = SplitMix64(7);
        let words: Vec<String> = (0..40).map(|at| format!("w{at:02}")).collect();
        let truth: Vec<Vec<f32>> = words.iter().map(|_| unit(&mut random)).collect();
        let mut example = |count: usize| {
            let chosen: Vec<usize> = (0..count).map(|_| random.below(words.len())).collect();
            let mut vector = vec![0.0; WIDTH];
            chosen.iter().for_each(|&word| add_scaled(&mut vector, 1.0, &truth[word]));
            normalize(&mut vector);
            Example { terms: chosen.into_iter().map(|word| words[word].clone()).collect(), vector }
        };
        let examples: Vec<Example> = (0..600).map(|nth| example(1 + nth % 3)).collect();
        let items: Vec<f32> = (0..200).flat_map(|_| example(2).vector).collect();
        let tests: Vec<Example> = (0..50).map(|_| example(2)).collect();
        let matrix = Matrix::quantize(WIDTH, &items);
        let fitted = fit(&words, &examples, &matrix).unwrap();
        let found = overlap(&fitted, &tests, &matrix, 10).unwrap();
        assert!(found > 0.7, "{found}");
        let again = fit(&words, &examples, &matrix).unwrap();
        assert_eq!(fitted, again);
        for test in &tests {
            assert!(norm(&fitted.text(&test.terms).unwrap()) > 0.99);
        }
    }
}
