//! Builds the script of the demo's service worker: two statements, followed by `www/demo/offline.js`.
//!
//! - The files to cache, with their digests. So the script changes whenever the site does, and a changed script is how
//!   browsers detect an update.
//! - The test for relaxed SIMD. The service worker caches only the build of the encoder that the browser can run.
//!
//! Must not know what the files contain.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Files whose paths start with one of these are not cached by the service worker: they are fetched only when they are
/// used, or Nearmind caches them itself by the digests in their manifest (models and catalogues).
const EXCLUDED_PREFIXES: [&str; 9] = [
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
/// Manifests are cached all the same, because Nearmind does not cache them.
const MANIFEST: &str = "/manifest.json";

/// Returns the script `offline.js` for the site in the folder `site`. `source` is `www/demo/offline.js`, minified or
/// not.
pub fn build_script(site: &Path, source: &str) -> Result<String> {
    let mut files = BTreeMap::new();
    add_cached_files(site, site, &mut files)?;
    let entries: Vec<_> = files.iter().map(|(path, digest)| format!("{path:?}:{digest:?}")).collect();
    Ok(format!("const FILES = {{{}}};\n{}\n{source}", entries.join(","), relaxed_simd_check()?))
}

/// Returns the statement of `www/package/worker.js` that defines `RELAXED_DOT`. It is read from the source, because the
/// minifier renames the constant.
fn relaxed_simd_check() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/package/worker.js");
    let worker = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let statement = worker.find("const RELAXED_DOT = ").and_then(|start| {
        let length = worker[start..].find("]);")? + 3;
        Some(worker[start..start + length].to_owned())
    });
    statement.context("www/package/worker.js has no `const RELAXED_DOT`: adapt xtask/src/offline.rs")
}

/// Adds the files of `folder` that the service worker caches: SHA-256 in hexadecimal by path in the site. Leaves out
/// the script itself and TypeScript declarations, which no browser loads.
fn add_cached_files(site: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.strip_prefix(site)?.to_string_lossy().replace('\\', "/");
        let is_excluded = EXCLUDED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !name.ends_with(MANIFEST);
        if path.is_dir() {
            add_cached_files(site, &path, files)?;
        } else if !is_excluded && name != "offline.js" && !name.ends_with(".d.ts") {
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
