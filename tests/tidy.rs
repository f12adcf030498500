//! Checks those invariants of ARCHITECTURE.md that can be seen in the source files. Must not run anything.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The modules of crates/core/src/lib.rs, lowest layer first. Between crates, Cargo enforces the layers.
const LAYERS: [&str; 12] = [
    "bytes",
    "json",
    "random",
    "sort",
    "text",
    "vectors",
    "catalog",
    "profile",
    "rank",
    "explain",
    "protocol",
    "recommend",
];

/// A file of the project: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

#[test]
fn core_and_feeds_use_no_clock_randomness_or_io() {
    for place in ["crates/core", "crates/feeds"] {
        let manifest = read_source(&root().join(place).join("Cargo.toml"));
        forbid(&[manifest], &["rand", "js-sys", "web-sys", "wasm-bindgen", "nearmind-encoder"], |_| false);
        let files = sources(place, "rs");
        // declarations.rs, which writes www/package/wire.d.ts, is compiled for tests only.
        let is_test = |path: &str| path.ends_with("protocol/declarations.rs");
        forbid(&files, &["std::time", "std::fs", "std::net", "std::env", "async ", ".await"], is_test);
    }
}

#[test]
fn a_module_of_the_core_uses_only_those_below_it() {
    let modules = fs::read_to_string(root().join("crates/core/src/lib.rs")).unwrap();
    let modules: Vec<_> = modules.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split(';').next()).collect();
    assert_eq!(modules, LAYERS, "crates/core/src/lib.rs lists the layers in their order");
    for file in sources("crates/core/src", "rs") {
        let Some(own) = LAYERS.iter().position(|layer| *layer == module_of(&file.path)) else { continue };
        for used in used_modules(&file.text) {
            let layer = LAYERS.iter().position(|layer| *layer == used);
            assert!(layer.is_none_or(|layer| layer <= own), "{} uses {used}, which is in a higher layer", file.path);
        }
    }
}

#[test]
fn the_page_draws_text_and_never_code() {
    let scripts = sources("www", "js");
    assert!(!scripts.is_empty());
    let code = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"];
    forbid(&scripts, &code, |_| false);
    let mut pages = sources("www", "html");
    pages.push(read_source(&root().join("index.html")));
    for page in pages {
        for (at, _) in page.text.match_indices("<script") {
            let tag = page.text[at..].split('>').next().unwrap_or_default();
            // Structured data for search engines is not code.
            let is_data = tag.contains("application/ld+json");
            assert!(is_data || tag.contains(" src="), "{} has an inline script", page.path);
        }
        for inline in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!page.text.contains(inline), "{}: the content security policy forbids `{inline}`", page.path);
        }
    }
}

#[test]
fn every_file_is_short_and_begins_with_its_purpose() {
    let places = [
        ("src", "rs"),
        ("crates", "rs"),
        ("crates", "wgsl"),
        ("tests", "rs"),
        ("xtask/src", "rs"),
        ("www", "js"),
        ("www", "css"),
    ];
    for (place, extension) in places {
        for file in sources(place, extension) {
            let lines = file.text.lines().count();
            assert!(lines <= 400, "{} has {lines} lines", file.path);
            let comment = if extension == "rs" { "//!" } else { "/" };
            let text = file.text.strip_prefix("#!/usr/bin/env node\n").unwrap_or(&file.text);
            assert!(text.starts_with(comment), "{} does not begin with a comment on what it is for", file.path);
        }
    }
}

#[test]
fn test_names_have_at_most_60_characters() {
    let is_attribute =
        |line: &str| ["#[test]", "#[tokio::test", "#[wasm_bindgen_test"].iter().any(|a| line.starts_with(a));
    let mut tests = 0;
    for file in ["src", "crates", "tests", "xtask/src"].into_iter().flat_map(|place| sources(place, "rs")) {
        let mut lines = file.text.lines().map(str::trim_start);
        while lines.any(is_attribute) {
            let name = lines.find_map(|line| line.split_once("fn ")).map_or("", |(_, rest)| first_name(rest));
            assert!(name.len() <= 60, "{}: {name} has {} characters", file.path, name.len());
            tests += 1;
        }
    }
    assert!(tests > 500, "only {tests} tests were found");
}

#[test]
fn every_file_of_browser_tests_is_run() {
    let folder = root().join("tests/browser/tests");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy();
        let is_listed = name == "main" || main.contains(&format!("mod {name};"));
        assert!(is_listed, "tests/browser/tests/main.rs does not list {name}");
    }
}

#[test]
fn there_are_at_most_ten_invariants_each_with_a_test() {
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, invariants) = architecture.split_once("## Invariants").expect("a section of invariants");
    let rows: Vec<_> = invariants.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert!((1..=10).contains(&rows.len()), "{} invariants", rows.len());
    for row in rows {
        let (file, name) = row
            .rsplit_once('`')
            .and_then(|(row, _)| row.rsplit_once('`'))
            .and_then(|(_, test)| test.split_once("::"))
            .unwrap_or_else(|| panic!("no test in: {row}"));
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {name}()")), "{file} has no test {name}");
    }
}

/// Checks that the code of no file contains one of the words. Comments and `allowed` paths are not checked.
fn forbid(files: &[Source], words: &[&str], allowed: impl Fn(&str) -> bool) {
    for file in files.iter().filter(|file| !allowed(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in words {
                assert!(!code.contains(word), "{}:{}: `{word}` is not allowed here", file.path, number + 1);
            }
        }
    }
}

/// The top-level module of a file of the core: `rank` for `rank.rs` and for `rank/varied.rs`.
fn module_of(path: &str) -> &str {
    path.trim_start_matches("crates/core/src/").split(['/', '.']).next().unwrap_or_default()
}

/// The crate's modules that a file names: `crate::a`, and the first names in `crate::{a, b::c}`.
fn used_modules(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(first_name(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = 0;
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            found.push(first_name(&group[start..i]));
                            break;
                        }
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.push(first_name(&group[start..i]));
                            start = i + 1;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// The first name of a path: `b` of ` b::c`.
fn first_name(path: &str) -> &str {
    path.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read_source(path: &Path) -> Source {
    let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    Source { path: name, text: fs::read_to_string(path).unwrap() }
}

/// All files with this extension in a folder and its subfolders.
fn sources(folder: &str, extension: &str) -> Vec<Source> {
    fn walk(folder: PathBuf, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(path, extension, found);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(root().join(folder), extension, &mut found);
    found.sort();
    found.iter().map(|path| read_source(path)).collect()
}
