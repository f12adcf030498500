//! The research bench: measures how good the lists are, whether the explanations are true, and the speed. Never
//! shipped.
//!
//! Each command has a file with its arguments and `run`. `cargo run --package nearmind-research -- --help`

mod baselines; // EASE and ItemKNN, to compare with
mod bench;
mod eval;
mod explain;
mod judged; //    whether lists make sense to a shopper
mod native; //    a model for a session
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
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures how well lists predict what visitors do next.
    Eval(eval::Eval),
    /// Measures whether the lists of product pages make sense to a shopper, by judged pairs.
    Judged(judged::Judged),
    /// Measures whether the highlighted words are the reason for a score.
    Explain(explain::Explain),
    /// Converts published data sets to folders that `eval` reads.
    Sets(sets::Sets),
    /// Compares a model's cosines with human judgements of similarity (STS benchmark).
    Sts(sts::Sts),
    /// Measures speed on this machine: the encoder, or an event.
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    fn run(self) -> Result<()> {
        match self {
            Command::Eval(command) => command.run(),
            Command::Judged(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::Sets(command) => command.run(),
            Command::Sts(command) => command.run(),
            Command::Bench(command) => command.run(),
        }
    }
}

fn main() -> ExitCode {
    cli::exit_code(Args::parse().command.run())
}
