//! `nearmind-research bench`: the speed of the encoder and of an event on this machine. For a page in a browser see
//! tests/browser/bin/measure.rs.

mod encoder;
mod event;

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The kernels compared with this machine's limit, the whole encoder, and the time to load it.
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
