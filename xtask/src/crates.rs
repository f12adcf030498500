//! What Cargo knows of the crates that the workspace is built from.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, Package};

use crate::program::root;

/// Every crate of Cargo.lock, the workspace's own too.
pub fn packages() -> Result<&'static [Package]> {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    if let Some(packages) = PACKAGES.get() {
        return Ok(packages);
    }
    let mut metadata = MetadataCommand::new();
    metadata.manifest_path(root().join("Cargo.toml")).other_options(["--locked".to_owned()]);
    let found = metadata.exec().context("cargo metadata lists the crates")?.packages;
    Ok(PACKAGES.get_or_init(|| found))
}

/// A crate that is there in one version.
pub fn package(name: &str) -> Result<&'static Package> {
    packages()?
        .iter()
        .find(|package| package.name.as_str() == name)
        .with_context(|| format!("Cargo.lock has no {name}"))
}
