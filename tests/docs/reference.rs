//! The generated pages of docs/reference, made from `--help`, the manifest of the elements and the types. A test
//! compares them with the files, or writes the files if NEARMIND_RENEW is set.

use std::{env, fs, path::Path, process::Command};

/// The most columns of a line of `--help` on the page.
const WIDTH: usize = 100;

/// Checks that the page is `expected`, or writes it if NEARMIND_RENEW is set. `renew` is the command that sets it.
pub fn compare_or_renew(root: &Path, page: &str, expected: &str, renew: &str) {
    let path = root.join("docs/reference").join(page);
    if env::var_os("NEARMIND_RENEW").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    let differs = expected.lines().zip(checked_in.lines().chain([""].into_iter().cycle())).find(|(a, b)| a != b);
    assert!(expected == checked_in, "docs/reference/{page} is out of date: {differs:?}. To renew it, run {renew}");
}

/// The page with the help of a program and of all its commands and their subcommands.
pub fn help_page(program: &str, name: &str, about: &str) -> String {
    let mut page = format!("# {name}\n\n{about}\n");
    add_help(&mut page, program, name, &[]);
    page
}

fn add_help(page: &mut String, program: &str, name: &str, path: &[&str]) {
    let output = Command::new(program).args(path).arg("--help").output().unwrap();
    assert!(output.status.success(), "{name} {path:?} --help");
    let help = String::from_utf8(output.stdout).unwrap();
    let heading = if path.is_empty() { "All commands".to_owned() } else { format!("{name} {}", path.join(" ")) };
    page.push_str(&format!("\n## {heading}\n\n```text\n"));
    for line in help.trim_end().lines() {
        wrap(page, line.trim_end());
    }
    page.push_str("```\n");
    for command in subcommands(&help) {
        add_help(page, program, name, &[path, &[command]].concat());
    }
}

/// The names below `Commands:`, except `help`.
fn subcommands(help: &str) -> Vec<&str> {
    let Some((_, rest)) = help.split_once("Commands:\n") else { return Vec::new() };
    let lines = rest.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

/// Adds a line, wrapped to at most [`WIDTH`] columns. Continuation lines begin where the last column of the line does.
fn wrap(page: &mut String, line: &str) {
    let indent = line.rfind("  ").map_or(0, |at| at + 2);
    page.push_str(&line[..indent]);
    let mut column = indent;
    for word in line[indent..].split(' ') {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            page.push('\n');
            page.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            page.push(' ');
            column += 1;
        }
        page.push_str(word);
        column += width;
    }
    page.push('\n');
}
