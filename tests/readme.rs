//! What the README tells people to type works as it is typed: its commands, in a folder that has what they name. Its tags
//! and scripts are tried in a browser (tests/browser/tests/docs.rs).
#![cfg(feature = "cli")]

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::symlink,
    path::Path,
    process::Command,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The lines of the README's blocks of commands.
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// What the commands name: a feed, a model, a folder of pictures, and one of interactions.
fn furnish(folder: &Path) {
    let feed = fs::read(Path::new(ROOT).join("tests/feeds/samples/google.xml")).unwrap();
    let mut gzip = GzEncoder::new(File::create(folder.join("feed.xml.gz")).unwrap(), Compression::fast());
    gzip.write_all(&feed).unwrap();
    gzip.finish().unwrap();
    symlink(Path::new(ROOT).join("models"), folder.join("models")).unwrap();
    fs::create_dir(folder.join("public")).unwrap();
    let data = folder.join("DIR");
    fs::create_dir(&data).unwrap();
    let items: String =
        (0..24).map(|nth| format!("{}\n", json!({"id": nth, "title": format!("Jacket {nth}")}))).collect();
    let pairs = (0..30).flat_map(|who| (0..4).map(move |nth| format!("u{who}\t{}\n", (who + nth) % 20)));
    let interactions = format!("user_id\titem_id\n{}", pairs.collect::<String>());
    let tests = "user_id\thistory\ttarget\nu1\t1 2\t3\nu2\t2 3\t5\n";
    for (name, text) in [("items.jsonl", items.as_str()), ("interactions.tsv", &interactions), ("test.tsv", tests)] {
        fs::write(data.join(name), text).unwrap();
    }
}

#[test]
fn every_command_of_the_readme_works_as_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let mut ran = 0;
    for command in commands() {
        // The tasks of the project itself: the tests are one of them, and the other serves until it is ended.
        if let Some(task) = command.strip_prefix("cargo xtask ") {
            assert!(["serve", "test"].contains(&task), "{command}");
            continue;
        }
        let (_, arguments) = command.split_once("--bin nearmind -- ").unwrap_or_else(|| panic!("what is {command:?}?"));
        let output = Command::new(env!("CARGO_BIN_EXE_nearmind"))
            .args(arguments.split(' '))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    assert!(ran >= 2, "{ran} commands");
    for made in ["catalog/manifest.json", "report.json", "report.svg"] {
        assert!(folder.path().join(made).is_file(), "{made}");
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
    let help = Command::new(env!("CARGO_BIN_EXE_nearmind")).arg("--help").output().unwrap();
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
