//! The field's metrics of one list, by their names and formulas in LensKit, RecBole and Microsoft Recommenders.
//!
//! Must not know how a list was made.

use nearmind_core::vectors::Matrix;

/// Length of a list.
pub const K: usize = 10;

/// What is measured of each list, in the order of [`measure`].
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

/// What is known of the items.
pub struct Items<'a> {
    /// Training interactions. `[N]`
    pub counts: &'a [u32],
    /// Among the tenth of the items that is least popular. `[N]`
    pub tail: &'a [bool],
    /// All of them together.
    pub interactions: f64,
    /// Centred unit vectors: diversity and surprise are measured by these.
    pub matrix: &'a Matrix,
}

impl<'a> Items<'a> {
    pub fn new(counts: &'a [u32], tail: &'a [bool], matrix: &'a Matrix) -> Self {
        let interactions = counts.iter().map(|&count| f64::from(count)).sum();
        Self { counts, tail, interactions, matrix }
    }
}

/// One list against what came. `scores` `[N]` are those that it was made of, with everything that is no candidate at
/// minus infinity; `wanted` counts targets that cannot be found too.
pub fn measure(
    items: &Items,
    scores: &[f32],
    list: &[u32],
    history: &[u32],
    targets: &[u32],
    wanted: usize,
) -> [f64; 13] {
    let hits: Vec<usize> = (0..list.len()).filter(|&rank| targets.contains(&list[rank])).collect();
    let count = hits.len() as f64;
    let (precision, recall) = (count / K as f64, count / wanted as f64);
    let ideal: f64 = (0..wanted.min(K)).map(discount).sum();
    let average: f64 = hits.iter().enumerate().map(|(nth, &rank)| (nth as f64 + 1.0) / (rank as f64 + 1.0)).sum();
    let mean = |sum: f64| if list.is_empty() { 0.0 } else { sum / list.len() as f64 };
    let part = |&row: &u32| f64::from(items.counts[row as usize].max(1)) / items.interactions.max(1.0);
    let novelty = |row: &u32| -part(row).log2();
    [
        if hits.is_empty() { 0.0 } else { 1.0 },
        hits.iter().map(|&rank| discount(rank)).sum::<f64>() / ideal,
        recall,
        precision,
        if count > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
        hits.first().map_or(0.0, |&rank| 1.0 / (rank as f64 + 1.0)),
        average / wanted.min(K) as f64,
        auc(scores, targets),
        mean(list.iter().map(|&row| f64::from(items.counts[row as usize])).sum()),
        mean(list.iter().filter(|&&row| items.tail[row as usize]).count() as f64),
        mean(list.iter().map(novelty).sum()),
        diversity(items.matrix, list),
        mean(hits.iter().map(|&rank| 1.0 - likeness(items.matrix, list[rank], history)).sum()),
    ]
}

/// What a place of a list counts; the first is 0.
pub fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}

/// How likely a target stands above another candidate; a tie is half.
fn auc(scores: &[f32], targets: &[u32]) -> f64 {
    let is_candidate = |score: f32| score > f32::NEG_INFINITY;
    let own: Vec<f32> = targets.iter().map(|&row| scores[row as usize]).filter(|&score| is_candidate(score)).collect();
    let Some(most) = own.iter().copied().reduce(f32::max) else { return 0.0 };
    // With one target, as most sets have, this is one pass without a search.
    let (mut below, mut ties, mut others) = (0usize, 0usize, 0usize);
    if own.len() == 1 {
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
    own.iter().map(above).sum::<f64>() / own.len() as f64
}

/// One minus the mean cosine of all pairs.
fn diversity(matrix: &Matrix, list: &[u32]) -> f64 {
    let pairs = list.iter().enumerate().flat_map(|(at, &a)| list[at + 1..].iter().map(move |&b| (a, b)));
    let (sum, count) =
        pairs.fold((0.0, 0usize), |(sum, count), (a, b)| (sum + f64::from(matrix.similarity(a, b)), count + 1));
    if count > 0 { 1.0 - sum / count as f64 } else { 0.0 }
}

fn likeness(matrix: &Matrix, row: u32, history: &[u32]) -> f64 {
    let sum: f64 = history.iter().map(|&other| f64::from(matrix.similarity(row, other))).sum();
    if history.is_empty() { 0.0 } else { sum / history.len() as f64 }
}

/// How unevenly `counts` are spread, zeros included: 0 is even, towards 1 one has all.
pub fn gini(counts: &[f64]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (len, sum) = (sorted.len() as f64, sorted.iter().sum::<f64>());
    let weighted: f64 =
        sorted.iter().enumerate().map(|(at, count)| (2.0 * (at as f64 + 1.0) - len - 1.0) * count).sum();
    if sum > 0.0 { weighted / (len * sum) } else { 0.0 }
}

/// The `K` best rows, best first, ties by row; what is at minus infinity is no candidate.
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
    fn a_list_measured_by_hand() {
        // 12 items; the list has the targets at the second and the fourth place, a third target is out of reach.
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0].repeat(6));
        let counts: Vec<u32> = (0..12).map(|row| if row == 11 { 0 } else { 8 }).collect();
        let tail: Vec<bool> = (0..12).map(|row| row == 11).collect();
        let items = Items::new(&counts, &tail, &matrix);
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
            // 2 stands above 8 of the 9 others, 4 above 7.
            ("AUC", (8.0 / 9.0 + 7.0 / 9.0) / 2.0),
            ("AveragePopularity@10", 8.0),
            ("TailPercentage@10", 0.0),
            ("Novelty", 11f64.log2()),
            // Five of each direction: 20 of 45 pairs are equal, 25 are at right angles.
            ("ILD@10", 25.0 / 45.0),
            // Both hits are like the history itself.
            ("Serendipity@10", 0.0),
        ] {
            near(value(&values, name), expected, name);
        }
        let other = measure(&items, &scores, &list, &[1], &[2], 1);
        near(value(&other, "Serendipity@10"), 0.1, "a hit at right angles to the history");
        near(value(&other, "AUC"), 9.0 / 10.0, "one target");
        assert_eq!(measure(&items, &scores, &list, &[], &[11], 1)[HIT_RATE], 0.0);
    }

    #[test]
    fn gini_of_one_for_all_and_of_all_alike() {
        near(gini(&[1.0; 4]), 0.0, "even");
        near(gini(&[0.0, 0.0, 0.0, 4.0]), 0.75, "one has all");
        near(gini(&[1.0, 3.0]), 0.25, "(2 - 3) 1 + (4 - 3) 3 over 2 x 4");
        near(gini(&[]), 0.0, "nothing");
    }

    #[test]
    fn cosine_and_pearson_as_they_are_and_not_as_they_were_printed() {
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
