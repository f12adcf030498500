//! What follows what: gathered by visitor, and turned into probabilities.
//!
//! Memory: 12 bytes an interaction, for each thread 12 bytes an item, and 8 bytes for each of the `MOST_NEIGHBOURS` that
//! are kept of an item: 100,000 items take 80 MB. Must not know contents.

use rayon::prelude::*;

use super::{
    cold_items::ColdItemNeighbours,
    limit::{self, Limit},
};
use nearmind_core::catalog::Relations;

/// Neighbours of an item that a pack ships.
pub const MOST_NEIGHBOURS: usize = 64;
/// Further ones that are neighbours only because they are like some: what is well known leaves them no room otherwise.
const MOST_LIKE_SOME: usize = 32;
/// Neighbours of an item that lend to their like.
const MOST_LENDING: usize = 2 * MOST_NEIGHBOURS;
/// Fewer visitors make an item no rarer.
const FEW: f64 = 5.0;
/// Items whose neighbours one thread gathers at a time.
const BLOCK: usize = 512;

/// How the pairs of items in histories are weighed, and become probabilities.
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
    pub cold_start_borrow: f32,
}

/// Histories, and where in them each item is.
pub struct Visits {
    limit: Limit,
    /// All histories one after the other, oldest first, each item of a visitor once. `[E]`
    items: Vec<u32>,
    /// Whose each is. `[E]`
    visitors: Vec<u32>,
    /// Where in `items` each row is: `places[starts[row]..starts[row + 1]]`, by visitor. `[N + 1]` and `[E]`
    starts: Vec<u32>,
    places: Vec<u32>,
    /// Visitors of each row, as they are published. `[N]`
    counts: Vec<u32>,
}

/// What a pack ships of it.
pub struct Followers {
    /// What follows on each row, as probabilities, and how many visitors each row has.
    pub relations: Relations,
    /// Pairs of items that some visitors chose, but too few to be published.
    pub left_out: usize,
}

/// The neighbours of one row with their probabilities.
type Row = Vec<(u32, f32)>;

impl Visits {
    /// Gathers `histories`, each of one visitor, with rows below `len`, oldest first.
    pub fn new<'a>(histories: impl Iterator<Item = &'a [u32]>, len: usize, limit: Limit) -> Self {
        let (mut items, mut visitors) = (Vec::new(), Vec::new());
        for (visitor, history) in (0..).zip(histories) {
            for place in limit::counted(history) {
                items.push(history[place]);
                visitors.push(visitor);
            }
        }
        let mut starts = vec![0u32; len + 1];
        items.iter().for_each(|&row| starts[row as usize + 1] += 1);
        let counts = starts[1..].iter().map(|&visitors| limit.count(visitors)).collect();
        (0..len).for_each(|row| starts[row + 1] += starts[row]);
        let (mut next, mut places) = (starts.clone(), vec![0; items.len()]);
        for (place, &row) in (0..).zip(&items) {
            places[next[row as usize] as usize] = place;
            next[row as usize] += 1;
        }
        Self { limit, items, visitors, starts, places, counts }
    }

    /// Visitors of each row, as they are published. `[N]`
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Probabilities; an item that few have touched gets some from those that it is like, of what is published anyway.
    pub fn followers(&self, settings: Settings, neighbours: &ColdItemNeighbours) -> Followers {
        let len = self.counts.len();
        let lent = neighbours.lent(&self.counts, settings.cold_start_borrow);
        let discounts = self.discounts(settings.popular);
        let rows: Vec<u32> = (0..len as u32).collect();
        let block = |rows: &[u32]| {
            let (mut pairs, mut borrowed) = (Pairs::new(len), Borrowed::new(len));
            let row = |&row: &u32| {
                let (neighbours, left_out) = self.row(row, settings, &discounts, &mut pairs);
                (borrowed.with(neighbours, &lent, self.limit), left_out)
            };
            rows.iter().map(row).collect::<Vec<(Row, usize)>>()
        };
        let rows: Vec<(Row, usize)> = rows.par_chunks(BLOCK).flat_map_iter(block).collect();
        let left_out = rows.iter().map(|row| row.1).sum();
        let rows = rows.into_iter().map(|row| row.0).collect();
        Followers { relations: Relations::new(self.counts.clone(), rows, MOST_NEIGHBOURS + MOST_LIKE_SOME), left_out }
    }

    /// What follows on a row in enough visitors' histories, and how much else follows.
    fn row(
        &self,
        row: u32,
        Settings { decay, length, back, shrink, .. }: Settings,
        discounts: &[f32],
        pairs: &mut Pairs,
    ) -> (Row, usize) {
        let mut sum = 0.0;
        for &at in &self.places[self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize] {
            let at = at as usize;
            let theirs = |place: &usize| self.visitors[*place] == self.visitors[at];
            let mut weight = 1.0;
            for place in (at + 1..self.items.len()).take(length).take_while(theirs) {
                pairs.add(self.items[place], weight);
                sum += weight;
                weight *= decay;
            }
            weight = back;
            for place in (0..at).rev().take(if back > 0.0 { length } else { 0 }).take_while(theirs) {
                pairs.add(self.items[place], weight);
                sum += weight;
                weight *= decay;
            }
        }
        let (mut neighbours, left_out) = pairs.take(self.limit.min_visitors());
        let scale = 1.0 / (sum + shrink);
        neighbours.iter_mut().for_each(|(neighbour, weight)| *weight *= scale * discounts[*neighbour as usize]);
        (neighbours, left_out)
    }

    /// What is left of a pair with each row; 1 for the item that an interaction is with on average. `[N]`
    fn discounts(&self, popular: f32) -> Vec<f32> {
        let counts = || self.counts.iter().map(|&count| f64::from(count));
        let usual = counts().map(|count| count * count).sum::<f64>() / counts().sum::<f64>().max(1.0);
        counts().map(|count| (usual / count.max(FEW)).powf(f64::from(popular)) as f32).collect()
    }
}

/// What follows on one row, from all visitors. N rows
struct Pairs {
    /// Visitors, and the sum of their weights. `[N]`
    sums: Vec<(u32, f32)>,
    touched: Vec<u32>,
}

impl Pairs {
    fn new(len: usize) -> Self {
        Self { sums: vec![(0, 0.0); len], touched: Vec::new() }
    }

    /// One visitor has it: each item is in a history once, so nobody adds to a pair twice.
    fn add(&mut self, row: u32, weight: f32) {
        let (visitors, sum) = &mut self.sums[row as usize];
        if *visitors == 0 {
            self.touched.push(row);
        }
        *visitors += 1;
        *sum += weight;
    }

    /// Those of enough visitors, and the number of the others. Empties it.
    fn take(&mut self, min_visitors: u32) -> (Row, usize) {
        let all = self.touched.len();
        let taken = self.touched.drain(..).map(|row| (row, std::mem::take(&mut self.sums[row as usize])));
        let row: Row =
            taken.filter(|(_, (visitors, _))| *visitors >= min_visitors).map(|(row, (_, sum))| (row, sum)).collect();
        let left_out = all - row.len();
        (row, left_out)
    }
}

/// What items get from those that they are like. N rows
struct Borrowed {
    /// `[N]`
    extra: Vec<f32>,
    touched: Vec<u32>,
}

impl Borrowed {
    fn new(len: usize) -> Self {
        Self { extra: vec![0.0; len], touched: Vec::new() }
    }

    /// A row's neighbours, and those that are like them: `lent` has for each row who borrows from it and how much.
    fn with(&mut self, mut row: Row, lent: &[Vec<(u32, f32)>], limit: Limit) -> Row {
        likeliest(&mut row, MOST_LENDING);
        for &(neighbour, probability) in &row {
            for &(borrower, share) in &lent[neighbour as usize] {
                if self.extra[borrower as usize] == 0.0 {
                    self.touched.push(borrower);
                }
                self.extra[borrower as usize] += probability * share;
            }
        }
        for own in &mut row {
            own.1 += std::mem::take(&mut self.extra[own.0 as usize]);
        }
        let like_some = self.touched.drain(..).map(|at| (at, std::mem::take(&mut self.extra[at as usize])));
        let mut like_some: Row = like_some.filter(|neighbour| neighbour.1 > 0.0).collect();
        likeliest(&mut row, MOST_NEIGHBOURS);
        likeliest(&mut like_some, MOST_LIKE_SOME);
        row.append(&mut like_some);
        row.iter_mut().for_each(|neighbour| neighbour.1 = limit.weight(neighbour.1));
        row
    }
}

fn likeliest(row: &mut Row, most: usize) {
    if row.len() > most {
        row.select_nth_unstable_by(most - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings =
        Settings { decay: 0.5, length: 2, back: 0.0, shrink: 0.0, popular: 0.0, cold_start_borrow: 0.0 };

    fn followers(histories: &[&[u32]], settings: Settings, neighbours: &ColdItemNeighbours, limit: Limit) -> Followers {
        Visits::new(histories.iter().copied(), 5, limit).followers(settings, neighbours)
    }

    fn follows(histories: &[&[u32]], settings: Settings, neighbours: &ColdItemNeighbours, row: u32) -> Vec<(u32, f32)> {
        followers(histories, settings, neighbours, Limit::NONE).relations.neighbours(row).collect()
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
        near(&follows(&histories, SETTINGS, &ColdItemNeighbours::none(5), 0), &[(1, 1.0 / 2.5), (2, 1.5 / 2.5)]);
        near(
            &follows(&histories, Settings { shrink: 2.5, ..SETTINGS }, &ColdItemNeighbours::none(5), 0),
            &[(1, 0.2), (2, 0.3)],
        );
        near(
            &follows(&histories, Settings { back: 1.0, length: 1, ..SETTINGS }, &ColdItemNeighbours::none(5), 3),
            &[(2, 1.0)],
        );
        assert!(follows(&histories, SETTINGS, &ColdItemNeighbours::none(5), 3).is_empty());
    }

    #[test]
    fn what_follows_everything_says_less() {
        // After 0 come 1 and 2 alike, but 2 comes after 3 as well, again and again.
        let mut histories: Vec<&[u32]> = vec![&[0, 1], &[0, 2]];
        histories.extend(std::iter::repeat_n(&[3, 2][..], 18));
        let settings = Settings { length: 1, popular: 0.5, ..SETTINGS };
        let found = follows(&histories, settings, &ColdItemNeighbours::none(5), 0);
        assert_eq!(found.iter().map(|n| n.0).collect::<Vec<_>>(), [1, 2]);
        assert!((found[0].1 / found[1].1 - (19f32 / 5.0).sqrt()).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn what_nobody_has_touched_borrows_from_its_like() {
        let histories: [&[u32]; 1] = [&[0, 1]];
        let settings = Settings { length: 1, cold_start_borrow: 1.0, ..SETTINGS };
        let neighbours = ColdItemNeighbours::from_rows(vec![vec![], vec![], vec![], vec![], vec![(1, 1.0)]]);
        near(&follows(&histories, settings, &neighbours, 0), &[(1, 1.0), (4, 1.0)]);
        near(&follows(&histories, Settings { cold_start_borrow: 0.0, ..settings }, &neighbours, 0), &[(1, 1.0)]);
    }
    #[test]
    fn what_too_few_visitors_chose_is_neither_kept_nor_lent() {
        // After 0 three visitors take 1, two take 2, and one takes 3 again and again. 4 is like 2 or like 1.
        let again = [[0, 3]; 50].concat();
        let histories: [&[u32]; 6] = [&[0, 1], &[0, 1], &[0, 1], &[0, 2], &[0, 2], &again];
        let settings = Settings { length: 1, cold_start_borrow: 1.0, ..SETTINGS };
        let of = |like: u32, k: u32| {
            let neighbours = ColdItemNeighbours::from_rows(vec![vec![], vec![], vec![], vec![], vec![(like, 1.0)]]);
            let found = followers(&histories, settings, &neighbours, Limit::new(k));
            let neighbours = found.relations.neighbours(0).map(|n| n.0).collect::<Vec<_>>();
            (neighbours, found.left_out, [0, 1, 2, 3].map(|row| found.relations.count(row)))
        };
        assert_eq!(of(2, 1), (vec![1, 2, 3, 4], 0, [6, 3, 2, 1]));
        assert_eq!(of(2, 2), (vec![1, 2, 4], 1, [5, 2, 2, 0]));
        assert_eq!(of(2, 3), (vec![1], 2, [6, 3, 0, 0]));
        assert_eq!(of(1, 3), (vec![1, 4], 2, [6, 3, 0, 0]));
        assert_eq!(of(1, 4), (vec![], 3, [5, 0, 0, 0]));
    }
}
