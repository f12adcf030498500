//! Reports tests that are skipped because this machine lacks something. `cargo xtask test` lists them at its end.

use std::{env, fmt::Display, fs::OpenOptions, io::Write};

/// Prints the reason on standard error and appends it to the file that `NEARMIND_SKIPPED` names. Writes to the stream
/// directly, because the test runner hides what a passing test prints.
pub fn report_skipped(reason: impl Display) {
    let line = format!("SKIPPED: {reason}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = env::var_os("NEARMIND_SKIPPED") {
        let mut list =
            OpenOptions::new().create(true).append(true).open(path).expect("opening the list of skipped tests");
        list.write_all(line.as_bytes()).expect("writing the list of skipped tests");
    }
}
