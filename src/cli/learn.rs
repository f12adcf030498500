//! `nearmind learn --pack DIR --interactions FILE`: learns from interactions and adds the result to their catalogue.
//!
//! Writes the cooccurrences, the popularity by context if it improves the predictions, and the weights of a score; the
//! rest of the pack stays unchanged. Whatever fewer than `--min-visitors` visitors chose is left out.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{folder, interactions::Interactions};
use crate::learn::{
    ItemFeatures, MinVisitors, TrainingData,
    tune::{self, Progress},
};

#[derive(Debug, Args)]
pub struct Learn {
    /// Folder of a catalogue from `nearmind bake`
    #[arg(long)]
    pack: PathBuf,
    /// Tab-separated with the columns user_id and item_id (and event, timestamp, place, device, season, weekday, hour), or
    /// GA4 events as JSON Lines; plain or gzipped. Repeat the option for several files
    #[arg(long, required = true)]
    interactions: Vec<PathBuf>,
    /// Publish only what at least this many visitors chose; 1 publishes what single visitors did
    #[arg(long, default_value_t, value_name = "K")]
    min_visitors: MinVisitors,
    /// Seed that draws the visitors and items held out to compare settings
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Learn {
    pub fn run(&self) -> Result<()> {
        let (_, catalog) = folder::read(&self.pack)?;
        let interactions = self.read(|id| catalog.row(id))?;
        ensure!(
            interactions.total() > 0,
            "no interaction has an item of the catalogue {}: use the item ids of the feed that it was baked from",
            self.pack.display()
        );
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
        bar.enable_steady_tick(Duration::from_millis(200));
        let features = ItemFeatures::of(&catalog);
        let (histories, details) = (interactions.histories(), interactions.details());
        let data = TrainingData { histories: &histories, details: &details };
        let learned = tune::learn(features, data, self.min_visitors, self.seed, &|progress| {
            if let Progress::Step(what) = progress {
                bar.set_message(what.to_owned());
            }
        });
        bar.finish_and_clear();
        let relations = &learned.relations;
        let file = relations.write();
        let bytes = file.len();
        let contexts = learned.contexts.as_ref().map(|contexts| contexts.write());
        let files = [Some(file), contexts, Some(learned.score_weights.write())];
        folder::add_learned(&self.pack, files, self.min_visitors.get())?;
        let new = (0..catalog.len() as u32).filter(|&row| relations.count(row) == 0).count();
        println!(
            "on held-out visitors: HitRate@10 {:.3} -> {:.3}, NDCG@10 {:.3} -> {:.3}",
            learned.before.hit_rate, learned.after.hit_rate, learned.before.ndcg, learned.after.ndcg
        );
        println!(
            "{} neighbours of {} items, {new} of them without interactions; {bytes} bytes in {}",
            relations.edges(),
            catalog.len(),
            self.pack.display()
        );
        println!(
            "{} pairs of items are left out: fewer than {} visitors chose both (--min-visitors)",
            learned.suppressed_pairs, self.min_visitors
        );
        Ok(())
    }

    /// Reads all files and prints what was left out.
    fn read(&self, row_of: impl Fn(&str) -> Option<u32>) -> Result<Interactions> {
        let mut all = Interactions::default();
        for path in &self.interactions {
            let found = Interactions::read(path, &row_of)?;
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
            trimmed => println!("{trimmed} interactions are left out: more in a minute than a person can make"),
        }
        Ok(all)
    }
}
