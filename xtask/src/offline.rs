//! Builds the script of the demo's service worker. Two statements are written above `offline.js`: the list of files that it
//! caches, with their digests, so that the script changes when the site does, which is how browsers detect an update; and
//! the test for relaxed SIMD, so that only the build of the worker that the browser can run is cached. Must not know what
//! the files contain.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Files that are not in the list: those that are fetched only when they are used, and those that Nearmind caches itself by
/// their manifest.
const EXCLUDED: [&str; 9] = [
    "models/",
    "catalog/",
    "npm/",
    "examples/",
    "bench.",
    "wasm/nearmind-gpu",
    "wasm/nearmind-feeds",
    "wasm/nearmind-measure",
    "wasm/jieba.",
];
const MANIFEST: &str = "/manifest.json";

/// The script `offline.js` for the site in this folder. `source` is the script of `www/demo/`, minified or not.
pub fn build_script(site: &Path, source: &str) -> Result<String> {
    let mut files = BTreeMap::new();
    list_files(site, site, &mut files)?;
    let lines: Vec<_> = files.iter().map(|(path, digest)| format!("{path:?}:{digest:?}")).collect();
    Ok(format!("const FILES = {{{}}};\n{}\n{source}", lines.join(","), relaxed_simd_check()?))
}

/// The statement of `www/package/worker.js` that tests for relaxed SIMD. It is read from the source, because the minified
/// script has another name for the constant.
fn relaxed_simd_check() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/package/worker.js");
    let worker = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let statement = worker.find("const RELAXED_DOT = ").and_then(|start| {
        let length = worker[start..].find("]);")? + 3;
        Some(worker[start..start + length].to_owned())
    });
    statement.context("www/package/worker.js has no `const RELAXED_DOT`: adapt xtask/src/offline.rs")
}

/// Adds the files of `folder`, by their paths in the site, with their SHA-256 in hexadecimal.
fn list_files(site: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        let left_out = EXCLUDED.iter().any(|left| name.starts_with(left)) && !name.ends_with(MANIFEST);
        if path.is_dir() {
            list_files(site, &path, files)?;
        } else if !left_out && name != "offline.js" && !name.ends_with(".d.ts") {
            let digest = Sha256::digest(fs::read(&path)?);
            files.insert(name, digest.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minify::minify_script;

    #[test]
    fn the_minified_script_uses_the_statements_above_it() {
        let site = std::env::temp_dir().join(format!("nearmind-offline-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("shelf.js"), "1").unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/demo/offline.js");
        let source = minify_script("offline.js", &fs::read_to_string(source).unwrap()).unwrap();
        let script = build_script(&site, &source).unwrap();
        assert!(script.starts_with("const FILES = {\"shelf.js\":\"6b86b273"), "{script}");
        for name in ["FILES", "RELAXED_DOT"] {
            assert_eq!(script.matches(&format!("const {name} =")).count(), 1);
            assert!(source.contains(name), "the minified script uses {name}");
        }
        minify_script("offline.js", &script).expect("a classic script");
        fs::remove_dir_all(site).unwrap();
    }
}
