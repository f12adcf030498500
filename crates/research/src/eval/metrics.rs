//! Metrics of one list, with the names and formulas of LensKit, RecBole and Microsoft Recommenders.
//!
//! Must not know how a list was made.

use nearmind_core::vectors::Matrix;

/// Length of a list.
pub const K: usize = 10;

/// The names of the metrics, in the order of [`measure`].
pub const NAMES: [&str; 13] = [
    "HitRate@10",
    "NDCG@10",
    "Recall@10",
    "Precision@10",
    "F1@10",
    "MRR@10",
    "MAP@10",
    "AUC",
    "AveragePopularity@10",
    "TailPercentage@10",
    "Novelty",
    "ILD@10",
    "Serendipity@10",
];
pub const HIT_RATE: usize = 0;
pub const NDCG: usize = 1;
pub const RECALL: usize = 2;

/// What the metrics need to know of the items.
pub struct ItemStatistics<'a> {
    /// The number of training interactions of each item. `[N]`
    pub counts: &'a [u32],
    /// Whether each item is among the least popular tenth. `[N]`
    pub tail: &'a [bool],
    /// The number of all training interactions.
    pub interactions: f64,
    /// Centred unit vectors, for diversity and serendipity.
    pub matrix: &'a Matrix,
}

impl<'a> ItemStatistics<'a> {
    pub fn new(counts: &'a [u32], tail: &'a [bool], matrix: &'a Matrix) -> Self {
        let interactions = counts.iter().map(|&count| f64::from(count)).sum();
        Self { counts, tail, interactions, matrix }
    }
}

/// Measures one list against its targets. `scores` `[N]` are those that the list was ranked by, minus infinity for
/// items that are not candidates. `target_count` includes targets that are not in the catalogue, which no scorer can
/// find.
pub fn measure(
    items: &ItemStatistics,
    scores: &[f32],
    list: &[u32],
    history: &[u32],
    targets: &[u32],
    target_count: usize,
) -> [f64; 13] {
    let hits: Vec<usize> = (0..list.len()).filter(|&rank| targets.contains(&list[rank])).collect();
    let count = hits.len() as f64;
    let (precision, recall) = (count / K as f64, count / target_count as f64);
    let ideal: f64 = (0..target_count.min(K)).map(discount).sum();
    let average: f64 = hits.iter().enumerate().map(|(nth, &rank)| (nth as f64 + 1.0) / (rank as f64 + 1.0)).sum();
    let mean = |sum: f64| if list.is_empty() { 0.0 } else { sum / list.len() as f64 };
    let share = |&row: &u32| f64::from(items.counts[row as usize].max(1)) / items.interactions.max(1.0);
    let novelty = |row: &u32| -share(row).log2();
    [
        if hits.is_empty() { 0.0 } else { 1.0 },
        hits.iter().map(|&rank| discount(rank)).sum::<f64>() / ideal,
        recall,
        precision,
        if count > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
        hits.first().map_or(0.0, |&rank| 1.0 / (rank as f64 + 1.0)),
        average / target_count.min(K) as f64,
        auc(scores, targets),
        mean(list.iter().map(|&row| f64::from(items.counts[row as usize])).sum()),
        mean(list.iter().filter(|&&row| items.tail[row as usize]).count() as f64),
        mean(list.iter().map(novelty).sum()),
        diversity(items.matrix, list),
        mean(hits.iter().map(|&rank| 1.0 - mean_similarity(items.matrix, list[rank], history)).sum()),
    ]
}

/// The discount of a rank in DCG; the first rank is 0.
pub fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}

/// The probability that a target has a higher score than another candidate; a tie counts as half.
fn auc(scores: &[f32], targets: &[u32]) -> f64 {
    let is_candidate = |score: f32| score > f32::NEG_INFINITY;
    let target_scores: Vec<f32> =
        targets.iter().map(|&row| scores[row as usize]).filter(|&score| is_candidate(score)).collect();
    let Some(most) = target_scores.iter().copied().reduce(f32::max) else { return 0.0 };
    // With one target, as in most data sets, one pass is enough.
    let (mut below, mut ties, mut others) = (0usize, 0usize, 0usize);
    if target_scores.len() == 1 {
        for &score in scores {
            below += usize::from(score < most && is_candidate(score));
            ties += usize::from(score == most);
            others += usize::from(is_candidate(score));
        }
        return if others > 1 { (below as f64 + 0.5 * (ties - 1) as f64) / (others - 1) as f64 } else { 0.5 };
    }
    let mut rest: Vec<f32> = (0..scores.len() as u32)
        .filter(|row| is_candidate(scores[*row as usize]) && !targets.contains(row))
        .map(|row| scores[row as usize])
        .collect();
    rest.sort_by(f32::total_cmp);
    if rest.is_empty() {
        return 0.5;
    }
    let above = |&score: &f32| {
        let (less, not_more) =
            (rest.partition_point(|&other| other < score), rest.partition_point(|&other| other <= score));
        (less + not_more) as f64 / 2.0 / rest.len() as f64
    };
    target_scores.iter().map(above).sum::<f64>() / target_scores.len() as f64
}

/// Intra-list diversity: one minus the mean cosine of all pairs.
fn diversity(matrix: &Matrix, list: &[u32]) -> f64 {
    let pairs = list.iter().enumerate().flat_map(|(at, &a)| list[at + 1..].iter().map(move |&b| (a, b)));
    let (sum, count) =
        pairs.fold((0.0, 0usize), |(sum, count), (a, b)| (sum + f64::from(matrix.similarity(a, b)), count + 1));
    if count > 0 { 1.0 - sum / count as f64 } else { 0.0 }
}

/// The mean cosine of an item with the history; 0 for an empty history.
fn mean_similarity(matrix: &Matrix, row: u32, history: &[u32]) -> f64 {
    let sum: f64 = history.iter().map(|&other| f64::from(matrix.similarity(row, other))).sum();
    if history.is_empty() { 0.0 } else { sum / history.len() as f64 }
}

/// The Gini index of `counts`, zeros included: 0 if all are equal, near 1 if one has everything.
pub fn gini(counts: &[f64]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (len, sum) = (sorted.len() as f64, sorted.iter().sum::<f64>());
    let weighted: f64 =
        sorted.iter().enumerate().map(|(at, count)| (2.0 * (at as f64 + 1.0) - len - 1.0) * count).sum();
    if sum > 0.0 { weighted / (len * sum) } else { 0.0 }
}

/// The `K` rows with the highest scores, best first, ties by row. Rows with minus infinity are no candidates.
pub fn top(scores: &[f32]) -> Vec<u32> {
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(K + 1);
    let mut worst = f32::NEG_INFINITY;
    for (row, &score) in scores.iter().enumerate() {
        if score > worst {
            let at = best.partition_point(|other| other.0 >= score);
            best.insert(at, (score, row as u32));
            best.truncate(K);
            if best.len() == K {
                worst = best[K - 1].0;
            }
        }
    }
    best.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(values: &[f64; 13], name: &str) -> f64 {
        values[NAMES.iter().position(|other| *other == name).unwrap()]
    }

    fn near(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() < 5e-3, "{what}: {found}, not {expected}");
    }

    #[test]
    fn metrics_match_a_list_computed_by_hand() {
        // 12 items. The list has targets at the second and the fourth position; a third target is not in the catalogue.
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0].repeat(6));
        let counts: Vec<u32> = (0..12).map(|row| if row == 11 { 0 } else { 8 }).collect();
        let tail: Vec<bool> = (0..12).map(|row| row == 11).collect();
        let items = ItemStatistics::new(&counts, &tail, &matrix);
        let scores: Vec<f32> =
            (0..12).map(|row| if row == 0 { f32::NEG_INFINITY } else { 12.0 - row as f32 }).collect();
        let list = top(&scores);
        assert_eq!(list, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let values = measure(&items, &scores, &list, &[0], &[2, 4], 3);
        let dcg = 1.0 / 3f64.log2() + 1.0 / 5f64.log2();
        let ideal = 1.0 + 1.0 / 3f64.log2() + 0.5;
        for (name, expected) in [
            ("HitRate@10", 1.0),
            ("NDCG@10", dcg / ideal),
            ("Recall@10", 2.0 / 3.0),
            ("Precision@10", 0.2),
            ("F1@10", 2.0 * 0.2 * (2.0 / 3.0) / (0.2 + 2.0 / 3.0)),
            ("MRR@10", 0.5),
            ("MAP@10", (1.0 / 2.0 + 2.0 / 4.0) / 3.0),
            // Item 2 ranks above 8 of the 9 others, item 4 above 7.
            ("AUC", (8.0 / 9.0 + 7.0 / 9.0) / 2.0),
            ("AveragePopularity@10", 8.0),
            ("TailPercentage@10", 0.0),
            ("Novelty", 11f64.log2()),
            // Five vectors of each direction: 20 of the 45 pairs are equal, 25 are orthogonal.
            ("ILD@10", 25.0 / 45.0),
            // Both hits have the same vector as the history.
            ("Serendipity@10", 0.0),
        ] {
            near(value(&values, name), expected, name);
        }
        let other = measure(&items, &scores, &list, &[1], &[2], 1);
        near(value(&other, "Serendipity@10"), 0.1, "a hit orthogonal to the history");
        near(value(&other, "AUC"), 9.0 / 10.0, "one target");
        assert_eq!(measure(&items, &scores, &list, &[], &[11], 1)[HIT_RATE], 0.0);
    }

    #[test]
    fn gini_of_equal_and_of_concentrated_counts() {
        near(gini(&[1.0; 4]), 0.0, "even");
        near(gini(&[0.0, 0.0, 0.0, 4.0]), 0.75, "one has all");
        near(gini(&[1.0, 3.0]), 0.25, "(2 - 3) 1 + (4 - 3) 3 over 2 x 4");
        near(gini(&[]), 0.0, "nothing");
    }

    #[test]
    fn cosine_and_pearson_match_values_computed_by_hand() {
        let cosine = |u: &[f64], v: &[f64]| {
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            dot(u, v) / (dot(u, u) * dot(v, v)).sqrt()
        };
        let centred = |u: &[f64]| u.iter().map(|x| x - u.iter().sum::<f64>() / 3.0).collect::<Vec<_>>();
        let (u, v) = ([0.6, 0.8, 0.2], [0.7, 0.9, 0.1]);
        near(cosine(&u, &v), 0.9938, "cosine");
        near(cosine(&centred(&u), &centred(&v)), 0.9959, "Pearson");
        let matrix = Matrix::quantize(3, &[0.6, 0.8, 0.2, 0.7, 0.9, 0.1]);
        let length = |v: [f64; 3]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        near(f64::from(matrix.similarity(0, 1)) / length(u) / length(v), 0.9938, "the matrix");
    }
}
