//! What Cargo knows of the crates that the workspace is built from.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::program::{command, output, root};

/// Every crate that is built on this machine or for the browser, the workspace's own too.
pub fn packages() -> Result<&'static [Package]> {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    if let Some(packages) = PACKAGES.get() {
        return Ok(packages);
    }
    let mut metadata = MetadataCommand::new();
    let mut options = vec!["--locked".to_owned()];
    // The crates of all other platforms would be downloaded, too.
    for platform in [&host()?, "wasm32-unknown-unknown"] {
        options.extend(["--filter-platform".to_owned(), platform.to_owned()]);
    }
    metadata.manifest_path(root().join("Cargo.toml")).other_options(options);
    let found = metadata.exec().context("cargo metadata lists the crates")?.packages;
    Ok(PACKAGES.get_or_init(|| found))
}

/// This machine, as the compiler calls it.
fn host() -> Result<String> {
    let version = output(command("rustc").arg("-vV")).context("rustc does not run")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say which machine this is")
}

/// A crate that is there in one version.
pub fn package(name: &str) -> Result<&'static Package> {
    packages()?
        .iter()
        .find(|package| package.name.as_str() == name)
        .with_context(|| format!("Cargo.lock has no {name}"))
}
