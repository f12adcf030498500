//! The command line's verbs. Each is a file: its arguments, and `run`.

mod bake;
mod bench;
mod convert;
mod device;
mod embed;
mod eval;
mod explain;
pub mod feeds;
pub mod folder;
mod inspect;
pub(crate) mod interactions;
mod learn;
mod model;
mod recall;
mod sets;
mod sts;
mod visit;

use std::io;

use anyhow::{Result, bail};
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
    /// Says what is in a packed catalogue.
    Inspect(inspect::Inspect),
    /// Prints the vectors of texts, as JSON lines.
    Embed(embed::Embed),
    /// Compares a model's cosines with people's judgement (STS benchmark).
    Sts(sts::Sts),
    /// Learns from a shop's interactions what follows what, and puts it into its catalogue.
    Learn(learn::Learn),
    /// Measures how well lists foretell what visitors do next.
    Eval(Evaluate),
    /// Turns published data sets into folders that `eval` reads.
    Sets(sets::Sets),
    /// Measures what an event costs in a large shop, from the click to the new list.
    Visit(visit::Visit),
    /// Measures the kernels against this machine's limit, the whole encoder, and its load.
    Bench(bench::Bench),
}

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Evaluate {
    #[command(subcommand)]
    part: Option<EvalPart>,
    #[command(flatten)]
    lists: Option<eval::Eval>,
}

#[derive(Subcommand)]
enum EvalPart {
    /// Measures whether the words that are marked are the reason for a score.
    Explain(explain::Explain),
}

/// Reads the arguments and does what they say.
pub fn main() -> Result<()> {
    let done = match Args::parse().verb {
        Verb::Convert(verb) => verb.run(),
        Verb::Bake(verb) => verb.run(),
        Verb::Inspect(verb) => verb.run(),
        Verb::Embed(verb) => verb.run(),
        Verb::Sts(verb) => verb.run(),
        Verb::Learn(verb) => verb.run(),
        Verb::Eval(Evaluate { part: Some(EvalPart::Explain(verb)), .. }) => verb.run(),
        Verb::Eval(Evaluate { lists: Some(verb), .. }) => verb.run(),
        Verb::Eval(_) => bail!("eval wants --data DIR; `nearmind eval --help` says more"),
        Verb::Sets(verb) => verb.run(),
        Verb::Visit(verb) => verb.run(),
        Verb::Bench(verb) => verb.run(),
    };
    // `| head` has seen enough: that is no failure.
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    done.or_else(|error| if error.downcast_ref().is_some_and(closed) { Ok(()) } else { Err(error) })
}

/// An error and its causes in one sentence, without the stack that `RUST_BACKTRACE` asks for: that is for panics.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some errors say their cause themselves.
        if !sentence.contains(&cause) {
            sentence.extend([if sentence.is_empty() { "" } else { ": " }, &cause]);
        }
    }
    sentence
}
