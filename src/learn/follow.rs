//! What follows what, counted and turned into probabilities.
//!
//! Memory: 12 bytes a pair of a share of the items at a time, at most `MOST_PAIRS`, and 8 bytes for each of the
//! `MOST_NEIGHBOURS` that are kept of an item: 100,000 items take 200 MB and 80 MB. Must not know contents.

use super::like::Likes;
use crate::catalog::Relations;

/// Neighbours of an item that a pack ships.
pub const MOST_NEIGHBOURS: usize = 64;
/// Further ones that are neighbours only because they are like some: what is well known leaves them no room otherwise.
const MOST_LIKE_SOME: usize = 32;
/// Neighbours that are kept while settings are compared.
const MOST_COUNTED: usize = 2 * MOST_NEIGHBOURS;
/// Fewer interactions make an item no rarer.
const FEW: f64 = 5.0;
/// Pairs that are sorted at a time.
const MOST_PAIRS: usize = 16 << 20;

#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Settings {
    /// What each further step between two events leaves of the pair's weight.
    pub decay: f32,
    /// Events further apart are no pair.
    pub length: usize,
    /// Weight of a pair the other way round.
    pub back: f32,
    /// Pairs that are nobody's: how little a few say.
    pub shrink: f32,
    /// How much less is said by what follows everything: an item that is c times as popular as another counts
    /// c^popular times less after the same item.
    pub popular: f32,
    /// How much an item that few have touched borrows from those that are like it.
    pub borrow: f32,
}

/// Weights of pairs, the heaviest of each row. N rows
pub struct Table {
    rows: Vec<Vec<(u32, f32)>>,
    /// All that follows a row, kept or not. `[N]`
    sums: Vec<f32>,
    /// Interactions with each row. `[N]`
    counts: Vec<u32>,
}

impl Table {
    /// From histories, oldest first, over `len` items. A history of ten thousand items counts like any other.
    pub fn count(histories: &[&[u32]], len: usize, Settings { decay, length, back, .. }: Settings) -> Self {
        let mut counts = vec![0u32; len];
        histories.iter().flat_map(|history| history.iter()).for_each(|&row| counts[row as usize] += 1);
        let pairs: usize = counts.iter().map(|&count| count as usize * 2 * length).sum();
        let shares = pairs.div_ceil(MOST_PAIRS).max(1);
        let mut table = Self { rows: vec![Vec::new(); len], sums: vec![0.0; len], counts };
        for share in 0..shares {
            let mine = |row: u32| row as usize % shares == share;
            let mut pairs: Vec<(u32, u32, f32)> = Vec::new();
            for history in histories {
                for (at, &before) in history.iter().enumerate() {
                    let mut weight = 1.0;
                    for &after in history[at + 1..].iter().take(length) {
                        if before != after && mine(before) {
                            pairs.push((before, after, weight));
                        }
                        if before != after && back > 0.0 && mine(after) {
                            pairs.push((after, before, weight * back));
                        }
                        weight *= decay;
                    }
                }
            }
            table.add(pairs);
        }
        table
    }

    fn add(&mut self, mut pairs: Vec<(u32, u32, f32)>) {
        // Stable, and in the order of the histories: the same sums on every run.
        pairs.sort_by_key(|pair| (pair.0, pair.1));
        for of_row in pairs.chunk_by(|a, b| a.0 == b.0) {
            let sum_of = |pairs: &[(u32, u32, f32)]| (pairs[0].1, pairs.iter().map(|pair| pair.2).sum::<f32>());
            let mut row: Vec<(u32, f32)> = of_row.chunk_by(|a, b| a.1 == b.1).map(sum_of).collect();
            self.sums[of_row[0].0 as usize] = row.iter().map(|neighbour| neighbour.1).sum();
            if row.len() > MOST_COUNTED {
                row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                row.truncate(MOST_COUNTED);
                row.sort_by_key(|neighbour| neighbour.0);
            }
            self.rows[of_row[0].0 as usize] = row;
        }
    }

    /// Interactions with each row. `[N]`
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Probabilities; an item that few have touched gets some from those that it is like.
    pub fn relations(&self, settings: Settings, likes: &Likes) -> Relations {
        let lent = likes.lent(&self.counts, settings.borrow);
        let mut extra = vec![0f32; self.rows.len()];
        let mut touched: Vec<u32> = Vec::new();
        let discount = self.discounts(settings.popular);
        let row = |(neighbours, sum): (&Vec<(u32, f32)>, &f32)| {
            let scale = 1.0 / (sum + settings.shrink);
            let mut row: Vec<(u32, f32)> =
                neighbours.iter().map(|n| (n.0, n.1 * scale * discount[n.0 as usize])).collect();
            for &(neighbour, probability) in &row {
                for &(borrower, share) in &lent[neighbour as usize] {
                    if extra[borrower as usize] == 0.0 {
                        touched.push(borrower);
                    }
                    extra[borrower as usize] += probability * share;
                }
            }
            for own in &mut row {
                own.1 += std::mem::take(&mut extra[own.0 as usize]);
            }
            let like_some = touched.drain(..).map(|at| (at, std::mem::take(&mut extra[at as usize])));
            let mut like_some: Vec<(u32, f32)> = like_some.filter(|n| n.1 > 0.0).collect();
            likeliest(&mut row, MOST_NEIGHBOURS);
            likeliest(&mut like_some, MOST_LIKE_SOME);
            row.append(&mut like_some);
            row
        };
        let rows = self.rows.iter().zip(&self.sums).map(row).collect();
        Relations::new(self.counts.clone(), rows, MOST_NEIGHBOURS + MOST_LIKE_SOME)
    }

    /// What is left of a pair with each row; 1 for the item that an interaction is with on average. `[N]`
    fn discounts(&self, popular: f32) -> Vec<f32> {
        let counts = || self.counts.iter().map(|&count| f64::from(count));
        let usual = counts().map(|count| count * count).sum::<f64>() / counts().sum::<f64>().max(1.0);
        counts().map(|count| (usual / count.max(FEW)).powf(f64::from(popular)) as f32).collect()
    }
}

fn likeliest(row: &mut Vec<(u32, f32)>, most: usize) {
    if row.len() > most {
        row.select_nth_unstable_by(most - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { decay: 0.5, length: 2, back: 0.0, shrink: 0.0, popular: 0.0, borrow: 0.0 };

    fn follows(histories: &[&[u32]], settings: Settings, likes: &Likes, row: u32) -> Vec<(u32, f32)> {
        Table::count(histories, 5, settings).relations(settings, likes).neighbours(row).collect()
    }

    fn near(found: &[(u32, f32)], expected: &[(u32, f32)]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 6e-3, "{found:?}, not {expected:?}");
        }
    }

    #[test]
    fn what_follows_is_counted_by_its_distance() {
        // After 0 come 1 at once, 2 a step later (half), and in another history 2 at once.
        let histories: [&[u32]; 2] = [&[0, 1, 2, 3], &[0, 2]];
        near(&follows(&histories, SETTINGS, &Likes::none(5), 0), &[(1, 1.0 / 2.5), (2, 1.5 / 2.5)]);
        near(&follows(&histories, Settings { shrink: 2.5, ..SETTINGS }, &Likes::none(5), 0), &[(1, 0.2), (2, 0.3)]);
        near(&follows(&histories, Settings { back: 1.0, length: 1, ..SETTINGS }, &Likes::none(5), 3), &[(2, 1.0)]);
        assert!(follows(&histories, SETTINGS, &Likes::none(5), 3).is_empty());
    }

    #[test]
    fn what_follows_everything_says_less() {
        // After 0 come 1 and 2 alike, but 2 comes after 3 as well, again and again.
        let mut histories: Vec<&[u32]> = vec![&[0, 1], &[0, 2]];
        histories.extend(std::iter::repeat_n(&[3, 2][..], 18));
        let settings = Settings { length: 1, popular: 0.5, ..SETTINGS };
        let found = follows(&histories, settings, &Likes::none(5), 0);
        assert_eq!(found.iter().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
        assert!((found[0].1 / found[1].1 - (19f32 / 5.0).sqrt()).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn what_nobody_has_touched_borrows_from_its_like() {
        let histories: [&[u32]; 1] = [&[0, 1, 0, 1, 0, 1]];
        let settings = Settings { length: 1, borrow: 1.0, ..SETTINGS };
        let likes = Likes::from_rows(vec![vec![], vec![], vec![], vec![], vec![(1, 1.0)]]);
        near(&follows(&histories, settings, &likes, 0), &[(1, 1.0), (4, 1.0)]);
        near(&follows(&histories, Settings { borrow: 0.0, ..settings }, &likes, 0), &[(1, 1.0)]);
    }
}
