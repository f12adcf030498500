//! What the documentation tells people to type to measure lists works as it is typed.

#[path = "../../../tests/docs/commands.rs"]
mod commands;
#[path = "../../../tests/docs/pages.rs"]
mod pages;
#[path = "../../../tests/docs/reference.rs"]
mod reference;

use std::{path::Path, process::Command};

const RESEARCH: &str = env!("CARGO_BIN_EXE_nearmind-research");

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_documented_measurement_works_as_it_is_typed() {
    assert!(commands::run(root(), "--package nearmind-research", RESEARCH, &["report.json", "report.svg"]) >= 1);
}

#[test]
fn every_documented_measurement_exists() {
    let pages = pages::pages(root()).concat();
    let help = Command::new(RESEARCH).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let names = pages.split("`nearmind-research ").skip(1).filter_map(|rest| rest.split([' ', '\n', '`']).next());
    let names: Vec<&str> = names.filter(|name| !name.starts_with('-')).collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        assert!(help.contains(&format!("  {name}")), "nearmind-research has no {name}: {help}");
    }
}

#[test]
fn the_research_page_is_what_help_prints() {
    let about = "Generated from `--help`. Without installing it: `cargo run --package nearmind-research -- --help`.";
    let page = reference::help_page(RESEARCH, "nearmind-research", about);
    let renew = "NEARMIND_RENEW=1 cargo test --package nearmind-research --test docs";
    reference::compare_or_renew(root(), "nearmind-research.md", &page, renew);
}
