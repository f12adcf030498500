//! `nearmind embed --model DIR [TEXT]...`: vectors of texts, as JSON lines.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::{device::DeviceArg, model::NativeModel};
use nearmind_encoder::manifest::Role;

/// Lines of standard input that are encoded at a time.
const LINES: usize = 1024;

#[derive(Debug, Args)]
pub struct Embed {
    /// Folder of a converted model (`cargo xtask models` makes one)
    #[arg(long)]
    model: PathBuf,
    /// Where the model runs; the CPU gives the same bytes on every machine
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// The texts are searches, not items: some models want to know
    #[arg(long)]
    query: bool,
    /// Without any, each line of standard input is one
    texts: Vec<String>,
}

impl Embed {
    pub fn run(&self) -> Result<()> {
        let mut model = NativeModel::load(&self.model, self.device)?;
        if !self.texts.is_empty() {
            return self.print(&mut model, &self.texts);
        }
        let mut lines = io::stdin().lock().lines();
        loop {
            let some: Vec<String> = lines.by_ref().take(LINES).collect::<io::Result<_>>()?;
            if some.is_empty() {
                return Ok(());
            }
            self.print(&mut model, &some)?;
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
