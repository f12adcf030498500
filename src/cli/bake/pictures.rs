//! `--pictures`: small copies of the items' pictures in the catalogue itself. Which pictures a visitor's browser asks
//! for would tell the shop's host what the visitor was recommended.
//!
//! A small SVG becomes part of its item; a raster picture becomes a thumbnail in a sheet ([`nearmind_core::catalog::pictures`]).
//! Must not know vectors.

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
pub use source::PictureSource;
use source::{Lookup, PictureReader};

use super::{SortedItems, embed::progress_bar};
use crate::cli::folder;
use nearmind_core::catalog::{Sheet, manifest::File, pictures::SHEET_BYTES};

/// All pictures together: every visitor downloads them.
const MOST_BYTES: usize = 16 << 20;
/// Items that all cores take at a time.
const CHUNK: usize = 256;
/// Pictures that could not be used, and are listed.
const EXAMPLES: usize = 5;

/// The catalogue's own pictures.
#[derive(Default)]
pub struct Pictures {
    /// Sheets in the order of the items, written already.
    pub sheets: Vec<File>,
    /// Of items with a small SVG, by their place: its `data:` address.
    inline: BTreeMap<usize, String>,
    summary: Summary,
}

/// What became of the pictures.
#[derive(Default)]
struct Summary {
    thumbnails: usize,
    from_before: usize,
    bytes: usize,
    large_svgs: usize,
    /// Of servers that were not named, the number of pictures.
    other_servers: BTreeMap<String, usize>,
    failed: usize,
    examples: Vec<String>,
}

enum Outcome {
    None,
    Thumbnail { known: CachedThumbnail, new: bool },
    Inline(String),
    LargeSvg,
    OtherServer(String),
    Failed(String),
}

impl Pictures {
    /// Reads the pictures of all items from these sources, and writes the sheets into `out`.
    ///
    /// # Errors
    /// Where the pictures are too many for every visitor to download, and where `out` cannot be written.
    pub fn make(out: &Path, items: &mut impl SortedItems, sources: &[PictureSource]) -> Result<Self> {
        let (source, cache) = (PictureReader::new(sources), ThumbnailCache::open(out)?);
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
                    outcome(image, &source, &cache)
                })
                .collect();
            for (nth, (image, outcome)) in (start..).zip(images.into_iter().zip(outcomes)) {
                if let Outcome::Thumbnail { known, new: true } = &outcome {
                    cache.put(&image, known)?;
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

    /// Takes what was found for the item at `nth`; gives the thumbnail back, if it is one.
    fn add(&mut self, nth: usize, address: &str, outcome: Outcome) -> Result<Option<Vec<u8>>> {
        let summary = &mut self.summary;
        let mut thumbnail = None;
        match outcome {
            Outcome::None => {}
            Outcome::Thumbnail { known, new } => {
                summary.thumbnails += 1;
                summary.from_before += usize::from(!new);
                summary.bytes += known.webp.len();
                thumbnail = Some(known.webp);
            }
            Outcome::Inline(data) => {
                summary.bytes += data.len();
                self.inline.insert(nth, data);
            }
            Outcome::LargeSvg => summary.large_svgs += 1,
            Outcome::OtherServer(host) => *summary.other_servers.entry(host).or_default() += 1,
            Outcome::Failed(why) => {
                summary.failed += 1;
                if summary.examples.len() < EXAMPLES {
                    summary.examples.push(format!("{address}: {why}"));
                }
            }
        }
        ensure!(
            summary.bytes <= MOST_BYTES,
            "the small pictures of the first {} items take more than {} MB, which every visitor would download: leave \
             --pictures out, or bake fewer items",
            nth + 1,
            MOST_BYTES >> 20
        );
        Ok(thumbnail)
    }

    fn write(&mut self, out: &Path, sheet: &Sheet) -> Result<()> {
        let bytes = sheet.write();
        let file = File::new("pictures", "bin", &bytes);
        folder::write_file(out, &file.file, &bytes)?;
        self.sheets.push(file);
        Ok(())
    }

    /// The `data:` address that takes the place of the picture's own, for the item at `nth`.
    pub fn inline(&self, nth: usize) -> Option<&str> {
        self.inline.get(&nth).map(String::as_str)
    }
}

fn outcome(address: &str, source: &PictureReader, cache: &ThumbnailCache) -> Outcome {
    if address.is_empty() || address.starts_with("data:") {
        return Outcome::None;
    }
    let known = cache.get(address);
    match source.find(address, known.as_ref().map(|known| known.version.as_str())) {
        Lookup::Unchanged => known.map_or(Outcome::None, |known| Outcome::Thumbnail { known, new: false }),
        Lookup::OtherServer(host) => Outcome::OtherServer(host),
        Lookup::Missing(why) => Outcome::Failed(why),
        Lookup::File { bytes, .. } if inline::is_svg(&bytes) => {
            if bytes.len() > inline::MOST_BYTES {
                return Outcome::LargeSvg;
            }
            String::from_utf8(bytes).map_or_else(
                |_| Outcome::Failed("the SVG is not UTF-8".into()),
                |svg| Outcome::Inline(inline::data_url(&svg)),
            )
        }
        Lookup::File { bytes, version } => match thumbnail::thumbnail(&bytes) {
            Ok(webp) => Outcome::Thumbnail { known: CachedThumbnail { version, webp }, new: true },
            Err(why) => Outcome::Failed(why),
        },
    }
}

impl fmt::Display for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Summary { thumbnails, from_before, bytes, large_svgs, other_servers, failed, examples } = &self.summary;
        writeln!(
            f,
            "small pictures: {thumbnails} ({from_before} from an earlier bake), SVG drawings within their items: {}; \
             {:.2} MB in all, which every visitor of a page with pictures=\"private\" downloads",
            self.inline.len(),
            *bytes as f64 / 1e6
        )?;
        for (host, count) in other_servers {
            writeln!(f, "pictures on {host}, which was not asked: {count}; name it, too: --pictures https://{host}/")?;
        }
        if *large_svgs > 0 {
            let most = inline::MOST_BYTES >> 10;
            writeln!(
                f,
                "SVG drawings of more than {most} KB, which stay where they are: {large_svgs}; simplify them, or use PNG"
            )?;
        }
        if *failed > 0 {
            writeln!(f, "pictures that could not be used: {failed}, such as")?;
            examples.iter().try_for_each(|example| writeln!(f, "  {example}"))?;
        }
        Ok(())
    }
}
