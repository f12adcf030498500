//! The subcommands of `nearmind`. Each is a file with its arguments and a method `run`.

mod bake;
#[cfg(not(target_os = "wasi"))]
mod convert;
pub mod device;
mod embed;
pub mod feeds;
pub mod folder;
mod inspect;
pub mod interactions;
mod learn;
pub mod model;
#[cfg(target_os = "wasi")]
mod node;
mod recall;
mod reduce;
mod segmenter;
mod site;

use std::{io, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "nearmind",
    version,
    about = "Prepares the files for recommendations that never leave the browser: converts models, packs catalogues, and \
             learns from interactions."
)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Convert a trained text encoder into a model for the browser
    #[cfg(not(target_os = "wasi"))]
    Convert(convert::Convert),
    /// Pack product feeds into a catalogue
    Bake(bake::Bake),
    /// Show what a packed catalogue contains
    Inspect(inspect::Inspect),
    /// Print the vectors of texts, as JSON Lines
    Embed(embed::Embed),
    /// Learn from a shop's interactions, and add the result to its catalogue
    Learn(learn::Learn),
    /// Copy what a page needs besides its catalogue into a folder of the site: the elements and the model
    #[cfg(target_os = "wasi")]
    Copy(node::Copy),
    /// Serve a folder on this machine, to try a page
    #[cfg(target_os = "wasi")]
    Serve(node::Serve),
}

/// Parses the arguments, runs the subcommand, and returns its exit code.
pub fn main() -> ExitCode {
    #[cfg(target_os = "wasi")]
    if let Err(error) = node::set_up() {
        return exit_code(Err(error));
    }
    exit_code(match Args::parse().command {
        #[cfg(not(target_os = "wasi"))]
        Command::Convert(command) => command.run(),
        Command::Bake(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Embed(command) => command.run(),
        Command::Learn(command) => command.run(),
        #[cfg(target_os = "wasi")]
        Command::Copy(command) => command.run(),
        #[cfg(target_os = "wasi")]
        Command::Serve(command) => command.run(),
    })
}

/// The exit code of a subcommand. Prints its error to standard error, on one line.
pub fn exit_code(result: Result<()>) -> ExitCode {
    // A closed pipe, as by `| head`, is not a failure.
    let is_broken_pipe = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match result {
        Err(error) if !error.downcast_ref().is_some_and(is_broken_pipe) => {
            eprintln!("error: {}", format_error(&error));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// An error and its causes, joined by colons, without the backtrace that `RUST_BACKTRACE` adds.
pub fn format_error(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some errors repeat their cause in their own message.
        if !message.contains(&cause) {
            message.extend([if message.is_empty() { "" } else { ": " }, &cause]);
        }
    }
    message
}
