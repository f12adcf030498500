//! Ratings foretold: a visitor's and an item's bias, and a ridge head on the item's frozen vector for each visitor.
//!
//! ```text
//! r(u, i) = mean + b_u + b_i + w . x_i + w_u . x_i
//! ```
//! Biases are means of what the earlier terms leave, shrunk; w is fitted over all ratings, w_u over those of the visitor
//! (Koren 2008 for the biases; ridge: Hoerl and Kennard 1970). A tenth of the ratings is held out, seeded. Must not know
//! lists.

use std::collections::BTreeMap;

use faer::{
    Mat, Side,
    linalg::solvers::{DenseSolveCore, Solve},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use nearmind::cli::interactions::Interactions;
use nearmind_core::vectors::Matrix;

const SHRINK_VISITOR: f64 = 5.0;
const SHRINK_ITEM: f64 = 5.0;
/// Of the head over all ratings and of each visitor's own: how many ratings the vectors have to outweigh.
const RIDGE: f64 = 50.0;
const RIDGE_VISITOR: f64 = 10.0;
/// A visitor's own head is fitted on the latest ratings.
const MOST_RATINGS: usize = 400;
const FEWEST: usize = 100;

struct Rating {
    visitor: usize,
    row: u32,
    value: f64,
}

/// RMSE, MAE and MSE of each predictor by name; `None` where there are too few ratings.
pub fn predict(
    interactions: &Interactions,
    matrix: &Matrix,
    seed: u64,
) -> Option<BTreeMap<String, BTreeMap<String, f64>>> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (visitor, events) in interactions.visitors.values().enumerate() {
        for event in events {
            let Some(value) = event.value else { continue };
            let rating = Rating { visitor, row: event.row, value: f64::from(value) };
            if chance.random_range(0..10) == 0 { test.push(rating) } else { train.push(rating) }
        }
    }
    if train.len() < FEWEST || test.is_empty() {
        return None;
    }
    let mean = train.iter().map(|rating| rating.value).sum::<f64>() / train.len() as f64;
    let mut left: Vec<f64> = train.iter().map(|rating| rating.value - mean).collect();
    let mut foretold = vec![mean; test.len()];
    let mut found = BTreeMap::from([("mean".to_owned(), errors(&test, &foretold))]);
    let visitor = |rating: &Rating| rating.visitor;
    let item = |rating: &Rating| rating.row as usize;
    take(&train, &mut left, &test, &mut foretold, interactions.visitors.len(), SHRINK_VISITOR, visitor);
    take(&train, &mut left, &test, &mut foretold, matrix.len(), SHRINK_ITEM, item);
    found.insert("biases".to_owned(), errors(&test, &foretold));
    if let Some(head) = head(&train, &left, matrix) {
        let at = |row: u32| dot(&matrix.vector(row), &head);
        left.iter_mut().zip(&train).for_each(|(left, rating)| *left -= at(rating.row));
        foretold.iter_mut().zip(&test).for_each(|(foretold, rating)| *foretold += at(rating.row));
        found.insert("biases+content".to_owned(), errors(&test, &foretold));
    }
    own_heads(&train, &left, matrix, &test, &mut foretold);
    found.insert("biases+content+visitor".to_owned(), errors(&test, &foretold));
    Some(found)
}

/// Takes the shrunk mean of what is left of each group out of it, and adds it to what is foretold.
fn take(
    train: &[Rating],
    left: &mut [f64],
    test: &[Rating],
    foretold: &mut [f64],
    groups: usize,
    shrink: f64,
    group: impl Fn(&Rating) -> usize,
) {
    let mut sums = vec![(0.0, 0.0); groups];
    for (rating, left) in train.iter().zip(left.iter()) {
        sums[group(rating)].0 += left;
        sums[group(rating)].1 += 1.0;
    }
    let bias = |rating: &Rating| sums[group(rating)].0 / (sums[group(rating)].1 + shrink);
    left.iter_mut().zip(train).for_each(|(left, rating)| *left -= bias(rating));
    foretold.iter_mut().zip(test).for_each(|(foretold, rating)| *foretold += bias(rating));
}

/// The ridge of what is left on the vectors of the items, all ratings together. `[H]`
fn head(train: &[Rating], left: &[f64], matrix: &Matrix) -> Option<Vec<f64>> {
    let width = matrix.width();
    let mut of_item: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (rating, left) in train.iter().zip(left) {
        let sums = of_item.entry(rating.row).or_default();
        *sums = (sums.0 + left, sums.1 + 1.0);
    }
    let rows: Vec<(u32, (f64, f64))> = of_item.into_iter().collect();
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

/// Adds each visitor's own ridge, solved over the ratings instead of the vectors: they are fewer.
fn own_heads(train: &[Rating], left: &[f64], matrix: &Matrix, test: &[Rating], foretold: &mut [f64]) {
    let mut rated: BTreeMap<usize, Vec<(u32, f64)>> = BTreeMap::new();
    for (rating, left) in train.iter().zip(left) {
        rated.entry(rating.visitor).or_default().push((rating.row, *left));
    }
    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    test.iter().enumerate().for_each(|(at, rating)| wanted.entry(rating.visitor).or_default().push(at));
    for (visitor, tests) in wanted {
        let Some(rated) = rated.get(&visitor) else { continue };
        let rated = &rated[rated.len().saturating_sub(MOST_RATINGS)..];
        let like = |a: u32, b: u32| f64::from(matrix.similarity(a, b));
        let kernel = Mat::from_fn(rated.len(), rated.len(), |a, b| {
            like(rated[a].0, rated[b].0) + if a == b { RIDGE_VISITOR } else { 0.0 }
        });
        let Ok(factor) = kernel.llt(Side::Lower) else { continue };
        let weights = factor.inverse() * Mat::from_fn(rated.len(), 1, |at, _| rated[at].1);
        for at in tests {
            foretold[at] +=
                rated.iter().enumerate().map(|(n, own)| weights[(n, 0)] * like(own.0, test[at].row)).sum::<f64>();
        }
    }
}

fn errors(test: &[Rating], foretold: &[f64]) -> BTreeMap<String, f64> {
    let mean = |error: fn(f64) -> f64| {
        let errors = test.iter().zip(foretold).map(|(rating, foretold)| error(rating.value - foretold));
        errors.sum::<f64>() / test.len() as f64
    };
    let squared = mean(|error| error * error);
    BTreeMap::from([
        ("RMSE".to_owned(), squared.sqrt()),
        ("MAE".to_owned(), mean(f64::abs)),
        ("MSE".to_owned(), squared),
    ])
}

fn dot(vector: &[f32], head: &[f64]) -> f64 {
    vector.iter().zip(head).map(|(a, b)| f64::from(*a) * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind::cli::interactions::Seen;
    use nearmind_core::profile::EventName;

    #[test]
    fn errors_by_hand() {
        let rating = |value| Rating { visitor: 0, row: 0, value };
        let errors = errors(&[rating(4.0), rating(2.0)], &[3.0, 5.0]);
        assert!((errors["RMSE"] - 5f64.sqrt()).abs() < 1e-12);
        assert_eq!((errors["MAE"], errors["MSE"]), (2.0, 5.0));
    }

    #[test]
    fn biases_and_tastes_are_found() {
        // Even visitors like what points one way, odd ones the other; visitors 0 to 9 give a star less.
        let matrix = Matrix::quantize(2, &[1.0, 0.2, -1.0, 0.2].repeat(20));
        let events = |visitor: usize| {
            let value = |row: u32| {
                let taste = if (row.is_multiple_of(2)) == (visitor.is_multiple_of(2)) { 1.0 } else { -1.0 };
                3.0 + taste - if visitor < 10 { 1.0 } else { 0.0 }
            };
            (0..40)
                .map(|row| Seen { row, name: EventName::Purchase, time: None, value: Some(value(row)), set: 0 })
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
