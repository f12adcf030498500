//! Checks that all crates have an allowed licence, and writes the notices of third parties and a software bill of materials
//! (CycloneDX) for the package.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Package, Source};
use serde_json::json;
use spdx::{Expression, ParseMode};

use crate::{
    crates,
    program::{cargo, output},
};

/// The allowed licences, as SPDX identifiers. MPL-2.0 requires that changes to its own files are published; none of them is
/// changed here. CDLA-Permissive-2.0 is a licence for data: the list of root certificates.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// Arguments of `cargo tree` for everything that is built and tested on this machine.
const WORKSPACE_TREE: [&str; 3] = ["--workspace", "--edges", "normal,build,dev"];
/// Arguments of `cargo tree` for the crates that the package's wasm modules contain.
const PACKAGE_TREE: [&str; 8] = [
    "--package",
    "nearmind-web-worker",
    "--package",
    "nearmind-web-gpu",
    "--target",
    "wasm32-unknown-unknown",
    "--edges",
    "normal",
];

/// Fails if a third-party crate does not come from crates.io, or has a licence that is not allowed.
pub fn check() -> Result<()> {
    let (mut elsewhere, mut refused) = (Vec::new(), Vec::new());
    for package in third_party(&WORKSPACE_TREE)?.into_iter().chain(third_party(&PACKAGE_TREE)?) {
        let name = format!("{} {}", package.name, package.version);
        if !package.source.as_ref().is_some_and(Source::is_crates_io) {
            elsewhere.push(name.clone());
        }
        if !is_allowed(licence_of(package)) {
            refused.push(format!("{name}: {:?}", licence_of(package)));
        }
    }
    ensure!(elsewhere.is_empty(), "these crates do not come from crates.io: {}", elsewhere.join(", "));
    ensure!(
        refused.is_empty(),
        "the licences of these crates are not on the list in xtask/src/licences.rs: {}",
        refused.join(", ")
    );
    Ok(())
}

/// Writes THIRD-PARTY.txt and sbom.cdx.json into the folder of the package.
pub fn write_notices(folder: &Path) -> Result<()> {
    let crates = third_party(&PACKAGE_TREE)?;
    fs::write(folder.join("THIRD-PARTY.txt"), third_party_notices(&crates)?)?;
    Ok(fs::write(folder.join("sbom.cdx.json"), bill_of_materials(&crates)?)?)
}

/// The third-party crates that `cargo tree` lists, in the order of their names. Cargo.lock has more crates: those of
/// features that are not enabled.
fn third_party(arguments: &[&str]) -> Result<Vec<&'static Package>> {
    let mut tree = cargo();
    tree.args(["tree", "--locked", "--prefix", "none", "--format", "{p}"]).args(arguments);
    let lines = output(&mut tree).context("`cargo tree --locked` fails: is Cargo.lock up to date?")?;
    let named = |line: &str| {
        let (name, rest) = line.split_once(' ')?;
        let version = rest.split(' ').next()?.trim_start_matches('v').to_owned();
        Some((name.to_owned(), version))
    };
    let listed: BTreeSet<(String, String)> = lines.lines().filter_map(named).collect();
    let is_listed = |package: &&Package| listed.contains(&(package.name.to_string(), package.version.to_string()));
    let mut found: Vec<_> = crates::packages()?.iter().filter(|package| !is_ours(package)).filter(is_listed).collect();
    found.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    Ok(found)
}

fn is_ours(package: &Package) -> bool {
    package.source.is_none()
}

fn licence_of(package: &Package) -> &str {
    package.license.as_deref().unwrap_or_default()
}

/// Whether an SPDX expression (ISO/IEC 5962) can be satisfied by allowed licences only.
fn is_allowed(licence: &str) -> bool {
    Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|requirement| requirement.license.id().is_some_and(|id| ALLOWED.contains(&id.name)))
    })
}

/// The notices of third parties: each crate with its licence, then each text of a licence once.
fn third_party_notices(crates: &[&Package]) -> Result<String> {
    let mut out = "Nearmind's wasm modules contain these crates. Their licences' texts are below.\n\n".to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in crates {
        let full_name = format!("{} {}", package.name, package.version);
        out +=
            &format!("{full_name}: {}, {}\n", licence_of(package), package.repository.as_deref().unwrap_or_default());
        let folder = package.manifest_path.parent().context("the manifest of a crate has no folder")?;
        for entry in folder.read_dir_utf8().with_context(|| format!("{folder} cannot be read"))? {
            let entry = entry?;
            let (path, file) = (entry.path(), entry.file_name().to_uppercase());
            if path.is_file()
                && ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"].iter().any(|word| file.starts_with(word))
            {
                let text = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
                texts.entry(text).or_default().push(full_name.clone());
            }
        }
    }
    for (text, packages) in texts {
        out += &format!("\n---- {}\n\n{text}\n", packages.join(", "));
    }
    Ok(out)
}

/// The software bill of materials as CycloneDX 1.5, <https://cyclonedx.org/docs/1.5/json/>.
fn bill_of_materials(crates: &[&Package]) -> Result<String> {
    let component = |package: &&Package| {
        let (name, version) = (package.name.as_str(), package.version.to_string());
        let licence = licence_of(package).replace(" / ", " OR ").replace('/', " OR ");
        json!({
            "type": "library", "name": name, "version": version, "purl": format!("pkg:cargo/{name}@{version}"),
            "licenses": [{ "expression": licence }],
        })
    };
    let bill = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": { "type": "library", "name": "nearmind", "version": env!("CARGO_PKG_VERSION") } },
        "components": crates.iter().map(component).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&bill)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_allowed_if_one_of_its_alternatives_is() {
        for licence in
            ["MIT OR Apache-2.0", "MIT/Apache-2.0", "Apache-2.0 / MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"]
        {
            assert!(is_allowed(licence), "{licence}");
        }
        for licence in ["", "GPL-3.0-only", "AGPL-3.0-only", "MIT AND GPL-3.0-only", "(MIT OR Apache-2.0) AND LGPL-2.1"]
        {
            assert!(!is_allowed(licence), "{licence}");
        }
        assert!(is_allowed("MIT OR Apache-2.0 OR LGPL-2.1-or-later"));
    }

    #[test]
    fn the_package_names_every_crate_and_its_licence() {
        let folder = std::env::temp_dir().join(format!("nearmind-licences-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_notices(&folder).unwrap();
        let read = |file| fs::read_to_string(folder.join(file)).unwrap();
        let (notices, bill) = (read("THIRD-PARTY.txt"), read("sbom.cdx.json"));
        for name in ["wasm-bindgen", "tokenizers", "serde_json"] {
            assert!(
                notices.contains(&format!("\n{name} ")) && bill.contains(&format!("\"name\": \"{name}\"")),
                "{name}"
            );
        }
        assert!(notices.contains("Permission is hereby granted"), "the texts of the licences are missing");
        fs::remove_dir_all(folder).unwrap();
    }
}
