//! `nearmind bake FEED... --model DIR --out DIR`: product feeds to a packed catalogue.
//!
//! The same feed and model give the same bytes, whatever the number of threads, the order of the feed, and what an
//! earlier bake has kept. What `nearmind learn` has learned of items stays with them. A catalogue that is there already
//! stays whole until the new one is.

mod embed;
pub mod vector_cache;
mod languages;
mod learned;
mod pictures;
mod write;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Args;
use embed::{Embeddings, embed};
use learned::LearnedData;
use pictures::{PictureSource, Pictures};
use vector_cache::{ModelFingerprint, VectorCache};

use write::write;

use super::{device::DeviceArg, feeds::FeedArgs, folder, model::NativeModel, recall::recall, reduce::reduce};
use nearmind_core::{
    catalog::{Aliases, Item, Manifest, ModelName},
    vectors::{Centre, Matrix},
};
use nearmind_feeds::Items;

/// Items by ascending id, none twice. They lie on the disk and are read as often as they are needed.
pub trait SortedItems {
    fn len(&self) -> usize;
    fn read(&mut self, nth: usize) -> Result<Item>;
    /// What else they are called.
    fn aliases(&self) -> &Aliases;
}

#[derive(Debug, Args)]
pub struct Bake {
    #[command(flatten)]
    feeds: FeedArgs,
    /// Folder of a converted model (`cargo xtask models` makes one)
    #[arg(long, required_unless_present = "no_embed")]
    model: Option<PathBuf>,
    /// Without vectors: the catalogue is found by its words alone
    #[arg(long, conflicts_with_all = ["model", "dimensions"])]
    no_embed: bool,
    /// Folder of an earlier bake: texts that it embedded are not embedded again, what was learned of its items stays.
    /// That of --out is looked at anyway
    #[arg(long)]
    previous: Option<PathBuf>,
    /// Keep only so many dimensions, those in which this catalogue's vectors differ most: a smaller catalogue, and a
    /// little less exact
    #[arg(long)]
    dimensions: Option<usize>,
    /// Where the items' pictures are: the folder of the site or of the pictures, or the address of their server (several
    /// times for several). Small copies become part of the catalogue: for pages with pictures="private", whose requests
    /// tell no host what a visitor is shown. JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF and SVG; up to 16 MB, some 4,500 items
    #[arg(long)]
    pictures: Vec<PictureSource>,
    /// Where the model runs; the CPU gives the same bytes on every machine
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Folder for the catalogue, which replaces the one that is there. `.bake` in it is for the next bake: no visitor
    /// needs it
    #[arg(long)]
    out: PathBuf,
}

impl Bake {
    pub fn run(&self) -> Result<()> {
        let from = Instant::now();
        let (mut items, report) = self.feeds.read()?;
        let manifest = self.pack(&mut items)?;
        folder::write_report(&self.out, &report)?;
        let bytes: usize = manifest.all_files().map(|file| file.bytes).sum();
        let secs = from.elapsed().as_secs_f64();
        println!(
            "{} items of {} rows, {} left out; {bytes} bytes in {}; {secs:.1} s, {:.0} items a second",
            manifest.count,
            report.rows,
            report.left_out(),
            self.out.display(),
            manifest.count as f64 / secs
        );
        Ok(())
    }

    fn pack(&self, items: &mut impl SortedItems) -> Result<Manifest> {
        fs::create_dir_all(&self.out).with_context(|| format!("making the folder {}", self.out.display()))?;
        let (matrix, centre, model) = match &self.model {
            Some(model) => self.vectors(model, items)?,
            None => (Matrix::blank(items.len()), Centre::none(0), ModelName::default()),
        };
        let pictures = match self.pictures.as_slice() {
            [] => Pictures::default(),
            places => Pictures::make(&self.out, items, places)?,
        };
        if !self.pictures.is_empty() {
            print!("{pictures}");
        }
        let learned = LearnedData::load(&self.folders());
        write(&self.out, items, (&matrix, &centre), model, learned.as_ref(), &pictures)
    }

    /// Where earlier bakes may have left something.
    fn folders(&self) -> Vec<&Path> {
        [Some(&self.out), self.previous.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect()
    }

    fn vectors(&self, folder: &Path, items: &mut impl SortedItems) -> Result<(Matrix, Centre, ModelName)> {
        let mut model = NativeModel::load(folder, self.device)?;
        let maker = ModelFingerprint { digest: model.digest, width: model.width() };
        let from = Instant::now();
        let Embeddings { vectors, newly_embedded, languages } =
            embed(&mut model, items, VectorCache::open(maker, &self.folders())?)?;
        let secs = from.elapsed().as_secs_f64();
        println!(
            "{newly_embedded} texts embedded in {secs:.1} s, {:.0} a second; {} known from before",
            newly_embedded as f64 / secs,
            items.len() - newly_embedded
        );
        if let Some(warning) = languages::warning(&model.manifest, &languages, &languages::sibling_models(folder)) {
            eprintln!("{warning}");
        }
        let mut centre = Centre::learn(model.width(), &vectors);
        if let Some(dimensions) = self.dimensions {
            reduce(&mut centre, &vectors, dimensions)?;
        }
        let matrix = Matrix::quantize(centre.width(), &centre.apply_all(&vectors));
        if let Some(recall) = recall(&vectors, &centre, &matrix) {
            println!("{recall}");
        }
        Ok((matrix, centre, model.manifest.model_name()))
    }
}

impl SortedItems for Items<File> {
    fn len(&self) -> usize {
        Items::len(self)
    }

    fn read(&mut self, nth: usize) -> Result<Item> {
        Ok(Items::read(self, nth)?)
    }

    fn aliases(&self) -> &Aliases {
        Items::aliases(self)
    }
}
