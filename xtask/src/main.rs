//! `cargo xtask serve | build | test | docs | scripts | format | bench | models`: installs what is missing, then does the work.
//!
//! Every step says what it does and how long it took, and is skipped when it is up to date.

mod axe;
mod check;
mod crates;
mod docs;
mod fresh;
mod hostile;
mod licences;
mod models;
mod packages;
mod pictures;
mod program;
mod scripts;
mod site;
mod stage;
mod step;
mod tarball;
mod tools;
mod typos;
mod wasm;
mod wheel;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, serves and tests Nearmind; installs what is missing.")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets everything up, builds the demo shop and serves it on this machine.
    Serve {
        /// The port on 127.0.0.1; 0 takes any free one.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Builds the demo shop into dist/.
    Build,
    /// Checks form and lints, and tests natively and in headless Chromium.
    Test,
    /// Builds the documentation site into target/docs; a broken link is an error.
    Docs {
        /// Serve it on 127.0.0.1:8081, and rebuild a page when its file changes.
        #[arg(long)]
        serve: bool,
    },
    /// Checks the types, lints and form of the scripts alone: seconds.
    Scripts,
    /// Formats the code: Rust and scripts.
    Format,
    /// Measures speed: the encoder, an event in a large shop, or a page in headless Chromium.
    #[command(subcommand)]
    Bench(Bench),
    /// Obtains and converts the models, or one of them; `--from DIR --name X` converts one of your own.
    Models(models::Models),
    /// Redraws the demo shop's pictures from xtask/pictures.
    Pictures,
    /// Trunk's hook: puts into the staged site what Trunk does not build.
    #[command(hide = true)]
    Stage,
}

#[derive(Subcommand)]
enum Bench {
    /// The kernels against this machine's limit, the encoder, and its load; arguments go to `nearmind-research bench`.
    Encoder(BenchArgs),
    /// An event among many items, from the click to the new list; arguments go to `nearmind-research bench`.
    Event(BenchArgs),
    /// A first visit: time, bytes, memory; and a page's vitals with the tag and without it.
    Page,
}

#[derive(clap::Args)]
struct BenchArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> Result<()> {
    match Args::parse().command {
        Command::Serve { port } => {
            site::build()?;
            xtask::server::serve(&program::root().join("dist"), port)
        }
        Command::Build => {
            site::build()?;
            wasm::print_sizes()
        }
        Command::Test => check::test(),
        Command::Docs { serve: true } => docs::serve(),
        Command::Docs { serve: false } => docs::build(),
        Command::Scripts => scripts::check(),
        Command::Format => check::format(),
        Command::Bench(Bench::Encoder(bench)) => check::bench("encoder", &bench.args),
        Command::Bench(Bench::Event(bench)) => check::bench("event", &bench.args),
        Command::Bench(Bench::Page) => check::bench_page(),
        Command::Models(models) => models.run(),
        Command::Pictures => {
            let drawn = pictures::draw(program::root()).map_err(anyhow::Error::msg)?;
            println!("{drawn} pictures drawn");
            Ok(())
        }
        Command::Stage => stage::run(),
    }
}
