//! Reads README.md, CONTRIBUTING.md and the pages of docs/, and the snippets in them. Must not know what a snippet
//! means.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The texts of all pages: README.md, CONTRIBUTING.md, then those of docs/ by path.
pub fn pages(root: &Path) -> Vec<String> {
    let mut paths = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    collect(&root.join("docs"), &mut paths);
    paths.iter().map(|path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))).collect()
}

/// The fenced blocks of one language (`sh`, `html`), in the order of the pages.
pub fn snippets(root: &Path, language: &str) -> Vec<String> {
    let opening = format!("```{language}");
    let mut found = Vec::new();
    for page in pages(root) {
        let mut lines = page.lines();
        while lines.by_ref().any(|line| line == opening) {
            let snippet = lines.by_ref().take_while(|line| *line != "```");
            found.push(snippet.flat_map(|line| [line, "\n"]).collect());
        }
    }
    found
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, pages);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
}
