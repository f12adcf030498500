//! Vectors of texts, kept by content: the same texts and model are encoded once. Must not know what they are for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::{
    catalog::{Item, document},
    text::language::language,
};
use nearmind_encoder::manifest::{Manifest, Role};

const CHUNK: usize = 64;

/// Texts that are looked at to find out the items' language.
const LOOKED_AT: usize = 200;

/// The model to use: the one that was named, or one below `models/` that reads the items' language; which is told.
pub fn model(named: Option<&Path>, items: &[Item]) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let texts = items.iter().step_by(items.len().div_ceil(LOOKED_AT)).map(|item| document(item).text);
    let languages: Vec<&str> = texts.map(|text| language(&text)).collect();
    let chinese = languages.iter().filter(|lang| **lang == "zh").count();
    let (wanted, name, made) =
        if 2 * chinese > languages.len() { ("zh", "Chinese", "e5") } else { ("en", "English", "minilm") };
    match below(Path::new("models"), wanted) {
        Some(folder) => {
            eprintln!("{chinese} of {} texts looked at are Chinese: {} reads them", languages.len(), folder.display());
            Ok(folder)
        }
        None => bail!(
            "most items are in {name}, and no model below {} reads it: `cargo xtask models {made}` makes one there, and \
             --model names one that lies elsewhere",
            std::env::current_dir().unwrap_or_default().join("models").display()
        ),
    }
}

/// The model below `folder` that reads a language, the smaller first: a model of one language is better at it.
fn below(folder: &Path, wanted: &str) -> Option<PathBuf> {
    let found = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let read = |folder: PathBuf| {
        let manifest = Manifest::parse(&fs::read(folder.join("manifest.json")).ok()?).ok()?;
        let reads = manifest.languages.iter().any(|lang| lang == wanted);
        reads.then_some((manifest.languages.len(), folder))
    };
    found.filter_map(read).min().map(|(_, folder)| folder)
}

/// Unit vectors `[N, H]` of texts, and H. `progress` hears how many are done.
pub fn vectors(
    model: &Path,
    texts: &[String],
    role: Role,
    cache: &Path,
    progress: &dyn Fn(usize),
) -> Result<(Vec<f32>, usize)> {
    let manifest = model.join("manifest.json");
    let manifest =
        fs::read(&manifest).with_context(|| format!("{}: `cargo xtask models` makes it", manifest.display()))?;
    let mut digest = Sha256::new_with_prefix(&manifest);
    if role == Role::Query {
        digest.update("queries");
    }
    for text in texts {
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    let name: String = digest.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let kept = cache.join(format!("{name}.f32"));
    let width = Manifest::parse(&manifest)?.architecture.hidden;
    if let Ok(bytes) = fs::read(&kept)
        && bytes.len() == texts.len() * width * 4
    {
        return Ok((bytemuck::pod_collect_to_vec(&bytes), width));
    }
    let mut model = NativeModel::load(model, DeviceArg::Cpu)?;
    // Texts of like length together: a batch takes as long as its longest.
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&at| texts[at].len());
    let mut vectors = vec![0f32; texts.len() * width];
    for (nth, chunk) in order.chunks(CHUNK).enumerate() {
        let some: Vec<&str> = chunk.iter().map(|&at| texts[at].as_str()).collect();
        for (&at, vector) in chunk.iter().zip(model.encode(&some, role)?) {
            vectors[at * width..][..width].copy_from_slice(&vector);
        }
        progress(nth * CHUNK + chunk.len());
    }
    // Another run may write the same: the name appears when the file is whole.
    fs::create_dir_all(cache).with_context(|| format!("making the folder {}", cache.display()))?;
    let file = tempfile::NamedTempFile::new_in(cache)?;
    fs::write(file.path(), bytemuck::cast_slice::<f32, u8>(&vectors))?;
    file.persist(&kept).with_context(|| format!("writing {}", kept.display()))?;
    Ok((vectors, width))
}
