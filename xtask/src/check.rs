//! What must hold before a change is taken: form, lints, tests. And the measurements.

use std::{env, process::Command};

use anyhow::Result;

use crate::{
    axe, hostile, licences, packages,
    program::{cargo, root, run},
    scripts, site,
    step::step,
    tools,
};

/// The features of the wasm modules; `build` makes the same, so they are linted as they are built.
const WASM_FEATURES: [&str; 3] = ["worker", "gpu", "feeds"];

/// One package a call: in one call for all, the features of one change the dependencies of the others, and burn
/// and wgpu are compiled twice.
const PACKAGES: [&str; 3] = ["xtask", "nearmind", BROWSER];
const BROWSER: &str = "browser-tests";

/// Cheapest first: a mistake in form is known before anything is built.
pub fn test() -> Result<()> {
    step("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    scripts::check()?;
    for package in PACKAGES {
        step(&format!("lint: {package}"), || {
            run(cargo().args(["clippy", "--package", package, "--all-targets", "--", "-Dwarnings"]))
        })?;
    }
    step("licences", licences::check)?;
    step("documentation", document)?;
    tools::ensure()?;
    for features in WASM_FEATURES {
        step(&format!("lint: wasm, {features}"), || lint_wasm(features))?;
    }
    packages::browser()?;
    packages::firefox()?;
    tools::geckodriver()?;
    axe::ensure()?;
    hostile::ensure()?;
    packages::vulkan()?;
    site::build()?;
    scripts::check_manifest()?;
    for package in PACKAGES {
        let step_name = format!("tests: {package}");
        match package {
            BROWSER => step(&step_name, browser_tests)?,
            _ => step(&step_name, || run(tests().args(["--package", package])))?,
        }
    }
    Ok(())
}

/// Rust by rustfmt, scripts by Biome.
pub fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all"]))?;
    scripts::format()
}

/// File by file. One that fails is tried once more, and that is said: browsers and their drivers stand still at times, and
/// what is wrong here fails twice.
fn browser_tests() -> Result<()> {
    let only = |file: &str| run(tests().args(["--package", BROWSER, "--test", file]));
    let mut files: Vec<String> = root()
        .join("tests/browser/tests")
        .read_dir()?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    files.sort();
    let mut again = Vec::new();
    for file in &files {
        if only(file).is_err() {
            eprintln!("    {file} failed, and is tried once more");
            only(file)?;
            again.push(file.as_str());
        }
    }
    if !again.is_empty() {
        eprintln!("    passed only when tried again: {}", again.join(", "));
    }
    Ok(())
}

/// Graphics drivers complain a hundred times where there is no such folder.
fn tests() -> Command {
    let mut tests = cargo();
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        tests.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    tests.arg("test");
    tests
}

/// What its links name is there, and what is drawn in it comes out as it was drawn.
fn document() -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--package", "nearmind", "--lib", "--no-deps", "--document-private-items"]);
    run(doc.env("RUSTDOCFLAGS", "-Dwarnings -Arustdoc::private-intra-doc-links"))
}

fn lint_wasm(features: &str) -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--lib", "--target", "wasm32-unknown-unknown", "--no-default-features"]);
    run(clippy.args(["--features", features, "--", "-Dwarnings"]))
}

/// `nearmind bench`, built for speed, with every model that there is.
pub fn bench(args: &[String]) -> Result<()> {
    let mut bench = cargo();
    bench.args(["run", "--profile", "native", "--bin", "nearmind", "--", "bench"]).args(args);
    if !args.iter().any(|arg| arg.starts_with("--model")) {
        let models = root().join("models").read_dir().into_iter().flatten().flatten();
        for model in models.map(|entry| entry.path()).filter(|folder| folder.join("manifest.json").is_file()) {
            bench.arg("--model").arg(model);
        }
    }
    run(&mut bench)
}

/// A first visit to the built site.
pub fn measure() -> Result<()> {
    packages::browser()?;
    site::build()?;
    run(cargo().args(["run", "--package", "browser-tests", "--bin", "measure"]))
}
