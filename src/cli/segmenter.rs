//! A segmenter with jieba's whole dictionary of Chinese words. The native command has the dictionary built in; under Node
//! it is a file of the npm package.

use anyhow::Result;
use nearmind_core::text::Segmenter;

/// A segmenter with the whole dictionary. Loading it takes some tenths of a second.
///
/// # Errors
/// Under Node, if the file cannot be read.
#[cfg(not(target_os = "wasi"))]
pub fn full() -> Result<Segmenter> {
    Ok(Segmenter::full())
}

/// The same from the file that the environment variable `NEARMIND_JIEBA` names. `www/node/command.js` sets it.
#[cfg(target_os = "wasi")]
pub fn full() -> Result<Segmenter> {
    use anyhow::{Context, anyhow};

    let path = std::env::var("NEARMIND_JIEBA").context("NEARMIND_JIEBA is not set")?;
    let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
    Segmenter::from_dictionary_text(&text).map_err(|why| anyhow!("{path}: {why}"))
}
