//! What must hold before a change is taken: form, lints, tests. And the measurements.

use std::{collections::BTreeSet, env, fs, process::Command};

use anyhow::Result;

use crate::{
    axe, docs, hostile, licences, packages,
    program::{cargo, root, run, target},
    scripts, site,
    step::step,
    tools, typos, wasm,
};

/// What is tested natively, in one call each: the features of what else is in a call change the dependencies, and burn
/// and wgpu would be compiled twice.
const GROUPS: [&[&str]; 2] = [&["xtask"], &NATIVE];
const NATIVE: [&str; 6] =
    ["nearmind-core", "nearmind-encoder", "nearmind-feeds", "nearmind-session", "nearmind", "nearmind-research"];
const BROWSER: &str = "browser-tests";

/// Cheapest first: a mistake in form is known before anything is built.
pub fn test() -> Result<()> {
    step("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    typos::check()?;
    docs::build()?;
    scripts::check()?;
    for group in GROUPS.into_iter().chain([&[BROWSER] as &[&str]]) {
        step(&format!("lint: {}", group.join(", ")), || {
            run(select_packages(cargo().arg("clippy"), group).args(["--all-targets", "--", "-Dwarnings"]))
        })?;
    }
    step("licences", licences::check)?;
    step("documentation", check_docs)?;
    tools::ensure()?;
    for package in wasm::CRATES {
        step(&format!("lint: {package}"), || lint_wasm(package))?;
    }
    packages::browser()?;
    packages::firefox()?;
    tools::geckodriver()?;
    axe::ensure()?;
    hostile::ensure()?;
    packages::vulkan()?;
    site::build()?;
    scripts::check_manifest()?;
    let skipped = target().join("skipped.txt");
    let _ = fs::remove_file(&skipped);
    for group in GROUPS {
        step(&format!("tests: {}", group.join(", ")), || run(select_packages(&mut tests(), group)))?;
    }
    step("tests: browser", browser_tests)?;
    print_skipped(&fs::read_to_string(skipped).unwrap_or_default());
    Ok(())
}

/// What tests have left out, each line once.
fn print_skipped(skipped: &str) {
    let lines: BTreeSet<&str> = skipped.lines().collect();
    if !lines.is_empty() {
        eprintln!("    left out {} times:", skipped.lines().count());
        lines.iter().for_each(|line| eprintln!("    {line}"));
    }
}

fn select_packages<'a>(cargo: &'a mut Command, names: &[&str]) -> &'a mut Command {
    cargo.args(names.iter().flat_map(|name| ["--package", name]))
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
    tests.env("NEARMIND_SKIPPED", target().join("skipped.txt")).arg("test");
    tests
}

/// What its links name is there, and what is drawn in it comes out as it was drawn.
fn check_docs() -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--no-deps", "--document-private-items"]);
    run(select_packages(&mut doc, &NATIVE).env("RUSTDOCFLAGS", "-Dwarnings -Arustdoc::private-intra-doc-links"))
}

fn lint_wasm(package: &str) -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--target", "wasm32-unknown-unknown", "--package", package]);
    run(clippy.args(["--", "-Dwarnings"]))
}

/// `nearmind-research bench`, built for speed; the encoder with every model that there is.
pub fn bench(what: &str, args: &[String]) -> Result<()> {
    let mut bench = cargo();
    bench.args(["run", "--profile", "native", "--package", "nearmind-research", "--", "bench", what]).args(args);
    if what == "encoder" && !args.iter().any(|arg| arg.starts_with("--model")) {
        let models = root().join("models").read_dir().into_iter().flatten().flatten();
        for model in models.map(|entry| entry.path()).filter(|folder| folder.join("manifest.json").is_file()) {
            bench.arg("--model").arg(model);
        }
    }
    run(&mut bench)
}

/// A first visit to the built site.
pub fn bench_page() -> Result<()> {
    packages::browser()?;
    site::build()?;
    run(cargo().args(["run", "--package", "browser-tests", "--bin", "measure"]))
}
