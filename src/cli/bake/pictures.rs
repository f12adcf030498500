//! `--pictures`: stores small copies of the items' pictures in the catalogue, because the pictures that a visitor's browser
//! requests would tell the shop's host what the visitor was recommended.
//!
//! A small SVG becomes part of its item; a raster picture becomes a thumbnail in a sheet
//! ([`nearmind_core::catalog::pictures`]). Must not know vectors.

mod avif;
mod inline;
mod cache;
mod source;
mod thumbnail;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use anyhow::{Result, ensure};
use cache::{CachedThumbnail, ThumbnailCache};
use rayon::prelude::*;
pub use source::PictureLocation;
use source::{Lookup, PictureReader};

use super::{SortedItems, embed::progress_bar};
use crate::cli::folder;
use nearmind_core::catalog::{Sheet, manifest::FileEntry, pictures::SHEET_BYTES};

/// Limit of all small pictures together, since every visitor downloads them.
const MAX_BYTES: usize = 16 << 20;
/// Items that are processed together, by all cores.
const CHUNK: usize = 256;
/// How many of the unusable pictures are listed.
const MAX_EXAMPLES: usize = 5;

/// The pictures that become part of the catalogue.
#[derive(Default)]
pub struct Pictures {
    /// The manifest's entries of the sheets, in the order of the items. Their files are written already.
    pub sheets: Vec<FileEntry>,
    /// `data:` URLs of small SVGs, by the position of their item.
    inline: BTreeMap<usize, String>,
    summary: Summary,
}

/// Counts of what happened to the pictures.
#[derive(Default)]
struct Summary {
    thumbnails: usize,
    /// Thumbnails that an earlier bake made.
    cached: usize,
    bytes: usize,
    large_svgs: usize,
    /// Number of pictures on each server that `--pictures` does not name, by host.
    other_servers: BTreeMap<String, usize>,
    failed: usize,
    examples: Vec<String>,
}

/// What happened to the picture of one item.
enum Outcome {
    /// The item has no picture, or a `data:` URL already.
    None,
    Thumbnail {
        thumbnail: CachedThumbnail,
        is_new: bool,
    },
    /// A small SVG, as a `data:` URL.
    Inline(String),
    LargeSvg,
    /// The host of a server that `--pictures` does not name.
    OtherServer(String),
    /// Why the picture cannot be used.
    Failed(String),
}

impl Pictures {
    /// Reads the pictures of all items from `sources`, and writes the sheets of thumbnails into the folder `out`.
    ///
    /// # Errors
    /// If the small pictures take more than [`MAX_BYTES`], or `out` cannot be written.
    pub fn make(out: &Path, items: &mut impl SortedItems, sources: &[PictureLocation]) -> Result<Self> {
        let (reader, cache) = (PictureReader::new(sources), ThumbnailCache::open(out)?);
        let (mut pictures, mut addresses) = (Self::default(), BTreeSet::new());
        let mut sheet = Sheet::new(0);
        let progress = progress_bar(items.len() as u64, "pictures")?;
        for start in (0..items.len()).step_by(CHUNK) {
            let end = items.len().min(start + CHUNK);
            let images: Vec<String> = (start..end).map(|nth| Ok(items.read(nth)?.image)).collect::<Result<_>>()?;
            let outcomes: Vec<Outcome> = images
                .par_iter()
                .map(|image| {
                    progress.inc(1);
                    process(image, &reader, &cache)
                })
                .collect();
            for (nth, (image, outcome)) in (start..).zip(images.into_iter().zip(outcomes)) {
                if let Outcome::Thumbnail { thumbnail, is_new: true } = &outcome {
                    cache.put(&image, thumbnail)?;
                }
                sheet.push(pictures.add(nth, &image, outcome)?.as_deref().unwrap_or_default());
                addresses.insert(image);
                if sheet.picture_bytes() >= SHEET_BYTES {
                    let full = std::mem::replace(&mut sheet, Sheet::new(nth as u32 + 1));
                    pictures.write(out, &full)?;
                }
            }
        }
        if sheet.picture_bytes() > 0 {
            pictures.write(out, &sheet)?;
        }
        progress.finish_and_clear();
        cache.remove_unused(&addresses)?;
        Ok(pictures)
    }

    /// Counts what happened to the picture of the item at `nth`. Returns the WebP of its thumbnail, if it has one.
    fn add(&mut self, nth: usize, address: &str, outcome: Outcome) -> Result<Option<Vec<u8>>> {
        let summary = &mut self.summary;
        let mut webp = None;
        match outcome {
            Outcome::None => {}
            Outcome::Thumbnail { thumbnail, is_new } => {
                summary.thumbnails += 1;
                summary.cached += usize::from(!is_new);
                summary.bytes += thumbnail.webp.len();
                webp = Some(thumbnail.webp);
            }
            Outcome::Inline(data) => {
                summary.bytes += data.len();
                self.inline.insert(nth, data);
            }
            Outcome::LargeSvg => summary.large_svgs += 1,
            Outcome::OtherServer(host) => *summary.other_servers.entry(host).or_default() += 1,
            Outcome::Failed(why) => {
                summary.failed += 1;
                if summary.examples.len() < MAX_EXAMPLES {
                    summary.examples.push(format!("{address}: {why}"));
                }
            }
        }
        ensure!(
            summary.bytes <= MAX_BYTES,
            "the small pictures of the first {} items take more than {} MB, which every visitor would download: leave out \
             --pictures, or bake fewer items",
            nth + 1,
            MAX_BYTES >> 20
        );
        Ok(webp)
    }

    /// Writes a sheet into the folder `out`.
    fn write(&mut self, out: &Path, sheet: &Sheet) -> Result<()> {
        let bytes = sheet.write();
        let file = FileEntry::new("pictures", "bin", &bytes);
        folder::write_file(out, &file.file, &bytes)?;
        self.sheets.push(file);
        Ok(())
    }

    /// The `data:` URL that replaces the picture's own URL, for the item at `nth`.
    pub fn inline(&self, nth: usize) -> Option<&str> {
        self.inline.get(&nth).map(String::as_str)
    }
}

/// Reads one picture, and makes a small one of it.
fn process(address: &str, reader: &PictureReader, cache: &ThumbnailCache) -> Outcome {
    if address.is_empty() || address.starts_with("data:") {
        return Outcome::None;
    }
    let cached = cache.get(address);
    match reader.find(address, cached.as_ref().map(|cached| cached.version.as_str())) {
        Lookup::Unchanged => cached.map_or(Outcome::None, |thumbnail| Outcome::Thumbnail { thumbnail, is_new: false }),
        Lookup::OtherServer(host) => Outcome::OtherServer(host),
        Lookup::Missing(why) => Outcome::Failed(why),
        Lookup::File { bytes, .. } if inline::is_svg(&bytes) => {
            if bytes.len() > inline::MAX_BYTES {
                return Outcome::LargeSvg;
            }
            String::from_utf8(bytes).map_or_else(
                |_| Outcome::Failed("the SVG is not UTF-8".into()),
                |svg| Outcome::Inline(inline::data_url(&svg)),
            )
        }
        Lookup::File { bytes, version } => match thumbnail::thumbnail(&bytes) {
            Ok(webp) => Outcome::Thumbnail { thumbnail: CachedThumbnail { version, webp }, is_new: true },
            Err(why) => Outcome::Failed(why),
        },
    }
}

impl fmt::Display for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Summary { thumbnails, cached, bytes, large_svgs, other_servers, failed, examples } = &self.summary;
        writeln!(
            f,
            "small pictures: {thumbnails} ({cached} from an earlier bake), and {} SVGs within their items; {:.2} MB in \
             total, which every visitor of a page with pictures=\"private\" downloads",
            self.inline.len(),
            *bytes as f64 / 1e6
        )?;
        for (host, count) in other_servers {
            writeln!(
                f,
                "{count} pictures on {host} were not requested: add --pictures https://{host}/ to include them"
            )?;
        }
        if *large_svgs > 0 {
            let limit = inline::MAX_BYTES >> 10;
            writeln!(
                f,
                "{large_svgs} SVGs of more than {limit} KB are not included: simplify them, or use PNG instead"
            )?;
        }
        if *failed > 0 {
            writeln!(f, "{failed} pictures could not be used, such as")?;
            examples.iter().try_for_each(|example| writeln!(f, "  {example}"))?;
        }
        Ok(())
    }
}
