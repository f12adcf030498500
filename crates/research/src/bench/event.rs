//! `nearmind-research bench event [--items N]... [--out DIR]`: the time of one event in a large shop, from the click to
//! the new list, and of the answers to "why this?" and "why not that?".
//!
//! The shop is synthetic: item vectors around a hundred centres, so that visitors can have interests. With `--out`, the
//! catalogue is written for the page `visit.html`, which measures the same in a browser's worker.

use std::{path::PathBuf, time::Instant};

use anyhow::Result;
use clap::Args;
use pollster::block_on;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use nearmind::cli::folder;
use nearmind_core::{
    catalog::{Catalog, Item, ItemText, ModelName, Pack, build},
    profile::{Event, EventName},
    protocol::{Command, ShelfRequest, Update},
    text::Dictionary,
};
use nearmind_encoder::{Model, cpu::CpuModel};
use nearmind_session::{MemoryStore, Session};

const WIDTH: usize = 384;
const CENTRES: usize = 100;
/// Events of the visit. The first ones fill the caches and are not measured.
const EVENTS: usize = 60;
const WARM_UP: usize = 10;

#[derive(Debug, Args)]
pub struct EventBench {
    /// Number of items of the shop, may be repeated
    #[arg(long, default_values_t = [10_000, 100_000])]
    items: Vec<usize>,
    /// Writes the catalogue of each size to the folder OUT/ITEMS
    #[arg(long)]
    out: Option<PathBuf>,
}

impl EventBench {
    pub fn run(&self) -> Result<()> {
        println!("milliseconds on one core, median and slowest: an event to a new list of 10, why this, why not that");
        for &items in &self.items {
            let catalog = build_catalog(items);
            if let Some(out) = &self.out {
                folder::write(&out.join(items.to_string()), &Pack::new(&catalog))?;
            }
            let [event, why, why_not] = measure(catalog, items).map(median_and_max);
            println!("  {items:>7} items   {event}   {why}   {why_not}");
        }
        Ok(())
    }
}

/// Builds a catalogue of synthetic items.
fn build_catalog(items: usize) -> Catalog {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut vector = |spread: f32| (0..WIDTH).map(|_| random.random_range(-spread..spread)).collect::<Vec<f32>>();
    let centres: Vec<Vec<f32>> = (0..CENTRES).map(|_| vector(1.0)).collect();
    let item = |nth: usize| {
        let words = ItemText {
            title: format!("Thing {} of kind {}", nth, nth % CENTRES),
            description: format!("Made for bench {} in colour {}.", nth % 977, nth % 13),
            categories: vec![format!("Kind {}", nth % CENTRES)],
        };
        Item {
            id: format!("item-{nth:06}"),
            url: format!("/item-{nth:06}"),
            price: Some((nth % 500) as f64),
            words: [("en".to_owned(), words)].into(),
            ..Item::default()
        }
    };
    let mut near = |nth: usize| {
        let mut own = vector(1.0);
        own.iter_mut().zip(&centres[nth % CENTRES]).for_each(|(own, centre)| *own += centre);
        own
    };
    let all = (0..items).map(|nth| (item(nth), near(nth))).collect();
    build::build_catalog(all, Dictionary::default(), ModelName { name: "none".into(), digest: String::new() })
}

/// Formats the median and the maximum.
fn median_and_max(mut times_ms: Vec<f64>) -> String {
    times_ms.sort_by(f64::total_cmp);
    format!("{:6.2} {:6.2}", times_ms[times_ms.len() / 2], times_ms[times_ms.len() - 1])
}

/// Measures each event after the first ones, and the two questions after it. Returns milliseconds: events, "why this?",
/// "why not that?".
fn measure(catalog: Catalog, items: usize) -> [Vec<f64>; 3] {
    let mut session: Session<Model<CpuModel>, MemoryStore> = Session::new(MemoryStore::default());
    block_on(session.apply(Command::open_local().at(0.0, "en")));
    block_on(session.set_catalog(catalog));
    let request = ShelfRequest { limit: 10, lang: "en".to_owned(), ..ShelfRequest::default() };
    block_on(session.apply(Command::Shelf { shelf: "s".into(), request }.at(0.0, "en")));
    let [mut events, mut why, mut why_not] = [const { Vec::new() }; 3];
    let mut timed = |now_ms: f64, command: Command| {
        let start = Instant::now();
        let updates = block_on(session.apply(command.at(now_ms, "en")));
        (start.elapsed().as_secs_f64() * 1e3, updates)
    };
    for nth in 0..EVENTS {
        // Half of the views are around one centre, the others around any.
        let row = if nth % 2 == 0 { nth * CENTRES } else { nth * 7919 } % items;
        let now_ms = nth as f64 * 60e3;
        let (spent, updates) = timed(
            now_ms,
            Command::Track { event: Event::for_item(EventName::ViewItem, &format!("item-{row:06}"), now_ms) },
        );
        events.push(spent);
        let Some(Update::Shelf(list)) = updates.into_iter().next() else {
            panic!("an event must rank the shelf again")
        };
        if nth >= WARM_UP {
            // An item of the list, and one around the viewed item's centre, which the list may lack.
            let (shelf, item) = ("s".to_owned(), list.cards[nth % list.cards.len()].item.clone());
            why.push(timed(now_ms, Command::Explain { shelf: shelf.clone(), item }).0);
            let item = format!("item-{:06}", (row + CENTRES * (1 + nth % 7)) % items);
            why_not.push(timed(now_ms, Command::WhyNot { shelf, item }).0);
        }
    }
    [events.split_off(WARM_UP), why, why_not]
}
