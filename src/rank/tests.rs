//! A list held to its rules.

use super::*;

#[test]
fn the_top_is_what_sorting_everything_gives() {
    let scores: Vec<f32> = (0..200).map(|n| ((n * 37) % 17) as f32).collect();
    for k in [0, 1, 3, 50, 300] {
        let mut all: Vec<Hit> = scores.iter().zip(0..).map(|(&score, row)| Hit { row, score }).collect();
        all.retain(|hit| hit.row % 3 != 0);
        all.sort_by(by_score);
        all.truncate(k);
        assert_eq!(top(&scores, k, |row| row % 3 != 0), all, "{k}");
    }
}

/// What a visit is ranked by is what an evaluation measures.
#[test]
fn a_session_and_an_evaluation_score_alike() {
    use crate::{
        catalog::{Fields, Item, Mixture, Relations},
        profile::{Columns, EventName, Likeness, Profile, Signal, Source, Taste},
        vectors::{Matrix, Metric},
    };
    let angles: Vec<f32> = (0..12).map(|n| n as f32 * 0.4).collect();
    let matrix = Matrix::quantize(2, &angles.iter().flat_map(|a| [a.cos(), a.sin()]).collect::<Vec<_>>());
    let fields = Fields::new(&vec![Item::default(); angles.len()]);
    let relations = Relations::new(vec![3; 12], (0..12).map(|row| vec![((row + 5) % 12, 0.3)]).collect(), 4);
    let rows = [(1, 0.6), (4, 0.3), (9, 0.1), (7, -0.2)];
    let signal =
        |&(row, weight): &(u32, f32)| Signal { source: Source::Item(row), weight, because: EventName::ViewItem };
    let profile = Profile { signals: rows.iter().map(signal).collect(), ..Profile::default() };
    for (amplify, reach) in [(1.0, 0), (1.0, 3), (2.5, 0), (2.0, 2)] {
        let mixture = Mixture { amplify, reach, ..Mixture::default() };
        let taste = Taste::new(&profile, Likeness { metric: Metric::Cosine, amplify, reach }, |source| match source {
            Source::Item(row) => Some(matrix.vector(*row)),
            Source::Text(_) => None,
        });
        let parts = (&matrix, &fields, Some(&relations));
        let visit = evidence(parts, mixture, (&profile, &taste), &mut Columns::default()).totals();
        let content = evidence::content(&matrix, &rows, mixture);
        let measured = Evidence::of(Some(&relations), &fields, mixture, &rows, content).totals();
        for (visit, measured) in visit.iter().zip(&measured) {
            assert!((visit - measured).abs() < 0.01, "amplify {amplify}, reach {reach}: {visit} {measured}");
        }
    }
}
