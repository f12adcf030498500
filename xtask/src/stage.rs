//! The hook that Trunk runs after its build: adds what Trunk does not build to the staged site, assembles the pages, and
//! minifies the scripts.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use xtask::{minify, npm, offline, pages};

use crate::{crates, licences, program::root, site::catalog_folder, wasm};

/// Completes the site in Trunk's staging folder (`TRUNK_STAGING_DIR`).
pub fn run() -> Result<()> {
    let site = PathBuf::from(env::var_os("TRUNK_STAGING_DIR").context(
        "TRUNK_STAGING_DIR is not set: `cargo xtask stage` is run by `trunk build`, use `cargo xtask build`",
    )?);
    wasm::build_modules()?;
    wasm::install(&site)?;
    fs::copy(dictionary()?, site.join(wasm::SITE_FOLDER).join("jieba.txt"))?;
    models(&site)?;
    copy_folder(&catalog_folder(), &site.join("catalog"))?;
    pages::assemble(&site)?;
    minify::minify_site(&site)?;
    npm::build_package(&site, &site.join("npm"))?;
    licences::write_notices(&site.join("npm"))?;
    let offline = fs::read_to_string(site.join("offline.js"))?;
    Ok(fs::write(site.join("offline.js"), offline::build_script(&site, &offline)?)?)
}

/// Copies the folders of converted models. The files models/*.toml are not part of the site.
fn models(site: &Path) -> Result<()> {
    for entry in root().join("models").read_dir().context("models/ cannot be read")? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &site.join("models").join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The path of jieba's dictionary of Chinese words, in the sources of the crate that `nearmind` uses.
pub fn dictionary() -> Result<PathBuf> {
    let manifest = &crates::package("jieba-rs")?.manifest_path;
    Ok(manifest.with_file_name("src/data/dict.txt").into())
}

/// Copies a folder with its subfolders, but for names that start with a dot.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir().with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue; // .bake, which only the next bake needs
        }
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("{} cannot be written", to.display()))?;
        }
    }
    Ok(())
}
