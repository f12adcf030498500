//! Checks the bounds that `src/learn.rs` states: how much an attacker learns about one visitor from a pack, and how
//! much fake visitors change its lists. Uses a simulated shop, and the settings with which `nearmind learn` starts its
//! search.

use nearmind::learn::{
    EventDetails, ItemFeatures, MinVisitors, TrainingData, build_profile, content_scores,
    cooccurrence::Settings,
    publish, purchases,
    tune::{START, START_WEIGHTS},
};
use nearmind_core::{
    catalog::{Fields, Item, Relations},
    rank::Scorer,
    vectors::Matrix,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CATEGORIES: usize = 12;
const CATEGORY_ITEMS: usize = 20;
/// An item outside all categories that no visitor chooses. An attacker tries to push it into lists.
const PUSHED: u32 = (CATEGORIES * CATEGORY_ITEMS) as u32;
const ITEMS: usize = PUSHED as usize + 1;
const VISITORS: usize = 400;
/// Length of a list.
const K: usize = 10;

struct SimulatedShop {
    matrix: Matrix,
    fields: Fields,
    histories: Vec<Vec<u32>>,
    /// For each visitor, the one item that does not fit the others.
    odd: Vec<u32>,
}

impl SimulatedShop {
    /// Twelve categories of items, each with some that sell well. A visitor chooses six items of one category and,
    /// somewhere between them, one item of another category that has nothing to do with the others.
    fn new() -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let vectors: Vec<f32> = (0..ITEMS).flat_map(|item| vector(category(item as u32), &mut random)).collect();
        let (histories, odd) = (0..VISITORS).map(|visitor| history(visitor % CATEGORIES, &mut random)).unzip();
        let fields = Fields::from_items(&vec![Item::default(); ITEMS]);
        Self { matrix: Matrix::quantize(CATEGORIES + 1, &vectors), fields, histories, odd }
    }

    /// The relations that a pack would ship.
    fn publish(&self, histories: &[Vec<u32>], min_visitors: MinVisitors, settings: Settings) -> Relations {
        let features = ItemFeatures { matrix: &self.matrix, fields: &self.fields, titles: None };
        let data = TrainingData { histories, details: &EventDetails::default() };
        publish::publish(features, data, min_visitors, settings, &Default::default()).relations
    }

    fn relations(&self, histories: &[Vec<u32>], min_visitors: MinVisitors) -> Relations {
        self.publish(histories, min_visitors, START)
    }

    /// The same with more visitors.
    fn relations_with(&self, more: Vec<Vec<u32>>, min_visitors: MinVisitors) -> Relations {
        self.relations(&[self.histories.clone(), more].concat(), min_visitors)
    }

    /// The number of items that have the pushed item as a neighbour, and of visitors whose lists contain it.
    fn count_pushed(&self, relations: &Relations) -> (usize, usize) {
        let rows = 0..ITEMS as u32;
        let items = rows.filter(|&row| relations.neighbours(row).any(|neighbour| neighbour.0 == PUSHED)).count();
        let list = |history: &Vec<u32>| {
            let profile = build_profile(purchases(history), START_WEIGHTS.step);
            let content = content_scores(&self.matrix, &profile, START_WEIGHTS, &|row| relations.has_interactions(row));
            let scorer =
                Scorer::from_parts(Some(relations), &self.fields, START_WEIGHTS, &profile.weighted_rows(), content);
            top(&scorer.scores(), history)
        };
        (items, self.histories.iter().filter(|history| list(history).contains(&PUSHED)).count())
    }
}

/// The items of a category have consecutive rows; the last item is a category of its own.
fn category(item: u32) -> usize {
    item as usize / CATEGORY_ITEMS
}

/// A noisy vector in the direction of the category. The last item's is orthogonal to all others.
fn vector(category: usize, random: &mut ChaCha8Rng) -> Vec<f32> {
    let mut vector = [0.0; CATEGORIES + 1];
    vector[category] = 1.0;
    if category < CATEGORIES {
        vector[..CATEGORIES].iter_mut().for_each(|value| *value += random.random_range(-0.2..0.2));
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / length).collect()
}

/// Six items of a category, mostly the first ones, with an odd one among them; and the odd one.
fn history(category: usize, random: &mut ChaCha8Rng) -> (Vec<u32>, u32) {
    let mut history: Vec<u32> = Vec::new();
    while history.len() < 6 {
        let nth = (random.random::<f32>().powi(2) * CATEGORY_ITEMS as f32) as usize;
        let item = (category * CATEGORY_ITEMS + nth) as u32;
        if !history.contains(&item) {
            history.push(item);
        }
    }
    let other = (category + random.random_range(1..CATEGORIES)) % CATEGORIES;
    let odd = (other * CATEGORY_ITEMS + random.random_range(0..CATEGORY_ITEMS)) as u32;
    history.insert(random.random_range(1..6), odd);
    (history, odd)
}

/// The ten best rows that are not masked.
fn top(scores: &[f32], masked: &[u32]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..scores.len() as u32).filter(|row| !masked.contains(row)).collect();
    rows.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
    rows.truncate(K);
    rows
}

/// The guesses of an attacker who has the pack and knows all of a visitor's items but one. Items are ranked by the sum
/// of the weights of the edges between them and the known ones, in both directions. To find an odd item, those of other
/// categories are ranked by the number of known items that they have an edge with, less popular ones first.
fn guesses(shop: &SimulatedShop, relations: &Relations, known: &[u32], odd: bool) -> Vec<u32> {
    let mut scores = vec![0.0; ITEMS];
    let mut add = |row: u32, weight: f32| scores[row as usize] += if odd { 1.0 } else { weight };
    for row in 0..ITEMS as u32 {
        for (neighbour, weight) in relations.neighbours(row) {
            if known.contains(&row) {
                add(neighbour, weight);
            } else if known.contains(&neighbour) {
                add(row, weight);
            }
        }
    }
    let content = content_scores(&shop.matrix, &build_profile(purchases(known), 1.0), START_WEIGHTS, &|_| true);
    for (row, score) in (0..).zip(&mut scores) {
        let is_usual = category(row) == category(known[0]);
        let tie_breaker = if odd { -relations.popularity(row) } else { content[row as usize] };
        *score = if odd && is_usual { f32::NEG_INFINITY } else { *score + 1e-4 * tie_breaker };
    }
    top(&scores, known)
}

/// How much more often the attacker guesses a visitor's item if that visitor's history was learned from than if not,
/// and how often they guess it if it was.
fn advantage(shop: &SimulatedShop, min_visitors: MinVisitors, odd: bool) -> (f64, f64) {
    let present = shop.relations(&shop.histories, min_visitors);
    let (mut with, mut without, mut trials) = (0.0, 0.0, 0.0);
    for visitor in (0..VISITORS).step_by(4) {
        let usual = shop.histories[visitor].iter().copied().rfind(|&item| item != shop.odd[visitor]).unwrap();
        let secret = if odd { shop.odd[visitor] } else { usual };
        let mut others = shop.histories.clone();
        let known: Vec<u32> = others.remove(visitor).into_iter().filter(|&item| item != secret).collect();
        let known: Vec<u32> = known.into_iter().filter(|&item| item != shop.odd[visitor]).collect();
        let absent = shop.relations(&others, min_visitors);
        let guessed = |relations| f64::from(u8::from(guesses(shop, relations, &known, odd).contains(&secret)));
        with += guessed(&present);
        without += guessed(&absent);
        trials += 1.0;
    }
    ((with - without) / trials, with / trials)
}

#[test]
fn the_pack_hardly_helps_to_guess_what_a_visitor_chose() {
    let shop = SimulatedShop::new();
    let advantages = |k| [true, false].map(|odd| advantage(&shop, MinVisitors::new(k), odd));
    // Without a limit, an attacker who knows the other items finds the odd one, although nothing else points to it.
    let [(odd, found), _] = advantages(1);
    assert!(odd > 0.9 && found > 0.9, "without a limit {odd} of {found}");
    // Pairs of this shop rest on 2.6 visitors on average, about as many as the limit. So a single visitor often decides
    // whether a pair is published: the worst case.
    for (k, max_odd, max_usual) in [(3, 0.02, 0.2), (5, 0.02, 0.1)] {
        let [(odd, _), (usual, _)] = advantages(k);
        assert!(odd <= max_odd && usual <= max_usual, "at least {k} visitors: {odd}, {usual}");
    }
}

#[test]
fn an_edge_of_fewer_than_three_visitors_is_not_published() {
    let shop = SimulatedShop::new();
    let count_visitors = |(a, b): (u32, u32)| {
        shop.histories.iter().filter(|history| history.contains(&a) && history.contains(&b)).count()
    };
    let count_edges = |min_visitors| {
        let relations = shop.publish(&shop.histories, min_visitors, Settings { cold_start_borrow: 0.0, ..START });
        let edges = (0..ITEMS as u32).flat_map(|row| relations.neighbours(row).map(move |next| (row, next.0)));
        let edges: Vec<usize> = edges.map(count_visitors).collect();
        (edges.len(), edges.into_iter().min())
    };
    let (edges, visitors) = count_edges(MinVisitors::default());
    assert!(edges > 1000 && visitors == Some(3), "{edges} edges of {visitors:?} visitors");
    assert_eq!(count_edges(MinVisitors::ONE).1, Some(1));
}

/// One visitor with ten thousand events: the pushed item after every other item, repeatedly.
fn bot_history() -> Vec<u32> {
    (0..10_000).map(|nth| if nth % 2 == 1 { PUSHED } else { nth / 2 % PUSHED }).collect()
}

/// Fake visitors who surround the pushed item with as many best sellers as are counted, of all categories. Every three
/// of them have the same best sellers, because a pair is published from three visitors on.
fn fake_visitors(number: u32) -> Vec<Vec<u32>> {
    let best = |rank: u32| rank % CATEGORIES as u32 * CATEGORY_ITEMS as u32 + rank / CATEGORIES as u32;
    let around = 2 * START.max_distance as u32;
    let fake = |visitor: u32| {
        let mut history: Vec<u32> = (visitor / 3 * around..(visitor / 3 + 1) * around).map(best).collect();
        history.insert(START.max_distance, PUSHED);
        history
    };
    (0..number).map(fake).collect()
}

#[test]
fn a_bot_with_ten_thousand_events_changes_no_list() {
    let shop = SimulatedShop::new();
    let pushed = |min_visitors| shop.count_pushed(&shop.relations_with(vec![bot_history()], min_visitors));
    assert_eq!(
        shop.count_pushed(&shop.relations(&shop.histories, MinVisitors::ONE)),
        (0, 0),
        "no visitor chooses the pushed item"
    );
    assert_eq!(pushed(MinVisitors::default()), (0, 0));
    assert!(
        pushed(MinVisitors::ONE).0 > 0,
        "without a limit, it is a neighbour of the items that the bot put before it"
    );
}

#[test]
fn one_percent_of_fake_visitors_changes_few_lists() {
    let shop = SimulatedShop::new();
    let k = MinVisitors::default().get();
    for number in 1..k {
        assert_eq!(
            shop.count_pushed(&shop.relations_with(fake_visitors(number), MinVisitors::default())),
            (0, 0),
            "{number} fake visitors, fewer than {k}"
        );
    }
    let number = VISITORS as u32 / 100;
    let most = 2 * START.max_distance * number as usize / k as usize;
    let (items, lists) = shop.count_pushed(&shop.relations_with(fake_visitors(number), MinVisitors::default()));
    assert!(items > 0 && items <= most && lists <= VISITORS / 100, "neighbour of {items} items, in {lists} lists");
    assert!(
        shop.count_pushed(&shop.relations_with(fake_visitors(number), MinVisitors::ONE)).0 > most,
        "without a limit"
    );
}
