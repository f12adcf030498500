//! What the encoder and an event cost on this machine. What a page costs in a browser, tests/browser/bin/measure.rs says.

mod encoder;
mod event;

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The kernels against this machine's limit, the whole encoder, and its load.
    Encoder(encoder::EncoderBench),
    /// An event in a large shop, from the click to the new list.
    Event(event::EventBench),
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        match self {
            Bench::Encoder(bench) => bench.run(),
            Bench::Event(bench) => bench.run(),
        }
    }
}
