//! What the README tells people to type works as it is typed. Its tags and scripts are tried in a browser
//! (tests/browser/tests/docs.rs).

mod commands;

use std::{fs, path::Path, process::Command};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NEARMIND: &str = env!("CARGO_BIN_EXE_nearmind");

#[test]
fn every_command_of_the_readme_works_as_it_is_typed() {
    let root = Path::new(ROOT);
    assert!(commands::run(root, "--bin nearmind", NEARMIND, &["catalog/manifest.json", "report.json"]) >= 2);
    for command in commands::commands(root) {
        // The tasks of the project itself: the tests are one of them, and the other serves until it is ended.
        let task = command.strip_prefix("cargo xtask ");
        let is_known =
            ["--bin nearmind -- ", "--package nearmind-research -- "].iter().any(|own| command.contains(own));
        assert!(is_known || task.is_some_and(|task| ["serve", "test"].contains(&task)), "what is {command:?}?");
    }
}

#[test]
fn every_task_and_subcommand_that_the_readme_names_is_there() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let named = |after: &str| -> Vec<String> {
        let words = readme.split(after).skip(1);
        let word = |rest: &str| {
            rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default().to_owned()
        };
        words.map(word).filter(|word| !word.is_empty() && !word.starts_with('-')).collect()
    };
    let help = Command::new(NEARMIND).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let mut subcommands = named("`nearmind ");
    subcommands.extend(named("--bin nearmind -- "));
    assert!(subcommands.len() > 5, "{subcommands:?}");
    for name in subcommands {
        assert!(help.contains(&format!("  {name}")), "nearmind has no {name}: {help}");
    }
    let tasks = fs::read_to_string(Path::new(ROOT).join("xtask/src/main.rs")).unwrap().to_lowercase();
    let named = named("`cargo xtask ");
    assert!(named.len() > 5, "{named:?}");
    for name in named {
        assert!(tasks.contains(&format!("    {name}")), "there is no task {name}");
    }
}
