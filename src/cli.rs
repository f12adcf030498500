//! The command line's verbs. Each is a file: its arguments, and `run`.

mod bake;
mod convert;
pub mod device;
mod embed;
pub mod feeds;
pub mod folder;
mod inspect;
pub mod interactions;
mod learn;
pub mod model;
mod recall;
mod reduce;

use std::{io, process::ExitCode};

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
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Turns an f32 model directory into a model for the browser.
    Convert(convert::Convert),
    /// Turns a feed of items into a packed catalogue.
    Bake(bake::Bake),
    /// Says what is in a packed catalogue.
    Inspect(inspect::Inspect),
    /// Prints the vectors of texts, as JSON lines.
    Embed(embed::Embed),
    /// Learns from a shop's interactions what follows what, and puts it into its catalogue.
    Learn(learn::Learn),
}

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    exit_code(match Args::parse().command {
        Command::Convert(command) => command.run(),
        Command::Bake(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Embed(command) => command.run(),
        Command::Learn(command) => command.run(),
    })
}

/// How a command ends: an error is one sentence.
pub fn exit_code(done: Result<()>) -> ExitCode {
    // `| head` has seen enough: that is no failure.
    let closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match done {
        Err(error) if !error.downcast_ref().is_some_and(closed) => {
            eprintln!("error: {}", format_error(&error));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// An error and its causes in one sentence, without the stack that `RUST_BACKTRACE` asks for: that is for panics.
pub fn format_error(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some errors say their cause themselves.
        if !sentence.contains(&cause) {
            sentence.extend([if sentence.is_empty() { "" } else { ": " }, &cause]);
        }
    }
    sentence
}
