//! `nearmind-research sets`: converts published data sets to folders that `nearmind-research eval` reads. Must not know
//! scorers.

mod baskets; // Complete Journey: the next product of a basket
mod wishes; //  ReDial: films for what someone says

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
    /// ReDial's turns (JSON Lines with input, mentioned, target) and a data set of films with ratings
    Wishes {
        /// File of the turns
        #[arg(long)]
        turns: PathBuf,
        /// Folder of the films, with items.jsonl and interactions.tsv, plain or gzipped
        #[arg(long)]
        films: PathBuf,
        /// Folder to write the data set to
        #[arg(long)]
        out: PathBuf,
    },
    /// Complete Journey's transactions and products (CSV)
    Baskets {
        /// Table of the transactions, plain or gzipped
        #[arg(long)]
        transactions: PathBuf,
        /// Table of the products, plain or gzipped
        #[arg(long)]
        products: PathBuf,
        /// Folder to write the data set to
        #[arg(long)]
        out: PathBuf,
    },
}

impl Sets {
    pub fn run(&self) -> Result<()> {
        match &self.set {
            Set::Wishes { turns, films, out } => wishes::convert(turns, films, out),
            Set::Baskets { transactions, products, out } => baskets::convert(transactions, products, out),
        }
    }
}

/// Creates a file, and its folder if necessary.
fn create(folder: &Path, name: &str) -> Result<BufWriter<File>> {
    fs::create_dir_all(folder).with_context(|| format!("creating the folder {}", folder.display()))?;
    let path = folder.join(name);
    Ok(BufWriter::new(File::create(&path).with_context(|| format!("writing {}", path.display()))?))
}

/// Writes a line of cells separated by tabs. White space within a cell, line breaks included, becomes one space.
fn write_row(file: &mut impl Write, cells: &[&str]) -> Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    Ok(writeln!(file, "{}", cells.join("\t"))?)
}
