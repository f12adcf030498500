//! What the README tells people to type to measure lists works as it is typed.

#[path = "../../../tests/readme/commands.rs"]
mod commands;

use std::{path::Path, process::Command};

const RESEARCH: &str = env!("CARGO_BIN_EXE_nearmind-research");

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_measurement_of_the_readme_works_as_it_is_typed() {
    assert!(commands::run(root(), "--package nearmind-research", RESEARCH, &["report.json", "report.svg"]) >= 1);
}

#[test]
fn every_measurement_that_the_readme_names_is_there() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let help = Command::new(RESEARCH).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let names = readme.split("`nearmind-research ").skip(1).filter_map(|rest| rest.split([' ', '\n', '`']).next());
    let names: Vec<&str> = names.collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        assert!(help.contains(&format!("  {name}")), "nearmind-research has no {name}: {help}");
    }
}
