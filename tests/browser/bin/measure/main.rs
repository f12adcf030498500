//! What a visit costs: `page` on this machine, `phone` on mobile networks. `cargo xtask bench` runs it.

mod page;
mod phone;

use std::{env, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    let measured = match env::args().nth(1).as_deref() {
        Some("phone") => phone::measure().await,
        _ => page::measure().await,
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot measure: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
