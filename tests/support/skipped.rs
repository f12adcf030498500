//! What a test leaves out because this machine lacks something. `cargo xtask test` repeats it at its end.

use std::{env, fmt::Display, fs::OpenOptions, io::Write};

/// Says so on standard error, past the test runner, which hides what a passing test prints; and adds a line to the file that
/// `NEARMIND_SKIPPED` names.
pub fn skipped(why: impl Display) {
    let line = format!("SKIPPED: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(list) = env::var_os("NEARMIND_SKIPPED") {
        let mut list = OpenOptions::new().create(true).append(true).open(list).expect("the list of what was left out");
        list.write_all(line.as_bytes()).expect("a line of what was left out");
    }
}
