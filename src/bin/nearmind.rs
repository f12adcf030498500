//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    match nearmind::cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", nearmind::cli::sentence(&error));
            ExitCode::FAILURE
        }
    }
}
