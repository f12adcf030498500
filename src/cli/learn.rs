//! `nearmind learn --pack DIR --interactions FILE`: what visitors did, into the catalogue that they did it in.
//!
//! Adds to the pack what follows what, what is chosen where and when if that tells anything, and how much each part of a
//! score counts; the rest stays as it is. What fewer than `--min-visitors` chose is left out.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{folder, interactions::Interactions};
use crate::learn::{
    Limit, Past, Shop,
    tune::{self, Heard},
};

#[derive(Debug, Args)]
pub struct Learn {
    /// Folder of a catalogue from `nearmind bake`
    #[arg(long)]
    pack: PathBuf,
    /// Tab-separated with the columns user_id and item_id (and event, timestamp, value, place, device, season, weekday,
    /// hour), or GA4 events as JSON Lines; plain or gzipped; several times for several files
    #[arg(long, required = true)]
    interactions: Vec<PathBuf>,
    /// Publish nothing that fewer visitors stand behind; 1 publishes what single visitors did
    #[arg(long, default_value_t, value_name = "K")]
    min_visitors: Limit,
    /// Of the visitors that are held out to compare settings
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Learn {
    pub fn run(&self) -> Result<()> {
        let (_, catalog) = folder::read(&self.pack)?;
        let mut all = Interactions::default();
        for path in &self.interactions {
            let found = Interactions::read(path, |id| catalog.row(id))?;
            println!(
                "{}: {} interactions of {} visitors; {} with unknown items and {} malformed lines are left out",
                path.display(),
                found.total(),
                found.visitors.len(),
                found.unknown,
                found.malformed
            );
            all.merge(found);
        }
        match all.trim_bursts() {
            0 => {}
            trimmed => println!("{trimmed} interactions are left out: more came in a minute than a person makes"),
        }
        ensure!(all.total() > 0, "no interaction is with an item of {}: are the ids the shop's?", self.pack.display());
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let shop = Shop { matrix: &catalog.matrix, fields: &catalog.fields };
        let histories = all.histories();
        let past = Past { histories: &histories, occurred: &all.occurred() };
        let learned = tune::learn(shop, past, self.min_visitors, self.seed, &|heard| {
            if let Heard::Begins(what) = heard {
                bar.set_message(what.to_owned());
            }
        });
        bar.finish_and_clear();
        let relations = &learned.relations;
        let file = relations.write();
        let bytes = file.len();
        let contexts = learned.contexts.as_ref().map(|contexts| contexts.write());
        let files = [Some(file), contexts, Some(learned.score_weights.write())];
        folder::add_learned(&self.pack, files, self.min_visitors.min_visitors())?;
        let new = (0..catalog.len() as u32).filter(|&row| relations.count(row) == 0).count();
        println!(
            "foretold of visitors held out: HitRate@10 {:.3} -> {:.3}, NDCG@10 {:.3} -> {:.3}",
            learned.before.hit_rate, learned.after.hit_rate, learned.before.ndcg, learned.after.ndcg
        );
        println!(
            "{} neighbours of {} items, {new} of them known by their texts alone; {} bytes in {}",
            relations.edges(),
            catalog.len(),
            bytes,
            self.pack.display()
        );
        println!(
            "{} pairs of items are left out: fewer than {} visitors chose both (--min-visitors)",
            learned.left_out, self.min_visitors
        );
        Ok(())
    }
}
