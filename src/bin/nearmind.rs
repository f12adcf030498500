//! The program `nearmind`.

use std::process::ExitCode;

fn main() -> ExitCode {
    nearmind::cli::main()
}
