//! Tests of the ranker.

use super::*;

#[test]
fn top_equals_sorting_all_rows() {
    let scores: Vec<f32> = (0..200).map(|n| ((n * 37) % 17) as f32).collect();
    for k in [0, 1, 3, 50, 300] {
        let mut all: Vec<Hit> = scores.iter().zip(0..).map(|(&score, row)| Hit { row, score }).collect();
        all.retain(|hit| hit.row % 3 != 0);
        all.sort_by(by_score);
        all.truncate(k);
        assert_eq!(top(&scores, k, |row| row % 3 != 0), all, "{k}");
    }
}
