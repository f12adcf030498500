//! The command line's verbs. Each is a file: its arguments, and `run`.

mod bake;
mod bench;
mod convert;
mod device;
mod embed;
mod eval;
pub mod folder;
mod model;
mod sts;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "nearmind",
    version,
    about = "Recommendations that never leave the browser: the work that is done before."
)]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Turns an f32 model directory into a model for the browser.
    Convert(convert::Convert),
    /// Turns a feed of items into a packed catalogue.
    Bake(bake::Bake),
    /// Prints the vectors of texts, as JSON lines.
    Embed(embed::Embed),
    /// Compares a model's cosines with people's judgement (STS benchmark).
    Sts(sts::Sts),
    /// Measures how well lists foretell the next purchase.
    Eval(eval::Eval),
    /// Measures the kernels against this machine's limit, the whole encoder, and its load.
    Bench(bench::Bench),
}

/// Reads the arguments and does what they say.
pub fn main() -> Result<()> {
    match Args::parse().verb {
        Verb::Convert(verb) => verb.run(),
        Verb::Bake(verb) => verb.run(),
        Verb::Embed(verb) => verb.run(),
        Verb::Sts(verb) => verb.run(),
        Verb::Eval(verb) => verb.run(),
        Verb::Bench(verb) => verb.run(),
    }
}
