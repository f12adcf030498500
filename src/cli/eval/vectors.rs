//! Vectors of texts, kept by content: the same texts and model are encoded once. Must not know what they are for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{
    catalog::{Item, document},
    cli::{device::DeviceArg, model::NativeModel},
    encoder::{manifest::Manifest, tokenize::Role},
    text::language::language,
};

const CHUNK: usize = 64;

/// The model to use: the one that was named, or one below `models/` that reads the items' language.
pub fn model(named: Option<&Path>, items: &[Item]) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let texts = items.iter().step_by(items.len().div_ceil(200)).map(|item| document(item).text);
    let (mut chinese, mut all) = (0, 0);
    for text in texts {
        chinese += usize::from(language(&text) == "zh");
        all += 1;
    }
    let wanted = if 2 * chinese > all { "zh" } else { "en" };
    let mut folders: Vec<PathBuf> =
        fs::read_dir("models").map(|found| found.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    // The smallest comes first: a model of one language is better at it.
    folders.sort_by_key(|folder| (folder.file_name() != Some("minilm".as_ref()), folder.clone()));
    let reads = |folder: &PathBuf| {
        let manifest = fs::read(folder.join("manifest.json")).ok().and_then(|json| Manifest::parse(&json).ok());
        manifest.is_some_and(|manifest| manifest.languages.iter().any(|lang| lang == wanted))
    };
    match folders.into_iter().find(reads) {
        Some(folder) => Ok(folder),
        None => bail!("no model below models/ reads {wanted:?}: run `cargo xtask models`, or name one with --model"),
    }
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
