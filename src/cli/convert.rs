//! `nearmind convert MODEL_DIR --out DIR`: an f32 model directory to a model for the browser.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;

use crate::convert::{About, convert};
use crate::encoder::manifest::Prefixes;

#[derive(Debug, Args)]
pub struct Convert {
    /// Folder with config.json, tokenizer.json and model.safetensors of a BERT encoder
    model: PathBuf,
    /// Folder for the converted model
    #[arg(long)]
    out: PathBuf,
    /// The model's name; the folder's name where it is not given
    #[arg(long)]
    name: Option<String>,
    /// Where the model comes from: a package and its version, or an address
    #[arg(long, default_value = "a local directory")]
    source: String,
    /// SPDX expression of the model's licence
    #[arg(long, default_value = "LicenseRef-unknown")]
    licence: String,
    /// Languages that the model reads, as primary subtags: `en,zh`
    #[arg(long, value_delimiter = ',', default_value = "en")]
    languages: Vec<String>,
    /// What the model wants before a search
    #[arg(long, default_value = "")]
    query_prefix: String,
    /// What the model wants before an item's text
    #[arg(long, default_value = "")]
    passage_prefix: String,
}

impl Convert {
    pub fn run(self) -> Result<()> {
        let folder = self.model.canonicalize().with_context(|| format!("{} is not there", self.model.display()))?;
        let folder_name = || folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let about = About {
            name: self.name.unwrap_or_else(folder_name),
            source: self.source,
            licence: self.licence,
            languages: self.languages,
            prefixes: Prefixes { query: self.query_prefix, passage: self.passage_prefix },
        };
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(std::time::Duration::from_millis(200));
        let manifest = convert(&folder, &self.out, about, |step| progress.set_message(step.to_owned()))?;
        progress.finish_and_clear();
        for file in [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes] {
            println!("{:>10} bytes  {}", file.bytes, self.out.join(&file.path).display());
        }
        Ok(())
    }
}
