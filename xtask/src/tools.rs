//! The tools of the wasm build and of the browser tests, in fixed versions. A tool on the PATH is used if it has that
//! version; otherwise it is installed into target/tools.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    crates,
    program::{cargo, command, find, output, run, target},
    step::{skipped, step},
};

const WASM: &str = "wasm32-unknown-unknown";
const WASI: &str = "wasm32-wasip1";

/// Ensures that the wasm target, wasm-bindgen and Trunk are installed.
pub fn ensure() -> Result<()> {
    rust_target(WASM)?;
    // The version must be that of the library, because the two use an internal format.
    ensure_tool("wasm-bindgen-cli", "wasm-bindgen", &crates::package("wasm-bindgen")?.version.to_string(), &[])?;
    // Without TLS, since everything that Trunk could download is installed already.
    ensure_tool("trunk", "trunk", "0.21.14", &["--no-default-features"])?;
    remove_build_folder();
    Ok(())
}

/// Ensures that geckodriver, the driver of Firefox, is installed. Debian has no package of it.
pub fn geckodriver() -> Result<()> {
    ensure_tool("geckodriver", "geckodriver", "0.37.1", &[])?;
    remove_build_folder();
    Ok(())
}

/// Removes the folder in which the tools were compiled: it takes a gigabyte, and is not needed again.
fn remove_build_folder() {
    let _ = fs::remove_dir_all(build_folder());
}

fn build_folder() -> PathBuf {
    target().join("tools/build")
}

/// Ensures that the target of the command line for Node is installed.
pub fn wasi_target() -> Result<()> {
    rust_target(WASI)
}

fn rust_target(name: &str) -> Result<()> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))
        .context("`rustc --print sysroot` fails: install Rust with rustup")?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(name).join("lib").is_dir() {
        skipped(&format!("rust target {name}"));
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("the target {name} is missing, and there is no rustup to add it: install Rust with rustup");
    }
    step(&format!("rust target {name}"), || run(command("rustup").args(["target", "add", name])))
}

fn ensure_tool(package: &str, program: &str, version: &str, flags: &[&str]) -> Result<()> {
    let name = format!("{program} {version}");
    let is_installed = || {
        output(command(program).arg("--version"))
            .is_some_and(|output| output.split_whitespace().any(|word| word == version))
    };
    if is_installed() {
        skipped(&name);
        return Ok(());
    }
    step(&name, || {
        // If a tool does not build with the versions of its own lock file, it may build with newer ones.
        let result = install(package, version, flags, true).or_else(|_| install(package, version, flags, false));
        result.with_context(|| format!("cargo install {package} --version {version} failed"))?;
        if !is_installed() {
            bail!("{name} was installed into {}, but does not run", target().join("tools").display());
        }
        Ok(())
    })
}

fn install(package: &str, version: &str, flags: &[&str], locked: bool) -> Result<()> {
    let mut install = cargo();
    install.args(["install", package, "--version", &format!("={version}"), "--root"]).arg(target().join("tools"));
    install.args(locked.then_some("--locked")).args(flags);
    // Dependencies that several tools share are compiled once.
    install.arg("--target-dir").arg(build_folder());
    // The tools run for seconds only, so a fast build is worth more than a fast tool.
    install.envs([
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ]);
    run(&mut install)
}
