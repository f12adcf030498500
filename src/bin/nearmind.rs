//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    nearmind::cli::main()
}
