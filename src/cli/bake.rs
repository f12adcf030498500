//! `nearmind bake FEED --model DIR --out DIR`: a feed of items to a packed catalogue.
//!
//! The same feed and model give the same bytes, whatever the number of threads and the order of the feed.

mod pictures;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{device::DeviceArg, folder, model::NativeModel};
use crate::{
    catalog::{Item, Pack, clean::clean, document, make},
    encoder::tokenize::Role,
    session::model_name,
    text::Segmenter,
};

/// Texts between two steps of the progress bar.
const CHUNK: usize = 64;
/// Problems of the feed that are printed one by one.
const SHOWN: usize = 10;

#[derive(Debug, Args)]
pub struct Bake {
    /// JSON Lines, one item a line
    feed: PathBuf,
    /// Folder of a converted model (`cargo xtask models` makes one)
    #[arg(long)]
    model: PathBuf,
    /// The site's folder: small SVG pictures that the items name become part of the catalogue, so that showing a card
    /// asks the host for nothing
    #[arg(long)]
    pictures: Option<PathBuf>,
    /// Where the model runs; the CPU gives the same bytes on every machine
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Folder for the catalogue; what an earlier bake left there is replaced
    #[arg(long)]
    out: PathBuf,
}

impl Bake {
    pub fn run(&self) -> Result<()> {
        let feed =
            fs::read_to_string(&self.feed).with_context(|| format!("reading the feed {}", self.feed.display()))?;
        let mut clean = clean(&feed);
        for problem in clean.problems.iter().take(SHOWN) {
            eprintln!("{}: {problem}", self.feed.display());
        }
        if clean.problems.len() > SHOWN {
            eprintln!("... and {} more problems", clean.problems.len() - SHOWN);
        }
        ensure!(!clean.items.is_empty(), "no item of {} can be used", self.feed.display());
        if let Some(site) = &self.pictures {
            let outside = pictures::inline(&mut clean.items, site)?;
            println!("{outside} pictures stay outside the catalogue: not found, larger than 8 KB, or not SVG");
        }
        let (items, problems) = (clean.items.len(), clean.problems.len());

        let mut model = NativeModel::load(&self.model, self.device)?;
        let vectors = encode(&mut model, &clean.items)?;
        let dictionary = Segmenter::full().dictionary_for(clean.items.iter().flat_map(make::texts));
        let catalog =
            make::make(clean.items.into_iter().zip(vectors).collect(), dictionary, model_name(&model.manifest));
        let pack = Pack::new(&catalog);
        folder::write(&self.out, &pack)?;
        let bytes: usize = pack.files.iter().map(|(_, bytes)| bytes.len()).sum();
        println!("{items} items, {problems} problems, {bytes} bytes in {}", self.out.display());
        Ok(())
    }
}

/// The vector of each item's text, in the order of `items`.
pub fn encode(model: &mut NativeModel, items: &[Item]) -> Result<Vec<Vec<f32>>> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} items, {per_sec}, {eta} left")?;
    let progress = ProgressBar::new(items.len() as u64).with_style(style);
    let mut vectors = Vec::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        let texts: Vec<String> = chunk.iter().map(|item| document(item).text).collect();
        vectors.extend(model.encode(&texts, Role::Passage)?);
        progress.inc(chunk.len() as u64);
    }
    progress.finish_and_clear();
    Ok(vectors)
}
