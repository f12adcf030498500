//! `nearmind bake FEED... --model DIR --out DIR`: packs product feeds into a catalogue.
//!
//! The same feed and model give the same bytes, whatever the number of threads, the order of the feed, and what earlier
//! bakes have cached. What `nearmind learn` has learned about an item is kept as long as the item exists. A catalogue that
//! is already there stays complete until the new one is.

mod embed;
mod first_lists;
pub mod vector_cache;
mod languages;
mod learned;
#[cfg_attr(target_os = "wasi", path = "bake/no_pictures.rs")]
mod pictures;
mod word_vectors;
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
use pictures::{PictureLocation, Pictures};
use vector_cache::{CacheKind, ModelFingerprint, VectorCache};
use word_vectors::word_vectors;
use write::{Content, chinese_words, write};

use super::{
    device::DeviceArg,
    feeds::FeedArgs,
    folder,
    model::{NativeModel, default_model},
    recall::measure_recall,
    reduce::reduce,
};
use nearmind_core::{
    catalog::{Aliases, Item, Manifest, ModelName, WordVectors},
    text::Dictionary,
    vectors::{Centre, Matrix},
};
use nearmind_feeds::Items;

/// Items in ascending order of their ids, without duplicates. They are stored on disk, and can be read several times.
pub trait SortedItems {
    fn len(&self) -> usize;
    /// Reads the item at position `nth`.
    fn read(&mut self, nth: usize) -> Result<Item>;
    /// Other names of the items.
    fn aliases(&self) -> &Aliases;
}

#[derive(Debug, Args)]
pub struct Bake {
    #[command(flatten)]
    feeds: FeedArgs,
    /// Folder of a converted model, such as models/minilm (`cargo xtask models` makes it). In the npm package, its English
    /// model is the default
    #[arg(long, value_name = "DIR")]
    #[cfg_attr(not(target_os = "wasi"), arg(required_unless_present = "no_embed"))]
    model: Option<PathBuf>,
    /// Pack the catalogue without vectors: items are then matched by their words only
    #[arg(long, conflicts_with_all = ["model", "dimensions"])]
    no_embed: bool,
    /// Folder of an earlier catalogue: its vectors are reused for texts that have not changed, and what was learned about
    /// its items is kept. The folder of --out is always used in this way
    #[arg(long, value_name = "DIR")]
    previous: Option<PathBuf>,
    /// Reduce the vectors to this many dimensions, by a principal component analysis: the catalogue becomes smaller and
    /// a little less exact. From 1 to the dimensions of the model (384 for models/minilm), which are the default
    #[arg(long, value_name = "N")]
    dimensions: Option<usize>,
    /// Store small copies of the items' pictures in the catalogue, for pages with pictures="private", which request no
    /// picture from a host. Takes the folder of the site or of its pictures, or the URL of their server; may be repeated.
    /// Reads JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF and SVG. At most 16 MB in total, enough for about 4,500 items
    #[arg(long, value_name = "DIR|URL")]
    pictures: Vec<PictureLocation>,
    /// Device that runs the model. Only the CPU gives the same bytes on every machine
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Folder for the catalogue, such as site/catalog, created if it does not exist. A catalogue there is replaced. Its
    /// subfolder .bake is for the next bake, and need not be published
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What the model gives.
struct Vectors {
    matrix: Matrix,
    centre: Centre,
    words: Option<WordVectors>,
    model: ModelName,
}

impl Bake {
    pub fn run(&self) -> Result<()> {
        let start = Instant::now();
        let (mut items, report) = self.feeds.read()?;
        let manifest = self.pack(&mut items)?;
        folder::write_report(&self.out, &report)?;
        let bytes: usize = manifest.all_files().map(|file| file.bytes).sum();
        let secs = start.elapsed().as_secs_f64();
        println!(
            "packed {} items of {} rows, {} left out; {bytes} bytes in {}; {secs:.1} s, {:.0} items per second",
            manifest.count,
            report.rows,
            report.left_out(),
            self.out.display(),
            manifest.count as f64 / secs
        );
        Ok(())
    }

    fn pack(&self, items: &mut impl SortedItems) -> Result<Manifest> {
        fs::create_dir_all(&self.out).with_context(|| format!("creating the folder {}", self.out.display()))?;
        let mut dictionary = chinese_words(items)?;
        let model = if self.no_embed { None } else { self.model.clone().or_else(default_model) };
        let Vectors { matrix, centre, words, model } = match model {
            Some(model) => self.vectors(&model, items, &mut dictionary)?,
            None => Vectors {
                matrix: Matrix::zeros(items.len()),
                centre: Centre::identity(0),
                words: None,
                model: ModelName::default(),
            },
        };
        let pictures = match self.pictures.as_slice() {
            [] => Pictures::default(),
            sources => Pictures::make(&self.out, items, sources)?,
        };
        if !self.pictures.is_empty() {
            print!("{pictures}");
        }
        let learned = LearnedData::load(&self.previous_folders());
        let content = Content {
            dictionary: &dictionary,
            vectors: (&matrix, &centre),
            word_vectors: words.as_ref(),
            learned: learned.as_ref(),
            pictures: &pictures,
        };
        write(&self.out, items, content, model)
    }

    /// Folders in which earlier bakes may have left vectors and learned data: `--out`, then `--previous`.
    fn previous_folders(&self) -> Vec<&Path> {
        [Some(&self.out), self.previous.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect()
    }

    /// Embeds the items, and fits word vectors to them. Adds words to the dictionary that those need.
    fn vectors(&self, folder: &Path, items: &mut impl SortedItems, dictionary: &mut Dictionary) -> Result<Vectors> {
        let mut model = NativeModel::load(folder, self.device)?;
        let fingerprint = ModelFingerprint { digest: model.digest, width: model.width() };
        let start = Instant::now();
        let Embeddings { vectors, newly_embedded, languages } =
            embed(&mut model, items, self.cache(CacheKind::Items, &fingerprint)?)?;
        let secs = start.elapsed().as_secs_f64();
        println!(
            "{newly_embedded} texts embedded in {secs:.1} s, {:.0} per second; {} vectors reused from earlier bakes",
            newly_embedded as f64 / secs,
            items.len() - newly_embedded
        );
        if let Some(warning) = languages::warning(&model.manifest, &languages, &languages::sibling_models(folder)) {
            eprintln!("{warning}");
        }
        let mut centre = Centre::fit(model.width(), &vectors);
        if let Some(dimensions) = self.dimensions {
            reduce(&mut centre, &vectors, dimensions)?;
        }
        let matrix = Matrix::quantize(centre.width(), &centre.apply_all(&vectors));
        if let Some(recall) = measure_recall(&vectors, &centre, &matrix) {
            println!("{recall}");
        }
        let cache = self.cache(CacheKind::Queries, &fingerprint)?;
        let words = word_vectors(&mut model, items, dictionary, (&matrix, &centre), cache)?;
        Ok(Vectors { matrix, centre, words, model: model.manifest.model_name() })
    }

    fn cache(&self, kind: CacheKind, fingerprint: &ModelFingerprint) -> Result<VectorCache> {
        VectorCache::open(kind, fingerprint.clone(), &self.previous_folders())
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
