//! `nearmind-research sets`: published data sets into folders that `nearmind-research eval` reads. Must not know scorers.

mod baskets; // Complete Journey: what else is in the cart
mod wishes; //  ReDial: a film for what someone says

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct Sets {
    #[command(subcommand)]
    set: Set,
}

#[derive(Debug, Subcommand)]
enum Set {
    /// Turns of ReDial (JSON Lines with input, mentioned, target) and a set of films with ratings
    Wishes {
        #[arg(long)]
        turns: PathBuf,
        /// Folder with items.jsonl and interactions.tsv, plain or gzipped
        #[arg(long)]
        films: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// Transactions and products of Complete Journey (CSV)
    Baskets {
        #[arg(long)]
        transactions: PathBuf,
        #[arg(long)]
        products: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
}

impl Sets {
    pub fn run(&self) -> Result<()> {
        match &self.set {
            Set::Wishes { turns, films, out } => wishes::make(turns, films, out),
            Set::Baskets { transactions, products, out } => baskets::make(transactions, products, out),
        }
    }
}

/// A file of the folder, which is made if need be.
fn create(folder: &Path, name: &str) -> Result<BufWriter<File>> {
    fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    let path = folder.join(name);
    Ok(BufWriter::new(File::create(&path).with_context(|| format!("writing {}", path.display()))?))
}

/// Writes one line, its cells separated by tabs, and no cell with a tab or a line break of its own.
fn row(file: &mut impl Write, cells: &[&str]) -> Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    Ok(writeln!(file, "{}", cells.join("\t"))?)
}
