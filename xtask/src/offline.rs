//! The list of the site's files that its service worker keeps: written above `offline.js`, so that another site is
//! another script, which is how browsers find out; and how a worker finds out which of its two builds it can run, lest
//! visitors fetch the other. Must not know what the files are.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// What is fetched only when it is used, or kept by Nearmind itself, by what its manifest says.
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

/// `offline.js` as visitors of this folder get it; `source` is its script, minified or as `www/demo/` has it.
pub fn build_script(site: &Path, source: &str) -> Result<String> {
    let mut files = BTreeMap::new();
    list_files(site, site, &mut files)?;
    let lines: Vec<_> = files.iter().map(|(path, digest)| format!("{path:?}:{digest:?}")).collect();
    Ok(format!("const FILES = {{{}}};\n{}\n{source}", lines.join(","), relaxed_simd_check()?))
}

/// The statement that says it, as `www/package/worker.js` has it: in the minified script the constant has another name.
fn relaxed_simd_check() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/package/worker.js");
    let worker = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let statement = worker.find("const RELAXED_DOT = ").and_then(|from| {
        let length = worker[from..].find("]);")? + 3;
        Some(worker[from..from + length].to_owned())
    });
    statement.context("www/package/worker.js no longer has RELAXED_DOT")
}

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
    fn what_is_written_above_the_minified_script_makes_one_script_with_it() {
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
