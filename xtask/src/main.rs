//! `cargo xtask serve | build | npm | test | docs | scripts | format | bench | models | pictures`: installs missing tools,
//! then runs the command.
//!
//! Each step prints its name and how long it took, and is skipped if its result is up to date.

mod axe;
mod check;
mod crates;
mod docs;
mod fresh;
mod generators;
mod hostile;
mod licences;
mod models;
mod npx;
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
    /// Build the demo shop, and serve it on this machine
    Serve {
        /// Port on 127.0.0.1; 0 takes any free port
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Build the demo shop into dist/, and print the sizes of the wasm modules
    Build,
    /// Build the npm package, with the command line for Node, and pack it as target/nearmind-VERSION.tgz
    Npm,
    /// Run all checks and tests: formatting, lints, native tests, and tests in headless browsers
    Test,
    /// Build the documentation site into target/docs; a broken link is an error
    Docs {
        /// Serve it on 127.0.0.1:8081, and rebuild a page when its file changes
        #[arg(long)]
        serve: bool,
    },
    /// Check only the types, lints and formatting of the scripts; takes seconds
    Scripts,
    /// Format the Rust code and the scripts
    Format,
    /// Measure the speed of the encoder, of an event in a large shop, or of a page in headless Chromium
    #[command(subcommand)]
    Bench(Bench),
    /// Download and convert the models of models/, or a model of your own
    Models(models::Models),
    /// Redraw the demo shop's pictures from xtask/pictures
    Pictures,
    /// The hook of `trunk build`: adds what Trunk does not build to the staged site
    #[command(hide = true)]
    Stage,
}

#[derive(Subcommand)]
enum Bench {
    /// Measure the kernels, relative to the machine's peak, the encoder, and the loading of a model
    Encoder(BenchArgs),
    /// Measure an event among many items, from the click to the new list
    Event(BenchArgs),
    /// Measure a first visit in headless Chromium: time, bytes and memory, and Web Vitals with and without Nearmind
    Page,
    /// Measure a first visit on mobile networks with a slow processor: time, bytes and Web Vitals
    Phone,
}

#[derive(clap::Args)]
struct BenchArgs {
    /// Arguments for `nearmind-research bench`; see its --help
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
        Command::Npm => npx::build().map(|archive| println!("{}", archive.display())),
        Command::Test => check::test(),
        Command::Docs { serve: true } => docs::serve(),
        Command::Docs { serve: false } => docs::build().and_then(|()| docs::add_demo()),
        Command::Scripts => scripts::check(),
        Command::Format => check::format(),
        Command::Bench(Bench::Encoder(bench)) => check::bench("encoder", &bench.args),
        Command::Bench(Bench::Event(bench)) => check::bench("event", &bench.args),
        Command::Bench(Bench::Page) => check::bench_visit("page"),
        Command::Bench(Bench::Phone) => check::bench_visit("phone"),
        Command::Models(models) => models.run(),
        Command::Pictures => {
            let drawn = pictures::draw(program::root()).map_err(anyhow::Error::msg)?;
            println!("drew {drawn} pictures");
            Ok(())
        }
        Command::Stage => stage::run(),
    }
}
