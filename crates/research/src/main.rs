//! The research bench: how good the lists are, whether the reasons are true, and what everything costs. Never shipped.
//!
//! Each verb is a file: its arguments, and `run`. `cargo run --package nearmind-research -- --help`

mod baselines; // EASE, ItemKNN: what the score_weights is held to
mod bench;
mod eval;
mod explain;
mod native; //   a model as a visit uses it
mod sets;
mod sts;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use nearmind::cli;

#[derive(Parser)]
#[command(name = "nearmind-research", version, about = "Measures Nearmind: lists, reasons, models, speed.")]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Measures how well lists foretell what visitors do next.
    Eval(eval::Eval),
    /// Measures whether the words that are marked are the reason for a score.
    Explain(explain::Explain),
    /// Turns published data sets into folders that `eval` reads.
    Sets(sets::Sets),
    /// Compares a model's cosines with people's judgement (STS benchmark).
    Sts(sts::Sts),
    /// Measures speed on this machine: the encoder, or an event.
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Verb {
    fn run(self) -> Result<()> {
        match self {
            Verb::Eval(verb) => verb.run(),
            Verb::Explain(verb) => verb.run(),
            Verb::Sets(verb) => verb.run(),
            Verb::Sts(verb) => verb.run(),
            Verb::Bench(verb) => verb.run(),
        }
    }
}

fn main() -> ExitCode {
    cli::exit_code(Args::parse().verb.run())
}
