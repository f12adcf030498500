//! Prints the progress: a line when a step starts, and a line when it ends.

use std::time::Instant;

use anyhow::{Context, Result};

/// Runs a step, and prints its name and how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("step '{name}'"))?;
    eprintln!("    {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// Prints that a step is skipped, because its result is up to date.
pub fn skipped(name: &str) {
    eprintln!("==> {name}: up to date");
}
