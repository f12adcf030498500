//! Finds the files of a data set and reads their lines, plain or gzipped. Must not know what a line means.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;

/// The longest line, in bytes: enough for a history of a million items.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// Returns `folder/name` or `folder/name.gz`, whichever exists.
pub fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// Returns the file in `folder` that ends with `.extension`: RecBole names the "atomic files" of a data set like this.
pub fn find_atomic_file(folder: &Path, extension: &str) -> Option<PathBuf> {
    let paths = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|own| own == extension)).min()
}

/// Reads the lines of a file, which may be gzipped.
pub fn read_lines(path: &Path) -> Result<impl Iterator<Item = io::Result<String>> + use<>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let gzipped = reader.fill_buf().with_context(|| format!("reading {}", path.display()))?.starts_with(&[0x1F, 0x8B]);
    let bytes: Box<dyn Read> = if gzipped { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) };
    let mut text = BufReader::new(bytes);
    let mut nth = 0;
    Ok(std::iter::from_fn(move || {
        nth += 1;
        bounded_line(&mut text, nth).transpose()
    }))
}

/// Reads the next line without its line break; `None` at the end. Lines of [`MAX_LINE_BYTES`] or more are an error.
fn bounded_line(text: &mut impl BufRead, nth: usize) -> io::Result<Option<String>> {
    let mut line = String::new();
    text.take(MAX_LINE_BYTES).read_line(&mut line)?;
    if line.len() as u64 == MAX_LINE_BYTES {
        let megabytes = MAX_LINE_BYTES >> 20;
        let message = format!(
            "line {nth} is longer than {megabytes} MB: each interaction, or each visitor, must be on its own line"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let length = line.trim_end_matches(['\n', '\r']).len();
    let ended = line.is_empty();
    line.truncate(length);
    Ok((!ended).then_some(line))
}
