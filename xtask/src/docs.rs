//! The documentation site: `docs/` built by Zensical into `target/docs`. A link to a page or a heading that does not
//! exist is an error.

use std::{
    env::consts,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    packages,
    program::{command, output, root, run, target},
    stage::copy_folder,
    step::{skipped, step},
};

/// Zensical and what it needs, each with its version and digests.
const REQUIREMENTS: &str = "xtask/docs-requirements.txt";
/// Exits with 0 where Zensical runs.
const IS_PYTHON_3_11: &str = "import sys; sys.exit(sys.version_info < (3, 11))";

/// Builds the site. Its folder is `site_dir` in zensical.toml.
pub fn build() -> Result<()> {
    let config = fs::read_to_string(root().join("zensical.toml")).context("zensical.toml cannot be read")?;
    every_page_is_listed(&root().join("docs"), "", &config)?;
    let _ = fs::remove_dir_all(root().join("target/docs"));
    with_zensical("docs", |zensical| run(zensical.args(["build", "--strict", "--clean"])))
}

/// Copies the built demo shop into the site, for the shelves on its pages. Without it they show a picture.
pub fn add_demo() -> Result<()> {
    let (dist, docs) = (root().join("dist"), root().join("target/docs"));
    if !dist.join("index.html").is_file() || !docs.is_dir() {
        skipped("docs: the demo shop (`cargo xtask build` builds it)");
        return Ok(());
    }
    step("docs: the demo shop", || copy_folder(&dist, &docs.join("demo")))
}

/// Zensical says nothing of a page that its navigation lacks.
fn every_page_is_listed(folder: &Path, prefix: &str, config: &str) -> Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            every_page_is_listed(&entry.path(), &format!("{path}/"), config)?;
        } else if path.ends_with(".md") {
            ensure!(config.contains(&format!("\"{path}\"")), "docs/{path} is not in the navigation of zensical.toml");
        }
    }
    Ok(())
}

/// Serves the site on this machine, and builds a page again when its file changes.
pub fn serve() -> Result<()> {
    with_zensical("docs", |zensical| run(zensical.args(["serve", "--dev-addr", "127.0.0.1:8081"])))
}

fn with_zensical(name: &str, work: impl FnOnce(&mut Command) -> Result<()>) -> Result<()> {
    if (consts::OS, consts::ARCH) != ("linux", "x86_64") {
        skipped(&format!("{name} (its digests are those of Linux on x86-64)"));
        return Ok(());
    }
    packages::pip()?;
    if output(command("python3").args(["-c", IS_PYTHON_3_11])).is_none() {
        skipped(&format!("{name} (Zensical needs Python 3.11 or later)"));
        return Ok(());
    }
    step(name, || work(command("python3").env("PYTHONPATH", install()?).args(["-m", "zensical"])))
}

/// The folder of the installed packages. They are installed again when the requirements change.
fn install() -> Result<PathBuf> {
    let folder = target().join("zensical");
    let requirements = root().join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements).with_context(|| format!("{REQUIREMENTS} cannot be read"))?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    let _ = fs::remove_dir_all(&folder);
    install_into(&folder, &requirements)?;
    fs::write(stamp, wanted)?;
    Ok(folder)
}

fn install_into(folder: &Path, requirements: &Path) -> Result<()> {
    let mut pip = command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore"]);
    pip.args(["--no-deps", "--only-binary=:all:", "--require-hashes"]);
    run(pip.arg("--target").arg(folder).arg("--requirement").arg(requirements))
}
