//! The folder that `npm pack` makes a package of: elements, API, worker, wasm and types, and nothing of the demo.

use std::{fs, path::Path};

use anyhow::{Context, Result};

const FILES: [&str; 16] = [
    "shelf.js",
    "shelf.d.ts",
    "profile.js",
    "profile.d.ts",
    "nearmind.js",
    "nearmind.d.ts",
    "types.d.ts",
    "wire.d.ts",
    "worker.js",
    "isolated.js",
    "isolated-worker.js",
    "spawn.js",
    "outbox.js",
    "supervisor.js",
    "page-events.js",
    "debug.js",
];
const FOLDERS: [&str; 2] = ["element", "wasm"];
/// Of these folders: the demo's page that imports a feed is no part of the package.
const LEFT_OUT: [&str; 2] = ["nearmind-feeds", "jieba."];

/// From a built site. The version is the project's.
pub fn package(site: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in FILES.iter().chain(&["custom-elements.json", "pool.js"]) {
        fs::copy(site.join(file), folder.join(file)).with_context(|| format!("the site has no {file}"))?;
    }
    for name in FOLDERS {
        copy(&site.join(name), &folder.join(name))?;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root.join(file), folder.join(file))?;
    }
    let package = format!(
        r#"{{
  "name": "nearmind",
  "version": "{}",
  "description": "Recommendations that never leave the browser.",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "main": "nearmind.js",
  "types": "nearmind.d.ts",
  "exports": {{
    ".": {{ "types": "./nearmind.d.ts", "default": "./nearmind.js" }},
    "./shelf": {{ "types": "./shelf.d.ts", "default": "./shelf.js" }},
    "./profile": {{ "types": "./profile.d.ts", "default": "./profile.js" }},
    "./custom-elements.json": "./custom-elements.json",
    "./*": "./*"
  }},
  "customElements": "custom-elements.json",
  "sideEffects": ["./shelf.js", "./profile.js", "./debug.js", "./worker.js", "./isolated-worker.js"]
}}
"#,
        env!("CARGO_PKG_VERSION")
    );
    Ok(fs::write(folder.join("package.json"), package)?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        if LEFT_OUT.iter().any(|left| entry.file_name().to_string_lossy().starts_with(left)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a script imports from beside itself.
    fn imports(script: &str) -> impl Iterator<Item = &str> {
        let marks = ["from \"", "import(\"", "new URL(\""];
        let found = marks.into_iter().flat_map(|mark| script.split(mark).skip(1));
        found.filter_map(|rest| rest.split('"').next()).filter(|path| path.starts_with('.'))
    }

    #[test]
    fn the_package_is_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www");
        let folder = std::env::temp_dir().join(format!("nearmind-npm-{}", std::process::id()));
        let (site, package_folder) = (folder.join("site"), folder.join("npm"));
        copy(&root, &site).unwrap();
        fs::create_dir_all(site.join("wasm")).unwrap();
        package(&site, &package_folder).unwrap();
        let mut waiting: Vec<_> = FILES.iter().map(|file| package_folder.join(file)).collect();
        let mut seen = 0;
        while let Some(path) = waiting.pop() {
            let script = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for import in imports(&script).filter(|import| !import.contains("wasm/") && !import.ends_with(".d.ts")) {
                let file = path.parent().unwrap().join(import);
                let there = file.is_file() || file.with_extension("d.ts").is_file();
                assert!(there, "{} imports {import}, which the package lacks", path.display());
                seen += 1;
                if import.contains("element/") && waiting.len() < 200 {
                    waiting.push(file);
                }
            }
        }
        assert!(seen > 20, "{seen} imports");
        fs::remove_dir_all(folder).unwrap();
    }
}
