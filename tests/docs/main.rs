//! Checks the documentation: its commands work as they are typed, the tasks and subcommands that it names exist, and
//! its generated pages are up to date. Its tags and scripts are tested in a browser (tests/browser/tests/docs.rs).

#[path = "../support/skipped.rs"]
mod skipped;

mod commands;
mod declarations;
mod elements;
mod examples;
mod pages;
mod reference;

use std::{fs, path::Path, process::Command};

use nearmind_core::rank::{Filter, Rules, Scene};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NEARMIND: &str = env!("CARGO_BIN_EXE_nearmind");
const RENEW: &str = "NEARMIND_RENEW=1 cargo test --test docs";

#[test]
fn every_documented_command_works_as_it_is_typed() {
    let root = Path::new(ROOT);
    let outputs = ["catalog/manifest.json", "report.json"];
    assert!(commands::run(root, "--bin nearmind", NEARMIND, &outputs) >= 5);
    for command in commands::commands(root) {
        let is_program =
            ["--bin nearmind -- ", "--package nearmind-research -- "].iter().any(|name| command.contains(name));
        let is_known = is_program
            || command == "npm install nearmind"
            || command.starts_with("npx nearmind ") // run by tests/npx.rs
            || command.strip_prefix("cargo xtask ").is_some_and(is_task)
            || is_test(&command);
        assert!(is_known, "no test knows the documented command {command:?}");
    }
}

#[test]
fn every_documented_task_and_subcommand_exists() {
    let pages = pages::pages(Path::new(ROOT)).concat();
    let names_after = |prefix: &str| -> Vec<String> {
        let words = pages.split(prefix).skip(1);
        let word = |rest: &str| {
            rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default().to_owned()
        };
        words.map(word).filter(|word| !word.is_empty() && !word.starts_with('-')).collect()
    };
    let help = Command::new(NEARMIND).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let mut subcommands = names_after("`nearmind ");
    subcommands.extend(names_after("--bin nearmind -- "));
    assert!(subcommands.len() > 5, "{subcommands:?}");
    for name in subcommands {
        assert!(help.contains(&format!("  {name}")), "nearmind has no {name}: {help}");
    }
    let tasks = names_after("`cargo xtask ");
    assert!(tasks.len() > 5, "{tasks:?}");
    for name in tasks {
        assert!(is_task(&name), "there is no task {name}");
    }
}

#[test]
fn every_json_snippet_is_a_scene_a_filter_or_rules() {
    let snippets = pages::snippets(Path::new(ROOT), "json");
    assert!(snippets.len() >= 3, "{snippets:?}");
    for snippet in snippets {
        let value: serde_json::Value =
            serde_json::from_str(&snippet).unwrap_or_else(|error| panic!("{error}: {snippet}"));
        let scene = serde_json::from_value::<Scene>(value.clone()).map(|scene| scene.problem());
        let filter = serde_json::from_value::<Filter>(value.clone()).map(|filter| filter.problem());
        let rules = serde_json::from_value::<Rules>(value).map(|rules| rules.problem());
        let is_known = [&scene, &filter, &rules].iter().any(|problem| matches!(problem, Ok(None)));
        assert!(is_known, "{snippet}\n{scene:?}\n{filter:?}\n{rules:?}");
    }
}

#[test]
fn the_command_line_page_matches_the_help() {
    let about = "Generated from `--help`. Without installing it: `cargo run --bin nearmind -- --help`.";
    let page = reference::help_page(NEARMIND, "nearmind", about);
    reference::compare_or_renew(Path::new(ROOT), "nearmind.md", &page, RENEW);
}

#[test]
fn the_reference_pages_match_the_package() {
    let root = Path::new(ROOT);
    reference::compare_or_renew(root, "elements.md", &elements::page(root), RENEW);
    reference::compare_or_renew(root, "javascript.md", &declarations::javascript(root), RENEW);
    reference::compare_or_renew(root, "types.md", &declarations::types(root), RENEW);
}

/// Whether `cargo xtask` has the task with which the command begins.
fn is_task(command: &str) -> bool {
    let tasks = fs::read_to_string(Path::new(ROOT).join("xtask/src/main.rs")).unwrap().to_lowercase();
    command.split(' ').next().is_some_and(|name| tasks.contains(&format!("    {name}")))
}

/// Whether the command is `cargo test` with test files that exist.
fn is_test(command: &str) -> bool {
    let Some((_, arguments)) = command.split_once("cargo test ") else { return false };
    let exists = |name: &str| {
        let folders = ["tests", "tests/browser/tests", "crates/research/tests", "crates/encoder/tests"];
        let paths = folders.map(|folder| Path::new(ROOT).join(folder));
        paths
            .iter()
            .any(|folder| folder.join(format!("{name}.rs")).is_file() || folder.join(name).join("main.rs").is_file())
    };
    let words: Vec<&str> = arguments.split(' ').collect();
    let files = words.windows(2).filter(|pair| pair[0] == "--test").map(|pair| pair[1]);
    let modules = words.iter().filter_map(|word| word.strip_suffix("::"));
    files.chain(modules).all(exists)
}
