//! Progress of the set-up: one line a step when it starts, one when it ends.

use std::time::Instant;

use anyhow::{Context, Result};

/// Runs a step under its name, and says how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let done = work().with_context(|| format!("step '{name}'"))?;
    eprintln!("    {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(done)
}

/// Says that a step had nothing to do.
pub fn skipped(name: &str) {
    eprintln!("==> {name}: up to date");
}
