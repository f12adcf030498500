//! The npm package, with the command line for Node: everything that `npx nearmind` needs on a machine without a compiler.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    fresh::up_to_date,
    packages,
    program::{cargo, command, root, run, target},
    site,
    stage::{copy_folder, dictionary},
    step::{skipped, step},
    tools, wasm,
};

/// The model that comes with the package.
const MODEL: &str = "models/minilm";
const WASI: &str = "wasm32-wasip1";

/// Builds the package. Returns the path of its archive, as `npm publish` would upload it.
pub fn build() -> Result<PathBuf> {
    site::build()?;
    tools::wasi_target()?;
    packages::npm()?;
    build_command()?;
    let archive = target().join(format!("nearmind-{}.tgz", env!("CARGO_PKG_VERSION")));
    let sources = [root().join("dist/index.html"), root().join("www/node"), module()];
    if up_to_date(&archive, &sources) {
        skipped("npm package");
        return Ok(archive);
    }
    step("npm package", || {
        let folder = target().join("npm-package");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        copy_folder(&root().join("dist/npm"), &folder)?;
        copy_folder(&root().join("www/node"), &folder.join("node"))?;
        copy_folder(&root().join(MODEL), &folder.join(MODEL))?;
        fs::copy(dictionary()?, folder.join("wasm/jieba.txt"))?;
        let module = wasm::strip_custom_sections(&fs::read(module())?)?;
        fs::write(folder.join("wasm/nearmind-command.wasm"), module)?;
        let mut pack = command("npm");
        pack.args(["pack", "--silent", "--pack-destination"]).arg(target()).current_dir(&folder);
        run(pack.stdout(std::process::Stdio::null()))
    })?;
    Ok(archive)
}

/// The command line as a module for WASI.
fn module() -> PathBuf {
    target().join(WASI).join("native/nearmind.wasm")
}

fn build_command() -> Result<()> {
    let sources = ["crates", "src", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"];
    if up_to_date(&module(), &sources.map(|source| root().join(source))) {
        skipped("wasm: nearmind-command");
        return Ok(());
    }
    step("wasm: nearmind-command", || {
        let mut build = cargo();
        build.args([
            "build",
            "--quiet",
            "--profile",
            "native",
            "--target",
            WASI,
            "--package",
            "nearmind",
            "--bin",
            "nearmind",
        ]);
        run(wasm::remap_paths(&mut build)).context("the command line for Node")?;
        // Cargo leaves the file as it is if nothing in it changes.
        Ok(fs::File::options().append(true).open(module())?.set_modified(std::time::SystemTime::now())?)
    })
}
