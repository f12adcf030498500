//! The folder of the npm package, for `npm pack`: elements, API, worker, wasm and types, and nothing of the demo.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Files in the site's wasm folder that only the pages for feeds and for measurements need.
const EXCLUDED: [&str; 3] = ["nearmind-feeds", "nearmind-measure", "jieba."];

/// Copies the package from a built site into `folder`: the built versions of the files in `www/package`, the wasm modules,
/// the README and the licences.
pub fn build_package(site: &Path, folder: &Path) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    copy_built(&root.join("www/package"), site, folder)?;
    copy(&site.join("wasm"), &folder.join("wasm"))?;
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root.join(file), folder.join(file))?;
    }
    Ok(())
}

/// Copies the files of the site that exist in the folder `sources`, too.
fn copy_built(sources: &Path, site: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in sources.read_dir()? {
        let name = entry?.file_name();
        let (source, built, to) = (sources.join(&name), site.join(&name), to.join(&name));
        if source.is_dir() {
            copy_built(&source, &built, &to)?;
        } else {
            fs::copy(&built, to).with_context(|| format!("copying {} of the built site", built.display()))?;
        }
    }
    Ok(())
}

/// Copies a folder with its subfolders, but for [`EXCLUDED`].
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        if EXCLUDED.iter().any(|left| entry.file_name().to_string_lossy().starts_with(left)) {
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

    /// The relative paths that a script imports.
    fn imports(script: &str) -> impl Iterator<Item = &str> {
        let marks = ["from \"", "import(\"", "new URL(\""];
        let found = marks.into_iter().flat_map(|mark| script.split(mark).skip(1));
        found.filter_map(|rest| rest.split('"').next()).filter(|path| path.starts_with('.'))
    }

    #[test]
    fn the_package_has_all_imported_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/package");
        let folder = std::env::temp_dir().join(format!("nearmind-npm-{}", std::process::id()));
        let (site, package_folder) = (folder.join("site"), folder.join("npm"));
        copy(&root, &site).unwrap();
        fs::create_dir_all(site.join("wasm")).unwrap();
        build_package(&site, &package_folder).unwrap();
        let scripts = package_folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let mut waiting: Vec<_> =
            scripts.filter(|path| path.extension().is_some_and(|end| end == "js" || end == "ts")).collect();
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
        let package = fs::read_to_string(package_folder.join("package.json")).unwrap();
        assert!(package.contains(&format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"))), "{package}");
        fs::remove_dir_all(folder).unwrap();
    }
}
