//! The pinned tools of the wasm build and of the browser tests. Used from the PATH where the version is right, else installed into target/tools.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    crates,
    program::{cargo, command, find, output, run, target},
    step::{skipped, step},
};

const WASM: &str = "wasm32-unknown-unknown";

/// The wasm target, wasm-bindgen and Trunk.
pub fn ensure() -> Result<()> {
    wasm_target()?;
    // The version must be that of the library: the two speak a private format.
    ensure_tool("wasm-bindgen-cli", "wasm-bindgen", &crates::package("wasm-bindgen")?.version.to_string(), &[])?;
    // Without its TLS: everything that Trunk would download is here already.
    ensure_tool("trunk", "trunk", "0.21.14", &["--no-default-features"])?;
    remove_build_folder();
    Ok(())
}

/// Firefox's driver, which Debian does not have.
pub fn geckodriver() -> Result<()> {
    ensure_tool("geckodriver", "geckodriver", "0.37.1", &[])?;
    remove_build_folder();
    Ok(())
}

/// What the tools were compiled in is a gigabyte, and nothing needs it again.
fn remove_build_folder() {
    let _ = fs::remove_dir_all(build_folder());
}

fn build_folder() -> PathBuf {
    target().join("tools/build")
}

fn wasm_target() -> Result<()> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"])).context("rustc does not run")?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        skipped(&format!("rust target {WASM}"));
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("this Rust has no target {WASM} and there is no rustup to add it: install Rust with rustup");
    }
    step(&format!("rust target {WASM}"), || run(command("rustup").args(["target", "add", WASM])))
}

fn ensure_tool(package: &str, program: &str, version: &str, flags: &[&str]) -> Result<()> {
    let name = format!("{program} {version}");
    let is_here = || {
        output(command(program).arg("--version"))
            .is_some_and(|said| said.split_whitespace().any(|word| word == version))
    };
    if is_here() {
        skipped(&name);
        return Ok(());
    }
    step(&name, || {
        // The lock file that a tool ships does not build with every toolchain; the unlocked one may.
        let result = install(package, version, flags, true).or_else(|_| install(package, version, flags, false));
        result.with_context(|| format!("cargo install {package} --version {version} failed"))?;
        if !is_here() {
            bail!("{name} was installed but does not run");
        }
        Ok(())
    })
}

fn install(package: &str, version: &str, flags: &[&str], locked: bool) -> Result<()> {
    let mut install = cargo();
    install.args(["install", package, "--version", &format!("={version}"), "--root"]).arg(target().join("tools"));
    install.args(locked.then_some("--locked")).args(flags);
    // What two tools have in common is compiled once.
    install.arg("--target-dir").arg(build_folder());
    // They run for seconds: a quick build beats a quick tool.
    install.envs([
        ("CARGO_PROFILE_RELEASE_LTO", "off"),
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ]);
    run(&mut install)
}
