//! `nearmind embed --model DIR [TEXT]...`: the vectors of texts, as JSON Lines.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use super::{
    device::DeviceArg,
    model::{NativeModel, default_model},
};
use nearmind_encoder::manifest::Role;

/// Lines of standard input that are encoded together.
const LINES_PER_BATCH: usize = 1024;

#[derive(Debug, Args)]
pub struct Embed {
    /// Folder of a converted model, such as models/minilm (`cargo xtask models` makes it). In the npm package, its
    /// English model is the default
    #[arg(long, value_name = "DIR")]
    #[cfg_attr(not(target_os = "wasi"), arg(required = true))]
    model: Option<PathBuf>,
    /// Device that runs the model. Only the CPU gives the same bytes on every machine
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Encode the texts as searches instead of items: some models, such as E5, put a different prefix before each
    #[arg(long)]
    query: bool,
    /// Texts to encode. Without any, each line of standard input is one text
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
}

impl Embed {
    pub fn run(&self) -> Result<()> {
        let folder = self.model.clone().or_else(default_model).context("--model names no model")?;
        let mut model = NativeModel::load(&folder, self.device)?;
        if !self.texts.is_empty() {
            return self.print(&mut model, &self.texts);
        }
        let mut lines = io::stdin().lock().lines();
        loop {
            let batch: Vec<String> = lines.by_ref().take(LINES_PER_BATCH).collect::<io::Result<_>>()?;
            if batch.is_empty() {
                return Ok(());
            }
            self.print(&mut model, &batch)?;
        }
    }

    fn print(&self, model: &mut NativeModel, texts: &[String]) -> Result<()> {
        let role = if self.query { Role::Query } else { Role::Passage };
        let mut out = io::stdout().lock();
        for (text, vector) in texts.iter().zip(model.encode(texts, role)?) {
            writeln!(out, "{}", json!({"text": text, "vector": vector}))?;
        }
        Ok(())
    }
}
