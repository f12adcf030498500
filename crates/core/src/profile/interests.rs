//! Clusters a visitor's signals into a few interests that can be shown, named, muted and deleted.
//!
//! Leader clustering (Hartigan 1975): in the order of first appearance, each signal joins the most similar leader, or
//! becomes a leader itself. So one more event never moves an earlier signal, and an interest keeps its name as long as
//! its oldest signal counts. Negligible signals never become leaders. Must not know how vectors are made.

use super::{Signal, Source};
use crate::{sort::sort_by, vectors::arithmetic::dot};

/// The most interests of a visitor, because a longer list would not be read. Once there are so many, a signal joins the
/// most similar one.
pub const MAX_INTERESTS: usize = 5;
/// The cosine from which a signal joins an interest. Unrelated items have about 0, similar items 0.3 to 0.6.
const MIN_SIMILARITY: f32 = 0.3;

/// Sources that are similar to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// The leader first, then in the order of first appearance, negligible ones last.
    pub members: Vec<Source>,
    /// The sum of its members' weights.
    pub weight: f32,
}

/// Groups the signals of positive weight into interests, heaviest first. `signals` are in the order of first
/// appearance, each with its centred unit vector `[H]`.
pub fn cluster_interests(signals: &[(Signal, Vec<f32>)]) -> Vec<Interest> {
    let (negligible, strong): (Vec<_>, Vec<_>) =
        signals.iter().filter(|(signal, _)| signal.weight > 0.0).partition(|(signal, _)| signal.is_negligible());
    let mut leaders: Vec<&[f32]> = Vec::new();
    let mut interests: Vec<Interest> = Vec::new();
    for (signal, vector) in strong {
        let at = match nearest(&leaders, vector) {
            Some((at, similarity)) if similarity >= MIN_SIMILARITY || leaders.len() == MAX_INTERESTS => at,
            _ => {
                leaders.push(vector);
                interests.push(Interest { members: Vec::new(), weight: 0.0 });
                leaders.len() - 1
            }
        };
        interests[at].add(signal);
    }
    for (signal, vector) in negligible {
        if let Some((at, _)) = nearest(&leaders, vector).filter(|(_, similarity)| *similarity >= MIN_SIMILARITY) {
            interests[at].add(signal);
        }
    }
    sort_by(&mut interests, |a, b| b.weight.total_cmp(&a.weight)); // stable: of equals the older comes first
    interests
}

impl Interest {
    fn add(&mut self, signal: &Signal) {
        self.members.push(signal.source.clone());
        self.weight += signal.weight;
    }
}

/// The position of the leader that is most similar to `vector`, the oldest of equals, and their cosine.
fn nearest(leaders: &[&[f32]], vector: &[f32]) -> Option<(usize, f32)> {
    let similarities = leaders.iter().map(|leader| dot(leader, vector)).enumerate();
    similarities.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{profile::EventName, vectors::arithmetic::normalize};

    fn signal(row: u32, weight: f32, vector: [f32; 3]) -> (Signal, Vec<f32>) {
        let mut vector = vector.to_vec();
        normalize(&mut vector);
        (Signal { source: Source::Item(row), weight, main_event: EventName::ViewItem }, vector)
    }

    fn rows(interests: &[Interest]) -> Vec<Vec<u32>> {
        let row = |source: &Source| if let Source::Item(row) = source { *row } else { panic!("{source:?}") };
        interests.iter().map(|interest| interest.members.iter().map(row).collect()).collect()
    }

    #[test]
    fn similar_signals_form_an_interest_heaviest_first() {
        let signals = [
            signal(1, 0.1, [1.0, 0.0, 0.0]),
            signal(2, 0.5, [0.0, 1.0, 0.1]),
            signal(3, 0.2, [0.9, 0.1, 0.0]),
            signal(4, -0.3, [0.0, 0.0, 1.0]),
            signal(5, 0.001, [0.8, 0.0, 0.1]),
            signal(6, 0.001, [0.0, 0.0, 1.0]),
        ];
        assert_eq!(rows(&cluster_interests(&signals)), [vec![2], vec![1, 3, 5]]);
        assert!(cluster_interests(&[]).is_empty());
    }

    proptest! {
        /// Every strong positive signal belongs to one interest, and the next event moves none of them.
        #[test]
        fn one_more_event_moves_no_earlier_signal(
            vectors in prop::collection::vec(prop::array::uniform3(-1f32..1.0), 2..20),
        ) {
            prop_assume!(vectors.iter().all(|v| v.iter().any(|x| x.abs() > 0.01)));
            let mut signals: Vec<_> = vectors.iter().zip(0..).map(|(v, row)| signal(row, 0.05, *v)).collect();
            let after = rows(&cluster_interests(&signals));
            let last = signals.len() as u32 - 1;
            signals.pop();
            let mut before = rows(&cluster_interests(&signals));
            let mut after: Vec<Vec<u32>> =
                after.into_iter().map(|rows| rows.into_iter().filter(|row| *row != last).collect()).collect();
            after.retain(|rows: &Vec<u32>| !rows.is_empty());
            prop_assert!(before.len() <= MAX_INTERESTS);
            prop_assert_eq!(before.iter().flatten().count(), signals.len());
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
        }
    }
}
