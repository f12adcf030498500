//! Rating prediction: biases of visitors and items, plus ridge regressions on the frozen item vectors, one over all
//! ratings and one for each visitor.
//!
//! ```text
//! r(u, i) = mean + b_u + b_i + w . x_i + w_u . x_i
//! ```
//! Each term is fitted to the residuals of the earlier ones. Biases are shrunk means (Koren 2008); w is fitted to all
//! ratings, w_u to those of the visitor (ridge regression: Hoerl and Kennard 1970). A random tenth of the ratings is
//! held out. Must not know lists.

use std::collections::BTreeMap;

use faer::{
    Mat, Side,
    linalg::solvers::{DenseSolveCore, Solve},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use nearmind::cli::interactions::Interactions;
use nearmind_core::vectors::Matrix;

/// Added to the number of ratings that a bias is the mean of.
const VISITOR_SHRINKAGE: f64 = 5.0;
const ITEM_SHRINKAGE: f64 = 5.0;
/// L2 penalties of the regression over all ratings and of each visitor's own.
const RIDGE: f64 = 50.0;
const VISITOR_RIDGE: f64 = 10.0;
/// A visitor's own regression uses this many of their latest ratings.
const MAX_VISITOR_RATINGS: usize = 400;
/// With fewer ratings to train on, nothing is predicted.
const MIN_RATINGS: usize = 100;

/// A rating of the item at `row`, in the units of the data set.
struct Rating {
    visitor: usize,
    row: u32,
    value: f64,
}

/// Returns RMSE, MAE and MSE of each predictor by name; `None` if there are too few ratings.
pub fn predict(
    interactions: &Interactions,
    matrix: &Matrix,
    seed: u64,
) -> Option<BTreeMap<String, BTreeMap<String, f64>>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (visitor, events) in interactions.visitors.values().enumerate() {
        for event in events {
            let Some(value) = event.value else { continue };
            let rating = Rating { visitor, row: event.row, value: f64::from(value) };
            if random.random_range(0..10) == 0 { test.push(rating) } else { train.push(rating) }
        }
    }
    if train.len() < MIN_RATINGS || test.is_empty() {
        return None;
    }
    let mean = train.iter().map(|rating| rating.value).sum::<f64>() / train.len() as f64;
    let mut residuals: Vec<f64> = train.iter().map(|rating| rating.value - mean).collect();
    let mut predicted = vec![mean; test.len()];
    let mut found = BTreeMap::from([("mean".to_owned(), errors(&test, &predicted))]);
    let visitor = |rating: &Rating| rating.visitor;
    let item = |rating: &Rating| rating.row as usize;
    let visitors = interactions.visitors.len();
    fit_biases((&train, &mut residuals), (&test, &mut predicted), (visitors, VISITOR_SHRINKAGE), visitor);
    fit_biases((&train, &mut residuals), (&test, &mut predicted), (matrix.len(), ITEM_SHRINKAGE), item);
    found.insert("biases".to_owned(), errors(&test, &predicted));
    if let Some(weights) = fit_ridge(&train, &residuals, matrix) {
        let predict = |row: u32| dot(&matrix.vector(row), &weights);
        residuals.iter_mut().zip(&train).for_each(|(residual, rating)| *residual -= predict(rating.row));
        predicted.iter_mut().zip(&test).for_each(|(predicted, rating)| *predicted += predict(rating.row));
        found.insert("biases+content".to_owned(), errors(&test, &predicted));
    }
    fit_visitor_ridges((&train, &residuals), matrix, (&test, &mut predicted));
    found.insert("biases+content+visitor".to_owned(), errors(&test, &predicted));
    Some(found)
}

/// Fits a bias for each group of ratings: the shrunk mean of its residuals. Subtracts it from the residuals and adds it
/// to the predictions. `group` returns a rating's group, below `groups`.
fn fit_biases(
    (train, residuals): (&[Rating], &mut [f64]),
    (test, predicted): (&[Rating], &mut [f64]),
    (groups, shrinkage): (usize, f64),
    group: impl Fn(&Rating) -> usize,
) {
    let mut sums = vec![(0.0, 0.0); groups];
    for (rating, residual) in train.iter().zip(residuals.iter()) {
        sums[group(rating)].0 += residual;
        sums[group(rating)].1 += 1.0;
    }
    let bias = |rating: &Rating| sums[group(rating)].0 / (sums[group(rating)].1 + shrinkage);
    residuals.iter_mut().zip(train).for_each(|(residual, rating)| *residual -= bias(rating));
    predicted.iter_mut().zip(test).for_each(|(predicted, rating)| *predicted += bias(rating));
}

/// The weights of the ridge regression of all residuals on the item vectors. `[H]`
fn fit_ridge(train: &[Rating], residuals: &[f64], matrix: &Matrix) -> Option<Vec<f64>> {
    let width = matrix.width();
    // The sum of the residuals and their number, by item.
    let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (rating, residual) in train.iter().zip(residuals) {
        let sums = sums.entry(rating.row).or_default();
        *sums = (sums.0 + residual, sums.1 + 1.0);
    }
    let rows: Vec<(u32, (f64, f64))> = sums.into_iter().collect();
    let vectors: Vec<Vec<f32>> = rows.iter().map(|row| matrix.vector(row.0)).collect();
    let weighted = Mat::from_fn(rows.len(), width, |at, h| f64::from(vectors[at][h]) * rows[at].1.1.sqrt());
    let mut gram = weighted.transpose() * &weighted;
    (0..width).for_each(|h| gram[(h, h)] += RIDGE);
    let right = Mat::from_fn(width, 1, |h, _| {
        rows.iter().zip(&vectors).map(|(row, vector)| row.1.0 * f64::from(vector[h])).sum::<f64>()
    });
    let solved = gram.llt(Side::Lower).ok()?.solve(&right);
    Some((0..width).map(|h| solved[(h, 0)]).collect())
}

/// Adds the ridge regression of each visitor's residuals to the predictions. It is solved in its dual form, over
/// ratings instead of vector components, because a visitor has few ratings.
fn fit_visitor_ridges(
    (train, residuals): (&[Rating], &[f64]),
    matrix: &Matrix,
    (test, predicted): (&[Rating], &mut [f64]),
) {
    let mut rated: BTreeMap<usize, Vec<(u32, f64)>> = BTreeMap::new();
    for (rating, residual) in train.iter().zip(residuals) {
        rated.entry(rating.visitor).or_default().push((rating.row, *residual));
    }
    let mut by_visitor: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    test.iter().enumerate().for_each(|(at, rating)| by_visitor.entry(rating.visitor).or_default().push(at));
    for (visitor, tests) in by_visitor {
        let Some(rated) = rated.get(&visitor) else { continue };
        let rated = &rated[rated.len().saturating_sub(MAX_VISITOR_RATINGS)..];
        let similarity = |a: u32, b: u32| f64::from(matrix.similarity(a, b));
        let kernel = Mat::from_fn(rated.len(), rated.len(), |a, b| {
            similarity(rated[a].0, rated[b].0) + if a == b { VISITOR_RIDGE } else { 0.0 }
        });
        let Ok(factor) = kernel.llt(Side::Lower) else { continue };
        let weights = factor.inverse() * Mat::from_fn(rated.len(), 1, |at, _| rated[at].1);
        for at in tests {
            let terms = rated.iter().enumerate().map(|(n, own)| weights[(n, 0)] * similarity(own.0, test[at].row));
            predicted[at] += terms.sum::<f64>();
        }
    }
}

/// RMSE, MAE and MSE of the predictions.
fn errors(test: &[Rating], predicted: &[f64]) -> BTreeMap<String, f64> {
    let mean = |error: fn(f64) -> f64| {
        let errors = test.iter().zip(predicted).map(|(rating, predicted)| error(rating.value - predicted));
        errors.sum::<f64>() / test.len() as f64
    };
    let squared = mean(|error| error * error);
    BTreeMap::from([
        ("RMSE".to_owned(), squared.sqrt()),
        ("MAE".to_owned(), mean(f64::abs)),
        ("MSE".to_owned(), squared),
    ])
}

fn dot(vector: &[f32], weights: &[f64]) -> f64 {
    vector.iter().zip(weights).map(|(a, b)| f64::from(*a) * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind::cli::interactions::Interaction;
    use nearmind_core::profile::EventName;

    #[test]
    fn errors_match_values_computed_by_hand() {
        let rating = |value| Rating { visitor: 0, row: 0, value };
        let errors = errors(&[rating(4.0), rating(2.0)], &[3.0, 5.0]);
        assert!((errors["RMSE"] - 5f64.sqrt()).abs() < 1e-12);
        assert_eq!((errors["MAE"], errors["MSE"]), (2.0, 5.0));
    }

    #[test]
    fn biases_and_preferences_are_fitted() {
        // Even visitors prefer vectors of one direction, odd visitors the other; visitors 0 to 9 give a star less.
        let matrix = Matrix::quantize(2, &[1.0, 0.2, -1.0, 0.2].repeat(20));
        let events = |visitor: usize| {
            let value = |row: u32| {
                let preference = if (row.is_multiple_of(2)) == (visitor.is_multiple_of(2)) { 1.0 } else { -1.0 };
                3.0 + preference - if visitor < 10 { 1.0 } else { 0.0 }
            };
            (0..40)
                .map(|row| Interaction {
                    row,
                    name: EventName::Purchase,
                    time: None,
                    value: Some(value(row)),
                    fact_set: 0,
                })
                .collect()
        };
        let visitors = (0..40).map(|visitor| (format!("{visitor:02}"), events(visitor))).collect();
        let mut interactions = Interactions::default();
        interactions.visitors = visitors;
        let found = predict(&interactions, &matrix, 3).unwrap();
        assert!(found["biases"]["RMSE"] < found["mean"]["RMSE"] - 0.05);
        assert!(found["biases+content+visitor"]["RMSE"] < 0.4 * found["biases"]["RMSE"], "{found:?}");
        assert!(predict(&Interactions::default(), &matrix, 3).is_none());
    }
}
