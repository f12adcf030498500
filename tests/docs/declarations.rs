//! Generates docs/reference/javascript.md and types.md from the TypeScript declarations of the package. Must not know
//! what they mean.

use std::{fs, path::Path};

const JAVASCRIPT: &str = "# JavaScript API

Generated from the declarations in `www/package`. `Nearmind` is the headless API ([guide](../guides/headless.md)); the
elements are described in [Elements](elements.md). The types that the page and the worker exchange, such as `Card`, `Scene`
and `Event`, are in [Types](types.md).
";
const TYPES: &str = "# Types

Generated from `www/package/wire.d.ts`, which is itself generated from the Rust types. These are the values that the page and
the worker exchange. All text is UTF-16 as in JavaScript; all times are milliseconds since the Unix epoch.
";

/// The page of the JavaScript API.
pub fn javascript(root: &Path) -> String {
    page(
        root,
        JAVASCRIPT,
        &["nearmind.d.ts", "types.d.ts", "shelf.d.ts", "profile.d.ts", "pool.d.ts", "add-texts.d.ts"],
    )
}

/// The page of the types that the page and the worker exchange.
pub fn types(root: &Path) -> String {
    page(root, TYPES, &["wire.d.ts"])
}

fn page(root: &Path, head: &str, files: &[&str]) -> String {
    let mut page = head.to_owned();
    for file in files {
        let text = fs::read_to_string(root.join("www/package").join(file)).unwrap();
        if files.len() > 1 {
            page.push_str(&format!("\n## {file}\n"));
        }
        let level = if files.len() > 1 { "###" } else { "##" };
        for (name, declaration) in declarations(&text) {
            page.push_str(&format!("\n{level} {name}\n\n```ts\n{declaration}```\n"));
        }
    }
    page
}

/// The name and the text of each exported declaration, with the comment above it. Re-exports are left out.
fn declarations(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut comment = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("/**") || line.starts_with(" *") {
            comment.push_str(&format!("{line}\n"));
        } else if let Some(name) = exported_name(line) {
            let mut body = format!("{line}\n");
            while let Some(line) = lines.next_if(|line| line.starts_with([' ', '}'])) {
                body.push_str(&format!("{line}\n"));
            }
            found.push((name, std::mem::take(&mut comment) + &body));
        } else {
            comment.clear();
        }
    }
    found
}

/// The name that a line exports: `Nearmind` for `export interface Nearmind extends Shape {}`.
fn exported_name(line: &str) -> Option<String> {
    let kinds = ["interface ", "type ", "class ", "const ", "function "];
    let rest = line.strip_prefix("export ")?;
    let rest = kinds.iter().find_map(|kind| rest.strip_prefix(kind))?;
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    (!name.is_empty()).then_some(name)
}
