//! Trunk's hook: puts into the staged site what Trunk does not build, and makes of its pages what a host serves.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use xtask::{minify, npm, offline, pages};

use crate::{crates, licences, program::root, site::catalog_folder, wasm};

/// Adds the other modules, the models that were made and the catalogue to Trunk's staging folder.
pub fn run() -> Result<()> {
    let site = PathBuf::from(env::var_os("TRUNK_STAGING_DIR").context("this is a hook for `trunk build`")?);
    wasm::build_modules()?;
    wasm::install(&site)?;
    fs::copy(dictionary()?, site.join(wasm::SITE_FOLDER).join("jieba.txt"))?;
    models(&site)?;
    copy(&catalog_folder(), &site.join("catalog"))?;
    pages::assemble(&site)?;
    minify::minify_site(&site)?;
    npm::build_package(&site, &site.join("npm"))?;
    licences::write_notices(&site.join("npm"))?;
    let offline = fs::read_to_string(site.join("offline.js"))?;
    Ok(fs::write(site.join("offline.js"), offline::build_script(&site, &offline)?)?)
}

/// The models that were made; the files that name models stay.
fn models(site: &Path) -> Result<()> {
    for entry in root().join("models").read_dir().context("models/ cannot be read")? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &site.join("models").join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Where jieba's dictionary of Chinese words lies: the one that the command line has inside.
fn dictionary() -> Result<PathBuf> {
    let manifest = &crates::package("jieba-rs")?.manifest_path;
    Ok(manifest.with_file_name("src/data/dict.txt").into())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir().with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue; // what the next bake needs, and no visitor
        }
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("{} cannot be written", to.display()))?;
        }
    }
    Ok(())
}
