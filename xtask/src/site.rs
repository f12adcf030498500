//! The demo shop: model, catalogue, wasm and pages, assembled by Trunk in dist/.

use anyhow::Result;

use crate::{
    program::{command, run},
    step::step,
    tools, wasm,
};

/// Everything that dist/ needs, in order; what is up to date is skipped.
pub fn build() -> Result<()> {
    tools::ensure()?;
    step("site", || run(command("trunk").args(["build", "--release", "--offline"])))?;
    wasm::print_sizes()
}
