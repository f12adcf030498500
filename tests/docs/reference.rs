//! Pages of docs/reference that are written from what they describe: `--help`, the elements' manifest, the types.
//! A test compares them; with NEARMIND_RENEW=1 it writes them.

use std::{env, fs, path::Path, process::Command};

/// Columns of a line of `--help` on the page.
const WIDTH: usize = 100;

/// Panics unless the page is `now`.
pub fn hold(root: &Path, page: &str, now: &str, renew: &str) {
    let path = root.join("docs/reference").join(page);
    if env::var_os("NEARMIND_RENEW").is_some() {
        fs::write(&path, now).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    let differs = now.lines().zip(checked_in.lines().chain([""].into_iter().cycle())).find(|(a, b)| a != b);
    assert!(now == checked_in, "docs/reference/{page} is out of date: {differs:?}. To renew it: {renew}");
}

/// What a program says of itself and of each of its commands, those of commands included.
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

/// The names below `Commands:`, without `help` itself.
fn subcommands(help: &str) -> Vec<&str> {
    let Some((_, rest)) = help.split_once("Commands:\n") else { return Vec::new() };
    let lines = rest.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

/// Adds a line of at most [`WIDTH`] columns; what does not fit goes on below, where the line's last column begins.
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
