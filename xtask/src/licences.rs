//! What the crates that Nearmind is made of allow and ask for: only licences of this list come in, and the package goes out
//! with the others' notices and a bill of materials (CycloneDX).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::program::{cargo, output};

/// By their SPDX names. MPL-2.0 asks that changed files of its own stay open; none is changed here. CDLA-Permissive-2.0 is
/// for data: the list of root certificates.
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
/// The modules that the package has.
const PACKAGED: [&str; 6] =
    ["--package", "nearmind-web-worker", "--package", "nearmind-web-gpu", "--target", "wasm32-unknown-unknown"];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    licence: String,
    repository: String,
}

/// Every crate that is built or that tests use may be used and passed on.
pub fn check() -> Result<()> {
    let mut all = crates(&["--workspace", "--edges", "normal,build,dev"])?;
    all.extend(packaged()?);
    let refused: Vec<String> = all
        .into_iter()
        .filter(|found| !is_allowed(&found.licence))
        .map(|found| format!("{} {}: {:?}", found.name, found.version, found.licence))
        .collect();
    ensure!(refused.is_empty(), "licences that are not on the list of xtask/src/licences.rs: {}", refused.join(", "));
    Ok(())
}

/// Writes the notices and the bill of materials of the package.
pub fn write(folder: &Path) -> Result<()> {
    let crates = packaged()?;
    fs::write(folder.join("THIRD-PARTY.txt"), notices(&crates, &sources()?)?)?;
    Ok(fs::write(folder.join("sbom.cdx.json"), bill(&crates))?)
}

fn packaged() -> Result<BTreeSet<Crate>> {
    crates(&[&PACKAGED[..], &["--edges", "normal"]].concat())
}

fn crates(arguments: &[&str]) -> Result<BTreeSet<Crate>> {
    let mut tree = cargo();
    tree.args(["tree", "--locked", "--prefix", "none", "--format", "{p}|{l}|{r}"]).args(arguments);
    let lines = output(&mut tree).context("cargo tree lists the crates")?;
    let read = |line: &str| {
        let (package, rest) = line.split_once('|')?;
        let (licence, repository) = rest.split_once('|')?;
        let mut words = package.split_whitespace();
        let (name, version) = (words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned());
        let repository = repository.trim_end_matches(" (*)").to_owned();
        Some(Crate { name, version, licence: licence.to_owned(), repository })
    };
    Ok(lines.lines().filter_map(read).filter(|found| !is_ours(&found.name)).collect())
}

fn is_ours(name: &str) -> bool {
    name.starts_with("nearmind") || ["xtask", "browser-tests"].contains(&name)
}

/// Whether one of the alternatives asks for nothing else than what is allowed.
fn is_allowed(licence: &str) -> bool {
    let plain = licence.replace(['(', ')'], " ").replace('/', " OR ");
    // `A OR B AND C` is written by nobody without brackets, and `(A OR B) AND C` means that C is needed in any case.
    plain.split(" AND ").all(|part| part.split(" OR ").any(|name| ALLOWED.contains(&name.trim())))
}

/// Where the sources of the crates lie, by name and version.
fn sources() -> Result<BTreeMap<String, PathBuf>> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown"]);
    let text = output(&mut metadata).context("cargo metadata says where packages lie")?;
    let paths = text.split("\"manifest_path\":\"").skip(1).filter_map(|rest| rest.split('"').next());
    let folder = |path: &str| Path::new(&path.replace("\\\\", "/")).parent().map(Path::to_owned);
    let named = |folder: PathBuf| Some((folder.file_name()?.to_string_lossy().into_owned(), folder));
    Ok(paths.filter_map(folder).filter_map(named).collect())
}

/// Each crate with its licence, then each text once.
fn notices(crates: &BTreeSet<Crate>, sources: &BTreeMap<String, PathBuf>) -> Result<String> {
    let mut out = "Nearmind's wasm modules contain these crates. Their licences' texts are below.\n\n".to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Crate { name, version, licence, repository } in crates {
        let full_name = format!("{name} {version}");
        out += &format!("{full_name}: {licence}, {repository}\n");
        let Some(folder) = sources.get(&format!("{name}-{version}")) else { continue };
        for entry in folder.read_dir().with_context(|| format!("{} cannot be read", folder.display()))? {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            if path.is_file()
                && ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"].iter().any(|word| file.starts_with(word))
            {
                let text = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
                texts.entry(text).or_default().push(full_name.clone());
            }
        }
    }
    for (text, of) in texts {
        out += &format!("\n---- {}\n\n{text}\n", of.join(", "));
    }
    Ok(out)
}

/// CycloneDX 1.5, <https://cyclonedx.org/docs/1.5/json/>.
fn bill(crates: &BTreeSet<Crate>) -> String {
    let component = |Crate { name, version, licence, .. }: &Crate| {
        let licence = licence.replace(" / ", " OR ").replace('/', " OR ");
        format!(
            r#"    {{ "type": "library", "name": "{name}", "version": "{version}", "purl": "pkg:cargo/{name}@{version}", "licenses": [{{ "expression": "{licence}" }}] }}"#
        )
    };
    let components: Vec<String> = crates.iter().map(component).collect();
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"{{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {{ "component": {{ "type": "library", "name": "nearmind", "version": "{version}" }} }},
  "components": [
{}
  ]
}}
"#,
        components.join(",\n")
    )
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
        write(&folder).unwrap();
        let read = |file| fs::read_to_string(folder.join(file)).unwrap();
        let (notices, bill) = (read("THIRD-PARTY.txt"), read("sbom.cdx.json"));
        for name in ["wasm-bindgen", "tokenizers", "serde_json"] {
            assert!(
                notices.contains(&format!("\n{name} ")) && bill.contains(&format!("\"name\": \"{name}\"")),
                "{name}"
            );
        }
        assert!(notices.contains("Permission is hereby granted"), "the texts are there");
        fs::remove_dir_all(folder).unwrap();
    }
}
