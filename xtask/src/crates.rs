//! The crates that the workspace is built from, as `cargo metadata` lists them.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::program::{command, output, root};

/// All crates that are built on this machine or for the browser, those of the workspace included.
pub fn packages() -> Result<&'static [Package]> {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    if let Some(packages) = PACKAGES.get() {
        return Ok(packages);
    }
    let mut metadata = MetadataCommand::new();
    let mut options = vec!["--locked".to_owned()];
    // Without the filter, cargo would download the crates of all other platforms.
    for platform in [&host()?, "wasm32-unknown-unknown"] {
        options.extend(["--filter-platform".to_owned(), platform.to_owned()]);
    }
    metadata.manifest_path(root().join("Cargo.toml")).other_options(options);
    let found = metadata.exec().context("running cargo metadata")?.packages;
    Ok(PACKAGES.get_or_init(|| found))
}

/// The target triple of this machine.
fn host() -> Result<String> {
    let version = output(command("rustc").arg("-vV")).context("`rustc -vV` fails: is Rust installed?")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` prints no host")
}

/// The crate of this name.
pub fn package(name: &str) -> Result<&'static Package> {
    packages()?
        .iter()
        .find(|package| package.name.as_str() == name)
        .with_context(|| format!("Cargo.lock has no {name}"))
}
