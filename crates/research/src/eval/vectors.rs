//! Vectors of texts, cached by content: the same texts are encoded once with a model. Must not know what they are for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::{
    catalog::{Item, build_document},
    text::language::detect_language,
};
use nearmind_encoder::manifest::{Manifest, Role};

/// TextVectors that are encoded at a time.
const CHUNK: usize = 64;

/// TextVectors that are sampled to detect the items' language.
const SAMPLE: usize = 200;

/// Returns the folder of the model to use: `named`, or one below `models/` that reads the items' language. Prints which
/// one it chose.
pub fn choose_model(named: Option<&Path>, items: &[Item]) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let texts = items.iter().step_by(items.len().div_ceil(SAMPLE)).map(|item| build_document(item).text);
    let languages: Vec<&str> = texts.map(|text| detect_language(&text)).collect();
    let chinese = languages.iter().filter(|lang| **lang == "zh").count();
    let (code, name, target) =
        if 2 * chinese > languages.len() { ("zh", "Chinese", "e5") } else { ("en", "English", "minilm") };
    match find_model(Path::new("models"), code) {
        Some(folder) => {
            eprintln!("{chinese} of {} sampled texts are Chinese: using {}", languages.len(), folder.display());
            Ok(folder)
        }
        None => bail!(
            "most items are in {name}, and no model below {} reads it: run `cargo xtask models {target}`, or pass the \
             folder of another model with --model",
            std::env::current_dir().unwrap_or_default().join("models").display()
        ),
    }
}

/// Returns the model below `folder` that reads a language. Of several, the one with the fewest languages is the best at
/// it.
fn find_model(folder: &Path, language: &str) -> Option<PathBuf> {
    let found = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let read = |folder: PathBuf| {
        let manifest = Manifest::parse(&fs::read(folder.join("manifest.json")).ok()?).ok()?;
        let reads = manifest.languages.iter().any(|own| own == language);
        reads.then_some((manifest.languages.len(), folder))
    };
    found.filter_map(read).min().map(|(_, folder)| folder)
}

/// Returns unit vectors `[N, H]` of texts, and H, from the cache if they are there. `progress` gets the number of texts
/// encoded so far.
pub fn encode(
    model: &Path,
    texts: &[String],
    role: Role,
    cache: &Path,
    progress: &dyn Fn(usize),
) -> Result<(Vec<f32>, usize)> {
    let manifest = model.join("manifest.json");
    let manifest = fs::read(&manifest)
        .with_context(|| format!("reading {}: `cargo xtask models` converts models", manifest.display()))?;
    let mut digest = Sha256::new_with_prefix(&manifest);
    if role == Role::Query {
        digest.update("queries");
    }
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    let name: String = digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let cached = cache.join(format!("{name}.f32"));
    let width = Manifest::parse(&manifest)?.architecture.width();
    if let Ok(bytes) = fs::read(&cached)
        && bytes.len() == texts.len() * width * 4
    {
        return Ok((bytemuck::pod_collect_to_vec(&bytes), width));
    }
    let mut model = NativeModel::load(model, DeviceArg::Cpu)?;
    // TextVectors of similar length together, because a batch takes as long as its longest text.
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&at| texts[at].len());
    let mut vectors = vec![0f32; texts.len() * width];
    for (nth, chunk) in order.chunks(CHUNK).enumerate() {
        let batch: Vec<&str> = chunk.iter().map(|&at| texts[at].as_str()).collect();
        for (&at, vector) in chunk.iter().zip(model.encode(&batch, role)?) {
            vectors[at * width..][..width].copy_from_slice(&vector);
        }
        progress(nth * CHUNK + chunk.len());
    }
    // Another process may write the same file, so it gets its name only when it is complete.
    fs::create_dir_all(cache).with_context(|| format!("creating the folder {}", cache.display()))?;
    let file = tempfile::NamedTempFile::new_in(cache)?;
    fs::write(file.path(), bytemuck::cast_slice::<f32, u8>(&vectors))?;
    file.persist(&cached).with_context(|| format!("writing {}", cached.display()))?;
    Ok((vectors, width))
}
