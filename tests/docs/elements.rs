//! Generates docs/reference/elements.md from www/package/custom-elements.json. Must not know the elements themselves.

use std::{fs, path::Path};

use serde_json::Value;

const HEAD: &str = "# Elements

Generated from `www/package/custom-elements.json`, the [custom elements manifest](https://github.com/webcomponents/custom-elements-manifest)
that editors read. A test of the browser compares it with the code.
";

/// The lists of a declaration: the key, the heading, and what its entries are called.
const LISTS: [(&str, &str, &str); 6] = [
    ("attributes", "Attributes", "Attribute"),
    ("members", "Properties and methods", "Member"),
    ("events", "Events", "Event"),
    ("slots", "Slots", "Slot"),
    ("cssParts", "CSS parts", "Part"),
    ("cssProperties", "CSS custom properties", "Property"),
];

/// The page of the elements.
pub fn page(root: &Path) -> String {
    let json = fs::read_to_string(root.join("www/package/custom-elements.json")).unwrap();
    let manifest: Value = serde_json::from_str(&json).unwrap();
    let mut page = HEAD.to_owned();
    let modules = manifest["modules"].as_array().unwrap();
    for element in modules.iter().flat_map(|module| module["declarations"].as_array().unwrap()) {
        let tag = text(element, "tagName");
        page.push_str(&format!("\n## {tag}\n\n{}\n", text(element, "description")));
        for (key, heading, entry) in LISTS {
            let entries = element[key].as_array().map(Vec::as_slice).unwrap_or_default();
            if !entries.is_empty() {
                page.push_str(&format!("\n### {heading} of {tag}\n\n"));
                add_entries(&mut page, entry, entries);
            }
        }
    }
    page
}

/// Adds a table, or a paragraph of names if the entries have neither types nor descriptions.
fn add_entries(page: &mut String, entry: &str, entries: &[Value]) {
    if entries.iter().all(|entry| text(entry, "description").is_empty() && entry["type"].is_null()) {
        let names: Vec<String> = entries.iter().map(|entry| format!("`{}`", text(entry, "name"))).collect();
        page.push_str(&format!("{}\n", names.join(", ")));
        return;
    }
    page.push_str(&format!("| {entry} | Type | |\n|---|---|---|\n"));
    for entry in entries {
        let name = match (text(entry, "kind"), text(entry, "name")) {
            ("method", name) => format!("`{name}({})`", parameters(entry)),
            (_, "") => "(default)".to_owned(),
            (_, name) => format!("`{name}`"),
        };
        let kind = entry["type"]["text"].as_str().or(entry["return"]["type"]["text"].as_str()).unwrap_or_default();
        let kind = if kind.is_empty() { String::new() } else { format!("`{}`", kind.replace('|', "\\|")) };
        let mut about = text(entry, "description").to_owned();
        if let Some(default) = entry["default"].as_str() {
            about.push_str(&format!(" Default: `{default}`."));
        }
        page.push_str(&format!("| {name} | {kind} | {} |\n", about.trim().replace('|', "\\|")));
    }
}

fn parameters(method: &Value) -> String {
    let parameters = method["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    parameters.iter().map(|parameter| text(parameter, "name")).collect::<Vec<_>>().join(", ")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
