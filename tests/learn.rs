//! What someone who downloads a pack finds out about one visitor, and what fake visitors do to its lists: in a made-up
//! shop, with the settings that a search begins with, against the bounds that `src/learn.rs` states.

use nearmind::learn::{
    Limit, Occurred, Past, Shop, content,
    follow::Settings,
    profile, publish, purchases,
    tune::{START, START_WEIGHTS},
};
use nearmind_core::{
    catalog::{Fields, Item, Relations},
    rank::Scorer,
    vectors::Matrix,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const KINDS: usize = 12;
const OF_A_KIND: usize = 20;
/// An item of no kind that nobody takes: what an attacker pushes.
const PUSHED: u32 = (KINDS * OF_A_KIND) as u32;
const ITEMS: usize = PUSHED as usize + 1;
const VISITORS: usize = 400;
/// Of a list.
const K: usize = 10;

struct MadeUp {
    matrix: Matrix,
    fields: Fields,
    histories: Vec<Vec<u32>>,
    /// Of each visitor the item that nobody like them takes.
    odd: Vec<u32>,
}

impl MadeUp {
    /// Items of twelve kinds, of each kind some sell well. A visitor takes six of one kind, and somewhere between them one
    /// of another kind that has nothing to do with the others.
    fn new() -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let vectors: Vec<f32> = (0..ITEMS).flat_map(|item| vector(kind(item as u32), &mut chance)).collect();
        let (histories, odd) = (0..VISITORS).map(|who| history(who % KINDS, &mut chance)).unzip();
        let fields = Fields::new(&vec![Item::default(); ITEMS]);
        Self { matrix: Matrix::quantize(KINDS + 1, &vectors), fields, histories, odd }
    }

    /// What a pack would ship.
    fn published(&self, histories: &[Vec<u32>], limit: Limit, settings: Settings) -> Relations {
        let shop = Shop { matrix: &self.matrix, fields: &self.fields };
        let past = Past { histories, occurred: &Occurred::default() };
        publish::publish(shop, past, limit, settings, &Default::default()).relations
    }

    fn relations(&self, histories: &[Vec<u32>], limit: Limit) -> Relations {
        self.published(histories, limit, START)
    }

    /// The same with further visitors.
    fn with(&self, more: Vec<Vec<u32>>, limit: Limit) -> Relations {
        self.relations(&[self.histories.clone(), more].concat(), limit)
    }

    /// In how many items' neighbourhoods the pushed item stands, and in how many visitors' first ten.
    fn pushed(&self, relations: &Relations) -> (usize, usize) {
        let rows = 0..ITEMS as u32;
        let near = rows.filter(|&row| relations.neighbours(row).any(|neighbour| neighbour.0 == PUSHED)).count();
        let list = |history: &Vec<u32>| {
            let profile = profile(purchases(history), START_WEIGHTS.step);
            let content = content(&self.matrix, &profile, START_WEIGHTS, &|row| relations.has_interactions(row));
            let scorer =
                Scorer::from_parts(Some(relations), &self.fields, START_WEIGHTS, &profile.weighted_rows(), content);
            first(&scorer.scores(), history)
        };
        (near, self.histories.iter().filter(|history| list(history).contains(&PUSHED)).count())
    }
}

/// Items of a kind follow each other; the last item has a kind of its own.
fn kind(item: u32) -> usize {
    item as usize / OF_A_KIND
}

/// A direction for each kind, and one that has nothing in common with any other for the last item.
fn vector(kind: usize, chance: &mut ChaCha8Rng) -> Vec<f32> {
    let mut vector = [0.0; KINDS + 1];
    vector[kind] = 1.0;
    if kind < KINDS {
        vector[..KINDS].iter_mut().for_each(|value| *value += chance.random_range(-0.2..0.2));
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / length).collect()
}

/// Six items of a kind, its first ones most often, with an odd one among them; and the odd one.
fn history(kind: usize, chance: &mut ChaCha8Rng) -> (Vec<u32>, u32) {
    let mut history: Vec<u32> = Vec::new();
    while history.len() < 6 {
        let nth = (chance.random::<f32>().powi(2) * OF_A_KIND as f32) as usize;
        let item = (kind * OF_A_KIND + nth) as u32;
        if !history.contains(&item) {
            history.push(item);
        }
    }
    let other = (kind + chance.random_range(1..KINDS)) % KINDS;
    let odd = (other * OF_A_KIND + chance.random_range(0..OF_A_KIND)) as u32;
    history.insert(chance.random_range(1..6), odd);
    (history, odd)
}

/// The ten best of those that are not masked.
fn first(scores: &[f32], masked: &[u32]) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..scores.len() as u32).filter(|row| !masked.contains(row)).collect();
    rows.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
    rows.truncate(K);
    rows
}

/// What an attacker guesses who has the pack and knows all of a visitor's items but one. Items are ranked by what the
/// edges between them and the known ones weigh together, in both directions; who looks for an odd one ranks those of
/// other kinds by how many of the known ones they have an edge with, the less popular first.
fn guesses(shop: &MadeUp, relations: &Relations, known: &[u32], odd: bool) -> Vec<u32> {
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
    let like = content(&shop.matrix, &profile(purchases(known), 1.0), START_WEIGHTS, &|_| true);
    for (row, score) in (0..).zip(&mut scores) {
        let usual = kind(row) == kind(known[0]);
        let tie = if odd { -relations.popularity(row) } else { like[row as usize] };
        *score = if odd && usual { f32::NEG_INFINITY } else { *score + 1e-4 * tie };
    }
    first(&scores, known)
}

/// How often the attacker guesses a visitor's item: with that visitor's history in what was learned from, less without it.
fn advantage(shop: &MadeUp, limit: Limit, odd: bool) -> (f64, f64) {
    let present = shop.relations(&shop.histories, limit);
    let (mut found, mut found_anyway, mut asked) = (0.0, 0.0, 0.0);
    for who in (0..VISITORS).step_by(4) {
        let usual = shop.histories[who].iter().copied().rfind(|&item| item != shop.odd[who]).unwrap();
        let secret = if odd { shop.odd[who] } else { usual };
        let mut others = shop.histories.clone();
        let known: Vec<u32> = others.remove(who).into_iter().filter(|&item| item != secret).collect();
        let known: Vec<u32> = known.into_iter().filter(|&item| item != shop.odd[who]).collect();
        let absent = shop.relations(&others, limit);
        let guessed = |relations| f64::from(u8::from(guesses(shop, relations, &known, odd).contains(&secret)));
        found += guessed(&present);
        found_anyway += guessed(&absent);
        asked += 1.0;
    }
    ((found - found_anyway) / asked, found / asked)
}

#[test]
fn the_pack_hardly_helps_to_guess_what_a_visitor_chose() {
    let shop = MadeUp::new();
    let figures = |k| [true, false].map(|odd| advantage(&shop, Limit::new(k), odd));
    // Without a limit whoever knows five items finds the sixth, though nothing else points to it.
    let [(odd, found), _] = figures(1);
    assert!(odd > 0.9 && found > 0.9, "without a limit {odd} of {found}");
    // Pairs of this shop rest on 2.6 visitors on average: about as many as the limit, so that one visitor decides as
    // often as anywhere whether a pair is published.
    for (k, of_odd, of_usual) in [(3, 0.02, 0.2), (5, 0.02, 0.1)] {
        let [(odd, _), (usual, _)] = figures(k);
        assert!(odd <= of_odd && usual <= of_usual, "of at least {k} visitors: {odd}, {usual}");
    }
}

#[test]
fn an_edge_that_fewer_than_three_visitors_made_is_not_there() {
    let shop = MadeUp::new();
    let visitors = |(a, b): (u32, u32)| {
        shop.histories.iter().filter(|history| history.contains(&a) && history.contains(&b)).count()
    };
    let fewest = |limit| {
        let relations = shop.published(&shop.histories, limit, Settings { cold_start_borrow: 0.0, ..START });
        let edges = (0..ITEMS as u32).flat_map(|row| relations.neighbours(row).map(move |next| (row, next.0)));
        let edges: Vec<usize> = edges.map(visitors).collect();
        (edges.len(), edges.into_iter().min())
    };
    let (edges, of) = fewest(Limit::default());
    assert!(edges > 1000 && of == Some(3), "{edges} edges of {of:?} visitors");
    assert_eq!(fewest(Limit::NONE).1, Some(1));
}

/// Ten thousand rows of one visitor: the pushed item after each other one, over and over.
fn bot() -> Vec<u32> {
    (0..10_000).map(|nth| if nth % 2 == 1 { PUSHED } else { nth / 2 % PUSHED }).collect()
}

/// Made-up visitors who surround the pushed item with as many best sellers as count, of all kinds; three each with the
/// same ones, which is as few as are published.
fn fakes(number: u32) -> Vec<Vec<u32>> {
    let best = |rank: u32| rank % KINDS as u32 * OF_A_KIND as u32 + rank / KINDS as u32;
    let around = 2 * START.length as u32;
    let fake = |who: u32| {
        let mut own: Vec<u32> = (who / 3 * around..(who / 3 + 1) * around).map(best).collect();
        own.insert(START.length, PUSHED);
        own
    };
    (0..number).map(fake).collect()
}

#[test]
fn one_bot_of_ten_thousand_rows_moves_no_list() {
    let shop = MadeUp::new();
    let pushed = |limit| shop.pushed(&shop.with(vec![bot()], limit));
    assert_eq!(shop.pushed(&shop.relations(&shop.histories, Limit::NONE)), (0, 0), "nobody takes it");
    assert_eq!(pushed(Limit::default()), (0, 0));
    assert!(pushed(Limit::NONE).0 > 0, "without a limit it follows on what the bot put before it");
}

#[test]
fn one_fake_in_a_hundred_moves_a_bounded_number_of_lists() {
    let shop = MadeUp::new();
    let k = Limit::default().min_visitors();
    for number in 1..k {
        assert_eq!(shop.pushed(&shop.with(fakes(number), Limit::default())), (0, 0), "{number} of fewer than {k}");
    }
    let number = VISITORS as u32 / 100;
    let most = 2 * START.length * number as usize / k as usize;
    let (rows, lists) = shop.pushed(&shop.with(fakes(number), Limit::default()));
    assert!(rows > 0 && rows <= most && lists <= VISITORS / 100, "{rows} neighbourhoods and {lists} lists");
    assert!(shop.pushed(&shop.with(fakes(number), Limit::NONE)).0 > most, "without a limit");
}
