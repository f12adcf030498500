//! Item-to-item cooccurrences: counted by visitor, and turned into probabilities.
//!
//! Memory: 12 bytes for each interaction, 12 bytes for each item in each thread, and 8 bytes for each of the
//! `MAX_NEIGHBOURS` that are kept of an item: 100,000 items take 80 MB. Must not know contents.

use rayon::prelude::*;

use super::{
    cold_items::ColdItemNeighbours,
    privacy::{self, MinVisitors},
};
use nearmind_core::catalog::Relations;

/// How many neighbours of an item a pack ships.
pub const MAX_NEIGHBOURS: usize = 64;
/// How many cold items, which borrowed their place, come on top: neighbours with interactions would leave them no room.
const MAX_COLD_NEIGHBOURS: usize = 32;
/// How many neighbours of an item lend to cold items.
const MAX_LENDING: usize = 2 * MAX_NEIGHBOURS;
/// Items with fewer visitors than this are discounted for their popularity as if they had this many.
const MIN_POPULARITY: f64 = 5.0;
/// Items whose neighbours one thread counts at a time.
const BLOCK: usize = 512;

/// How pairs of items in a history are weighted, and how the weights become probabilities.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Settings {
    /// Each further step between two events multiplies the weight of the pair by this.
    pub decay: f32,
    /// Pairs of events more than this many steps apart are not counted.
    pub max_distance: usize,
    /// The weight of a pair in reverse order, against 1 for the order in the history.
    pub backward_weight: f32,
    /// Added to the denominator of the probabilities: lowers those of items with few visitors.
    pub shrinkage: f32,
    /// Exponent of the popularity discount: an item c times as popular as another has its probability after the same
    /// item divided by c^popularity_discount. 0 discounts nothing.
    pub popularity_discount: f32,
    /// How much an item with few interactions borrows from similar items, 0..1.
    pub cold_start_borrow: f32,
}

/// Histories, with an index of the positions of each item.
pub struct HistoryIndex {
    min_visitors: MinVisitors,
    /// All histories one after another, oldest event first, each item once for each visitor. `[E]`
    items: Vec<u32>,
    /// The visitor of each entry of `items`. `[E]`
    visitors: Vec<u32>,
    /// The positions of each row in `items`: `positions[starts[row]..starts[row + 1]]`, by visitor. `[N + 1]` and `[E]`
    starts: Vec<u32>,
    positions: Vec<u32>,
    /// Visitors of each row, rounded for publication. `[N]`
    counts: Vec<u32>,
}

/// The neighbours of all items, as a pack ships them.
pub struct Cooccurrences {
    /// The probability of each neighbour, and the number of visitors of each row.
    pub relations: Relations,
    /// How many pairs of items some visitors chose, but too few to publish the pair.
    pub suppressed_pairs: usize,
}

/// The neighbours of one row with their probabilities.
type Neighbours = Vec<(u32, f32)>;

impl HistoryIndex {
    /// Indexes `histories`, each of one visitor, oldest first, with rows below `len`.
    pub fn new<'a>(histories: impl Iterator<Item = &'a [u32]>, len: usize, min_visitors: MinVisitors) -> Self {
        let (mut items, mut visitors) = (Vec::new(), Vec::new());
        for (visitor, history) in (0..).zip(histories) {
            for position in privacy::last_positions(history) {
                items.push(history[position]);
                visitors.push(visitor);
            }
        }
        let mut starts = vec![0u32; len + 1];
        items.iter().for_each(|&row| starts[row as usize + 1] += 1);
        let counts = starts[1..].iter().map(|&visitors| min_visitors.round_count(visitors)).collect();
        (0..len).for_each(|row| starts[row + 1] += starts[row]);
        let (mut next, mut positions) = (starts.clone(), vec![0; items.len()]);
        for (position, &row) in (0..).zip(&items) {
            positions[next[row as usize] as usize] = position;
            next[row as usize] += 1;
        }
        Self { min_visitors, items, visitors, starts, positions, counts }
    }

    /// Visitors of each row, rounded for publication. `[N]`
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Counts the neighbours of all items. Items with few interactions borrow some from the published neighbours of
    /// similar items.
    pub fn cooccurrences(&self, settings: Settings, similar: &ColdItemNeighbours) -> Cooccurrences {
        let len = self.counts.len();
        let borrowers = similar.borrowers(&self.counts, settings.cold_start_borrow);
        let discounts = self.popularity_discounts(settings.popularity_discount);
        let rows: Vec<u32> = (0..len as u32).collect();
        let block = |rows: &[u32]| {
            let (mut pairs, mut cold) = (PairAccumulator::new(len), ColdAccumulator::new(len));
            let row = |&row: &u32| {
                let (neighbours, suppressed) = self.row(row, settings, &discounts, &mut pairs);
                (cold.add_cold_items(neighbours, &borrowers, self.min_visitors), suppressed)
            };
            rows.iter().map(row).collect::<Vec<(Neighbours, usize)>>()
        };
        let rows: Vec<(Neighbours, usize)> = rows.par_chunks(BLOCK).flat_map_iter(block).collect();
        let suppressed_pairs = rows.iter().map(|row| row.1).sum();
        let rows = rows.into_iter().map(|row| row.0).collect();
        let relations = Relations::new(self.counts.clone(), rows, MAX_NEIGHBOURS + MAX_COLD_NEIGHBOURS);
        Cooccurrences { relations, suppressed_pairs }
    }

    /// The neighbours of a row that enough visitors chose with it, and how many others there are.
    fn row(
        &self,
        row: u32,
        Settings { decay, max_distance, backward_weight, shrinkage, .. }: Settings,
        discounts: &[f32],
        pairs: &mut PairAccumulator,
    ) -> (Neighbours, usize) {
        let mut sum = 0.0;
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        for &own in &self.positions[range] {
            let own = own as usize;
            let same_visitor = |position: &usize| self.visitors[*position] == self.visitors[own];
            let mut weight = 1.0;
            for position in (own + 1..self.items.len()).take(max_distance).take_while(same_visitor) {
                pairs.add(self.items[position], weight);
                sum += weight;
                weight *= decay;
            }
            weight = backward_weight;
            let max_distance = if backward_weight > 0.0 { max_distance } else { 0 };
            for position in (0..own).rev().take(max_distance).take_while(same_visitor) {
                pairs.add(self.items[position], weight);
                sum += weight;
                weight *= decay;
            }
        }
        let (mut neighbours, suppressed) = pairs.take(self.min_visitors.get());
        let scale = 1.0 / (sum + shrinkage);
        neighbours.iter_mut().for_each(|(neighbour, weight)| *weight *= scale * discounts[*neighbour as usize]);
        (neighbours, suppressed)
    }

    /// The factor for pairs with each row; 1 for an item of average popularity, averaged over interactions. `[N]`
    fn popularity_discounts(&self, exponent: f32) -> Vec<f32> {
        let counts = || self.counts.iter().map(|&count| f64::from(count));
        let average = counts().map(|count| count * count).sum::<f64>() / counts().sum::<f64>().max(1.0);
        counts().map(|count| (average / count.max(MIN_POPULARITY)).powf(f64::from(exponent)) as f32).collect()
    }
}

/// Sums the weights of the pairs of one row over all visitors.
struct PairAccumulator {
    /// The number of visitors and the sum of their weights, by neighbour. `[N]`
    sums: Vec<(u32, f32)>,
    /// The neighbours whose sum is not 0.
    touched: Vec<u32>,
}

impl PairAccumulator {
    fn new(len: usize) -> Self {
        Self { sums: vec![(0, 0.0); len], touched: Vec::new() }
    }

    /// Adds the pair of one visitor. An item is in a history once, so no visitor adds to a pair twice.
    fn add(&mut self, row: u32, weight: f32) {
        let (visitors, sum) = &mut self.sums[row as usize];
        if *visitors == 0 {
            self.touched.push(row);
        }
        *visitors += 1;
        *sum += weight;
    }

    /// Returns the neighbours with enough visitors and the number of the others, and resets all sums.
    fn take(&mut self, min_visitors: u32) -> (Neighbours, usize) {
        let all = self.touched.len();
        let taken = self.touched.drain(..).map(|row| (row, std::mem::take(&mut self.sums[row as usize])));
        let enough = taken.filter(|(_, (visitors, _))| *visitors >= min_visitors);
        let neighbours: Neighbours = enough.map(|(row, (_, sum))| (row, sum)).collect();
        let suppressed = all - neighbours.len();
        (neighbours, suppressed)
    }
}

/// Sums what cold items borrow from the neighbours of one row.
struct ColdAccumulator {
    /// The borrowed probability of each item. `[N]`
    borrowed: Vec<f32>,
    /// The items that borrowed something.
    touched: Vec<u32>,
}

impl ColdAccumulator {
    fn new(len: usize) -> Self {
        Self { borrowed: vec![0.0; len], touched: Vec::new() }
    }

    /// Adds the cold items that borrow from a row's neighbours, cuts both lists and rounds the weights. `borrowers` has
    /// for each row the cold items that borrow from it, with the part that each takes.
    fn add_cold_items(
        &mut self,
        mut neighbours: Neighbours,
        borrowers: &[Vec<(u32, f32)>],
        min_visitors: MinVisitors,
    ) -> Neighbours {
        truncate(&mut neighbours, MAX_LENDING);
        for &(neighbour, probability) in &neighbours {
            for &(borrower, part) in &borrowers[neighbour as usize] {
                if self.borrowed[borrower as usize] == 0.0 {
                    self.touched.push(borrower);
                }
                self.borrowed[borrower as usize] += probability * part;
            }
        }
        // What a neighbour borrows itself adds to its own probability.
        for neighbour in &mut neighbours {
            neighbour.1 += std::mem::take(&mut self.borrowed[neighbour.0 as usize]);
        }
        let cold = self.touched.drain(..).map(|row| (row, std::mem::take(&mut self.borrowed[row as usize])));
        let mut cold: Neighbours = cold.filter(|neighbour| neighbour.1 > 0.0).collect();
        truncate(&mut neighbours, MAX_NEIGHBOURS);
        truncate(&mut cold, MAX_COLD_NEIGHBOURS);
        neighbours.append(&mut cold);
        neighbours.iter_mut().for_each(|neighbour| neighbour.1 = min_visitors.round_weight(neighbour.1));
        neighbours
    }
}

/// Keeps the `len` most probable neighbours, in any order.
fn truncate(neighbours: &mut Neighbours, len: usize) {
    if neighbours.len() > len {
        neighbours.select_nth_unstable_by(len - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        neighbours.truncate(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        decay: 0.5,
        max_distance: 2,
        backward_weight: 0.0,
        shrinkage: 0.0,
        popularity_discount: 0.0,
        cold_start_borrow: 0.0,
    };

    /// The neighbours of `row` among five items, without a limit on visitors.
    fn neighbours(histories: &[&[u32]], settings: Settings, similar: &ColdItemNeighbours, row: u32) -> Vec<(u32, f32)> {
        let index = HistoryIndex::new(histories.iter().copied(), 5, MinVisitors::ONE);
        index.cooccurrences(settings, similar).relations.neighbours(row).collect()
    }

    fn assert_near(found: &[(u32, f32)], expected: &[(u32, f32)]) {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 6e-3, "{found:?}, not {expected:?}");
        }
    }

    /// Item 4 is similar to `row` alone.
    fn item_4_similar_to(row: u32) -> ColdItemNeighbours {
        ColdItemNeighbours::from_rows(vec![vec![], vec![], vec![], vec![], vec![(row, 1.0)]])
    }

    #[test]
    fn the_weight_of_a_pair_decays_with_its_distance() {
        // After 0 come 1 directly, 2 a step later (half), and in another history 2 directly.
        let (histories, none): ([&[u32]; 2], _) = ([&[0, 1, 2, 3], &[0, 2]], ColdItemNeighbours::none(5));
        assert_near(&neighbours(&histories, SETTINGS, &none, 0), &[(1, 1.0 / 2.5), (2, 1.5 / 2.5)]);
        let shrunk = Settings { shrinkage: 2.5, ..SETTINGS };
        assert_near(&neighbours(&histories, shrunk, &none, 0), &[(1, 0.2), (2, 0.3)]);
        let backward = Settings { backward_weight: 1.0, max_distance: 1, ..SETTINGS };
        assert_near(&neighbours(&histories, backward, &none, 3), &[(2, 1.0)]);
        assert!(neighbours(&histories, SETTINGS, &none, 3).is_empty());
    }

    #[test]
    fn popular_neighbours_are_discounted() {
        // After 0 come 1 and 2 equally often, but 2 also comes after 3, many times.
        let mut histories: Vec<&[u32]> = vec![&[0, 1], &[0, 2]];
        histories.extend(std::iter::repeat_n(&[3, 2][..], 18));
        let settings = Settings { max_distance: 1, popularity_discount: 0.5, ..SETTINGS };
        let found = neighbours(&histories, settings, &ColdItemNeighbours::none(5), 0);
        assert_eq!(found.iter().map(|neighbour| neighbour.0).collect::<Vec<_>>(), [1, 2]);
        assert!((found[0].1 / found[1].1 - (19f32 / 5.0).sqrt()).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn an_item_without_interactions_borrows_from_similar_items() {
        let histories: [&[u32]; 1] = [&[0, 1]];
        let settings = Settings { max_distance: 1, cold_start_borrow: 1.0, ..SETTINGS };
        assert_near(&neighbours(&histories, settings, &item_4_similar_to(1), 0), &[(1, 1.0), (4, 1.0)]);
        let settings = Settings { cold_start_borrow: 0.0, ..settings };
        assert_near(&neighbours(&histories, settings, &item_4_similar_to(1), 0), &[(1, 1.0)]);
    }

    #[test]
    fn pairs_of_too_few_visitors_are_neither_published_nor_lent() {
        // After 0 three visitors take 1, two take 2, and one takes 3 repeatedly. 4 is similar to 2 or to 1.
        let repeated = [[0, 3]; 50].concat();
        let histories: [&[u32]; 6] = [&[0, 1], &[0, 1], &[0, 1], &[0, 2], &[0, 2], &repeated];
        let settings = Settings { max_distance: 1, cold_start_borrow: 1.0, ..SETTINGS };
        let published = |similar_to: u32, k: u32| {
            let index = HistoryIndex::new(histories.iter().copied(), 5, MinVisitors::new(k));
            let found = index.cooccurrences(settings, &item_4_similar_to(similar_to));
            let rows = found.relations.neighbours(0).map(|neighbour| neighbour.0).collect::<Vec<_>>();
            (rows, found.suppressed_pairs, [0, 1, 2, 3].map(|row| found.relations.count(row)))
        };
        assert_eq!(published(2, 1), (vec![1, 2, 3, 4], 0, [6, 3, 2, 1]));
        assert_eq!(published(2, 2), (vec![1, 2, 4], 1, [5, 2, 2, 0]));
        assert_eq!(published(2, 3), (vec![1], 2, [6, 3, 0, 0]));
        assert_eq!(published(1, 3), (vec![1, 4], 2, [6, 3, 0, 0]));
        assert_eq!(published(1, 4), (vec![], 3, [5, 0, 0, 0]));
    }
}
