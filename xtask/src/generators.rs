//! The generators of static sites whose pages `tests/sites.rs` reads: Hugo from the system's packages, the others from npm.

use std::fs;

use anyhow::Result;

use crate::{
    packages,
    program::{command, root, run, target},
    step::{skipped, step},
};

/// Ensures that all of them are installed, those from npm in target/site-generators.
pub fn ensure() -> Result<()> {
    packages::hugo()?;
    packages::npm()?;
    let (wanted, folder) = (root().join("tests/sites/package.json"), target().join("site-generators"));
    let installed = folder.join("installed.json");
    if fs::read(&installed).ok() == Some(fs::read(&wanted)?) {
        skipped("generators of sites");
        return Ok(());
    }
    step("generators of sites", || {
        fs::create_dir_all(&folder)?;
        let mut install = command("npm");
        install.args(["install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--prefix"]).arg(&folder);
        fs::copy(&wanted, folder.join("package.json"))?;
        run(&mut install)?;
        // Copied last, so that it says that everything is there.
        fs::copy(&wanted, &installed)?;
        Ok(())
    })
}
