//! Checks the spelling of all files with `typos`, with the exceptions of typos.toml.

use std::env::consts;

use anyhow::Result;

use crate::{
    program::{command, run, target},
    step::step,
    wheel::{self, Wheel},
};

const TYPOS: Wheel = Wheel {
    package: "typos",
    version: "1.52.0",
    file: "typos-1.52.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256: "418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6",
};
const PROGRAM: &str = "typos-1.52.0.data/scripts/typos";

/// Fails if a word is misspelt. Skipped on other systems than Linux on x86-64.
pub fn check() -> Result<()> {
    if (consts::OS, consts::ARCH) != ("linux", "x86_64") {
        eprintln!("SKIPPED: spelling, because typos is downloaded for Linux on x86-64 only");
        return Ok(());
    }
    step("spelling", || {
        let folder = target().join("wheels");
        wheel::unpack(&TYPOS.obtain(&folder)?, PROGRAM, &folder)?;
        let program = folder.join("typos");
        make_executable(&program)?;
        run(command(program).args(["--format", "brief"]))
    })
}

#[cfg(unix)]
fn make_executable(program: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(program, PermissionsExt::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_: &std::path::Path) -> Result<()> {
    Ok(())
}
