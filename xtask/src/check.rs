//! `cargo xtask test`, with all checks that a change must pass, `format` and `bench`.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, ensure};

use crate::{
    axe, docs, generators, hostile, licences, npx, packages,
    program::{cargo, root, run, target},
    scripts, site,
    step::step,
    tools, typos, wasm,
};

/// The crates that are tested natively, by calls of cargo. The features of all crates in a call are unified, and with other
/// groups burn and wgpu would be compiled twice.
const GROUPS: [&[&str]; 2] = [&["xtask"], &NATIVE];
const NATIVE: [&str; 7] = [
    "nearmind-core",
    "nearmind-encoder",
    "nearmind-feeds",
    "nearmind-nfkc",
    "nearmind-session",
    "nearmind",
    "nearmind-research",
];
const BROWSER: &str = "browser-tests";

/// Runs all checks and tests, the fastest first.
pub fn test() -> Result<()> {
    step("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    typos::check()?;
    docs::build()?;
    scripts::check()?;
    for group in [&["xtask", BROWSER] as &[&str], &NATIVE] {
        step(&format!("lint: {}", group.join(", ")), || {
            run(select_packages(cargo().arg("clippy"), group).args(["--all-targets", "--", "-Dwarnings"]))
        })?;
    }
    step("licences", licences::check)?;
    step("documentation", check_docs)?;
    tools::ensure()?;
    step(&format!("lint: {}", wasm::CRATES.join(", ")), lint_wasm)?;
    packages::browser()?;
    packages::firefox()?;
    tools::geckodriver()?;
    axe::ensure()?;
    hostile::ensure()?;
    packages::vulkan()?;
    generators::ensure()?;
    npx::build()?;
    docs::add_demo()?;
    scripts::check_manifest()?;
    let skipped = target().join("skipped.txt");
    let _ = fs::remove_file(&skipped);
    for group in GROUPS {
        step(&format!("tests: {}", group.join(", ")), || run(select_packages(&mut tests(), group)))?;
    }
    step("tests: nearmind-web-worker", wasm_tests)?;
    step("tests: browser", browser_tests)?;
    print_skipped(&fs::read_to_string(skipped).unwrap_or_default());
    Ok(())
}

/// Prints what tests have skipped, each line once.
fn print_skipped(skipped: &str) {
    let lines: BTreeSet<&str> = skipped.lines().collect();
    if !lines.is_empty() {
        eprintln!("    {} tests or parts of tests were skipped:", skipped.lines().count());
        lines.iter().for_each(|line| eprintln!("    {line}"));
    }
}

fn select_packages<'a>(cargo: &'a mut Command, names: &[&str]) -> &'a mut Command {
    cargo.args(names.iter().flat_map(|name| ["--package", name]))
}

/// Formats the Rust code with rustfmt, and the scripts with Biome.
pub fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all"]))?;
    scripts::format()
}

/// Runs the tests of the worker's crate in a browser's worker.
fn wasm_tests() -> Result<()> {
    let profile = ["--profile", "wasm-test", "--target", "wasm32-unknown-unknown"];
    run(tests().args(profile).args(["--package", "nearmind-web-worker", "--lib"]))
}

/// Browser tests that measure times or look for long tasks, so that no other test may run at the same time.
const ALONE: [&str; 3] = ["long_tasks::", "traces::", "vitals::"];

/// How often a browser test that fails is run once more. Firefox 140 hangs in a third of the visits in which a worker crashes.
const MOST_REPETITIONS: usize = 3;

/// Runs the browser tests. A test that fails is run once more, alone and with a message, because browsers and their
/// drivers hang or crash now and then, whereas an error in the code fails each time.
fn browser_tests() -> Result<()> {
    let browser = || {
        let mut command = tests();
        select_packages(&mut command, &[BROWSER]).args(["--test", "browser"]);
        command
    };
    let skip = ALONE.iter().flat_map(|name| ["--skip", name]);
    // Tests often wait for a browser, so one more than the cores keeps these busy. With two more they take longer.
    let threads = thread::available_parallelism().map_or(2, |cores| cores.get() + 1).to_string();
    let mut failed = run_tests(browser().args(["--", "--test-threads", &threads]).args(skip))?;
    failed.extend(run_tests(browser().args(["--", "--test-threads=1"]).args(ALONE))?);
    let first_failed = failed.clone();
    for _ in 0..MOST_REPETITIONS {
        if failed.is_empty() {
            break;
        }
        eprintln!("    run once more: {}", failed.join(", "));
        failed = run_tests(browser().args(["--", "--test-threads=1", "--exact"]).args(&failed))?;
    }
    ensure!(failed.is_empty(), "failed each time: {}", failed.join(", "));
    if !first_failed.is_empty() {
        eprintln!("    passed only when run once more: {}", first_failed.join(", "));
    }
    Ok(())
}

/// Runs a test program, prints its output, and returns the names of the tests that failed.
///
/// # Errors
/// If the tests do not run to their end, for example because they do not compile.
fn run_tests(command: &mut Command) -> Result<Vec<String>> {
    let mut program = command.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = BufReader::new(program.stdout.take().context("the tests have no output")?);
    let (mut failed, mut has_ended) = (Vec::new(), false);
    for line in output.lines() {
        let line = line?;
        println!("{line}");
        let name = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
        failed.extend(name.map(str::to_owned));
        has_ended |= line.starts_with("test result: ");
    }
    let has_passed = program.wait()?.success();
    ensure!(
        has_ended && (has_passed || !failed.is_empty()),
        "the tests did not run to their end: see the output above"
    );
    Ok(failed)
}

/// The command `cargo test`. Sets XDG_RUNTIME_DIR if it is missing, since graphics drivers print a warning for each device
/// without it.
fn tests() -> Command {
    let mut tests = cargo();
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        tests.env("XDG_RUNTIME_DIR", env::temp_dir());
    }
    tests.env("NEARMIND_SKIPPED", target().join("skipped.txt")).arg("test");
    tests
}

/// Builds the documentation of the crates. Broken links and invalid HTML are errors.
fn check_docs() -> Result<()> {
    let mut doc = cargo();
    doc.args(["doc", "--no-deps", "--document-private-items"]);
    run(select_packages(&mut doc, &NATIVE).env("RUSTDOCFLAGS", "-Dwarnings -Arustdoc::private-intra-doc-links"))
}

fn lint_wasm() -> Result<()> {
    let mut clippy = cargo();
    clippy.args(["clippy", "--target", "wasm32-unknown-unknown"]);
    run(select_packages(&mut clippy, &wasm::CRATES).args(["--", "-Dwarnings"]))
}

/// Runs `nearmind-research bench` in the profile `native`. The encoder is measured with all models in models/, unless
/// `args` name one.
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

/// Measures a first visit to the built site.
pub fn bench_visit(what: &str) -> Result<()> {
    packages::browser()?;
    site::build()?;
    run(cargo().args(["run", "--package", "browser-tests", "--bin", "measure", what]))
}
