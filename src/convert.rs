//! An f32 model directory into a model for the browser: int8 weights, tokenizer, manifest and probes.
//!
//! Must not know command lines. The same input gives the same bytes on the same kind of processor.

mod bert;
mod linear;
mod vocabulary;
mod words;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::encoder::full::{FullModel, LINEARS};
use crate::encoder::kernels::Linear;
use crate::encoder::manifest::{Architecture, FORMAT, FileEntry, Files, Manifest, Prefixes, Probe, Probes, sha256_hex};
use crate::encoder::reference::Reference;
use crate::encoder::tokenize::{Role, Tokenizer};
use crate::encoder::weights::{NormWeights, name};
use crate::encoder::write::Writer;
use crate::encoder::{Encoder, Want};

/// Written for this purpose: products, news, questions, as visitors and shops write them.
const CALIBRATION_TEXTS: &str = include_str!("convert/calibration/en.txt");
/// Of different kinds and lengths; a device has to get all of them right.
const PROBE_TEXTS: [&str; 4] = [
    "tea",
    "waterproof jacket for cycling in the rain",
    "Oak bookshelf with five adjustable shelves; 180 x 80 x 28 cm, ships flat with all the tools you need.",
    "Ein Café in São Paulo, 東京 and the number 3.14159 (approx.) – naïve & déjà-vu!",
];

/// What a model directory does not say about itself.
#[derive(Debug, Clone)]
pub struct About {
    pub name: String,
    pub source: String,
    pub licence: String,
    pub languages: Vec<String>,
    pub prefixes: Prefixes,
}

/// Converts the directory `from` into `to`, which is made; `said` hears of each step.
pub fn convert(from: &Path, to: &Path, about: About, mut said: impl FnMut(&str)) -> Result<Manifest> {
    said("reading the f32 model");
    let mut full = bert::read(from)?;
    let path = from.join("tokenizer.json");
    let json = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let vocabulary = vocabulary::Vocabulary::parse(&json)?;
    let used = vocabulary.used();
    let (rows, hidden) = (full.architecture.vocabulary, full.architecture.hidden);
    ensure!(used.iter().all(|&row| row < rows), "tokenizer.json has words beyond the {rows} rows of the model");

    said("word table");
    let words = words::quantize(&full.words, &used, hidden);
    let tokenizer_json = vocabulary.reordered(&words.order)?;
    full.words = words.order.iter().flat_map(|&row| &full.words[row * hidden..][..hidden]).copied().collect();
    full.architecture = Architecture { vocabulary: used.len(), fine: words.fine_rows, ..full.architecture };

    let mut manifest = Manifest {
        format: FORMAT,
        name: about.name,
        source: about.source,
        source_sha256: sha256_hex(&fs::read(from.join("model.safetensors"))?),
        licence: about.licence,
        languages: about.languages,
        architecture: full.architecture,
        pooling: full.pooling,
        prefixes: about.prefixes,
        files: Files {
            weights: FileEntry::describe("model.safetensors", &[]),
            tokenizer: FileEntry::describe("tokenizer.json", &tokenizer_json),
            probes: FileEntry::describe("probes.json", &[]),
        },
    };
    said("vocabulary");
    let texts: Vec<&str> = CALIBRATION_TEXTS.lines().chain(PROBE_TEXTS).collect();
    vocabulary.prove(&json, &tokenizer_json, &manifest, &words.order, &texts)?;
    let tokenizer = Tokenizer::parse(&tokenizer_json, &manifest)?;
    let mut reference = Reference::new(&full);
    let weights = weights(&full, &words, &reference, &tokenizer, &mut said)?;

    said("probes");
    let probes = probes(&mut reference, &tokenizer)?;
    let probes = serde_json::to_vec(&probes)?;
    manifest.files.weights = FileEntry::describe("model.safetensors", &weights);
    manifest.files.probes = FileEntry::describe("probes.json", &probes);

    fs::create_dir_all(to).with_context(|| format!("{} cannot be made", to.display()))?;
    let manifest_json = serde_json::to_vec_pretty(&manifest)?;
    // The manifest comes last: with it, the model is complete.
    let files: [(&str, &[u8]); 4] = [
        ("model.safetensors", &weights),
        ("tokenizer.json", &tokenizer_json),
        ("probes.json", &probes),
        ("manifest.json", &manifest_json),
    ];
    for (name, bytes) in files {
        let path = to.join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(manifest)
}

/// Vectors of the f32 model in `from`, by its own tokenizer: what the converted model is measured by.
pub fn full_vectors<T: AsRef<str>>(from: &Path, converted: &Manifest, texts: &[T]) -> Result<Vec<Vec<f32>>> {
    let full = bert::read(from)?;
    let json = fs::read(from.join("tokenizer.json")).context("tokenizer.json cannot be read")?;
    let vocabulary = vocabulary::Vocabulary::parse(&json)?;
    // Every row as it was: nothing of the new order can hide a mistake of it.
    let rows: Vec<usize> = (0..full.architecture.vocabulary).collect();
    let mut manifest = converted.clone();
    manifest.architecture = full.architecture;
    let tokenizer = Tokenizer::parse(&vocabulary.reordered(&rows)?, &manifest)?;
    let mut reference = Reference::new(&full);
    let mut vectors = Vec::with_capacity(texts.len());
    for chunk in texts.chunks(64) {
        let encoded = pollster::block_on(reference.encode(&tokenizer.batch(chunk, Role::Passage)?, Want::Vectors))?;
        vectors.extend(encoded.vectors.chunks_exact(reference.width()).map(<[f32]>::to_vec));
    }
    Ok(vectors)
}

fn weights(
    full: &FullModel,
    words: &words::QuantizedWords,
    reference: &Reference,
    tokenizer: &Tokenizer,
    said: &mut impl FnMut(&str),
) -> Result<Vec<u8>> {
    let a = full.architecture;
    let mut file = Writer::new(&a);
    file.add("words.fine", &words.fine);
    file.add("words.fine_scale", &words.fine_scale);
    file.add("words.coarse", &words.coarse);
    file.add("words.coarse_scale", &words.coarse_scale);
    let positions = full.positions.chunks_exact(a.hidden);
    let positions: Vec<f32> =
        positions.flat_map(|row| row.iter().zip(&words.mean).map(|(position, mean)| position + mean)).collect();
    file.add("positions", &positions);
    add_norm(&mut file, "norm", &full.norm);
    for (layer, weights) in full.layers.iter().enumerate() {
        add_norm(&mut file, &format!("layers.{layer}.output.norm"), &weights.norms[0]);
        add_norm(&mut file, &format!("layers.{layer}.down.norm"), &weights.norms[1]);
    }

    // One forward pass; each linear layer is quantized when its inputs come by, and they are dropped.
    let texts: Vec<&str> = CALIBRATION_TEXTS.lines().collect();
    let batch = tokenizer.batch(&texts, Role::Passage)?;
    let mut quantized = Vec::new();
    let mut failed = None;
    reference.forward(&batch, &mut |layer, which, x| {
        said(&format!("layer {} of {}: {}", layer + 1, a.layers, name(which)));
        match x.clone().into_data().try_into_vec::<f32>() {
            Ok(inputs) => quantized.push(linear::quantize(full.linear(layer, which), &inputs)),
            Err(error) => failed = Some(error),
        }
    });
    if let Some(error) = failed {
        return Err(anyhow::anyhow!("activations cannot be read: {error}"));
    }
    for (layer, linears) in quantized.chunks_exact_mut(LINEARS.len()).enumerate() {
        fold_value(linears, a.hidden);
        for (&which, linear) in LINEARS.iter().zip(linears) {
            let prefix = format!("layers.{layer}.{}", name(which));
            file.add(&format!("{prefix}.weight"), &linear.weight);
            file.add(&format!("{prefix}.scale"), &linear.scale);
            file.add(&format!("{prefix}.bias"), &linear.bias);
            if which != Linear::Output {
                file.add(&format!("{prefix}.smooth"), &linear.smooth);
            }
        }
    }
    Ok(file.finish())
}

/// Attention mixes value rows channel by channel: what `output` wants its inputs multiplied by, they can give.
fn fold_value(linears: &mut [linear::QuantizedLinear], hidden: usize) {
    let smooth = linears[Linear::Output as usize].smooth.clone();
    let qkv = &mut linears[Linear::Qkv as usize];
    for ((scale, bias), smooth) in qkv.scale[2 * hidden..].iter_mut().zip(&mut qkv.bias[2 * hidden..]).zip(smooth) {
        *scale *= smooth;
        *bias *= smooth;
    }
}

fn add_norm(file: &mut Writer, prefix: &str, norm: &NormWeights) {
    file.add(&format!("{prefix}.weight"), &norm.weight);
    file.add(&format!("{prefix}.bias"), &norm.bias);
}

fn probes(reference: &mut Reference, tokenizer: &Tokenizer) -> Result<Probes> {
    let width = reference.width();
    let batch = tokenizer.batch(&PROBE_TEXTS, Role::Passage)?;
    let vectors = pollster::block_on(reference.encode(&batch, Want::Vectors))?.vectors;
    let probes = PROBE_TEXTS.iter().zip(vectors.chunks_exact(width)).map(|(text, vector)| Probe {
        text: (*text).into(),
        // Six digits: the file is read at every start.
        vector: vector.iter().map(|v| (v * 1e6).round() / 1e6).collect(),
    });
    Ok(Probes { probes: probes.collect() })
}
