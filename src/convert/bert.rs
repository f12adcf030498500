//! Reads a BERT encoder as the Hugging Face libraries save it: `config.json`, `tokenizer.json`, and `model.safetensors` in
//! f32, f16 or bf16.
//!
//! Must not know int8. Refuses any option of the model that the encoder does not implement, and names it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use super::sentence::SentenceModules;
use super::source_model::SourceModel;
use super::vocabulary::Vocabulary;
use super::wordpiece::WordPieceVocabulary;
use nearmind_encoder::f32_model::{F32Layer, F32Linear, F32Model};
use nearmind_encoder::manifest::{Architecture, Dense, Pooling, Prefixes, sha256_hex};
use nearmind_encoder::weights::NormWeights;

/// The fields of `config.json` that are used.
#[derive(Debug, Deserialize)]
struct Config {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    layer_norm_eps: f32,
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
}

fn absolute() -> String {
    "absolute".into()
}

/// The folder of a model.
pub struct BertFolder {
    config: Config,
    architecture: Architecture,
    modules: SentenceModules,
    vocabulary: WordPieceVocabulary,
    path: PathBuf,
    weights: Vec<u8>,
}

impl BertFolder {
    /// Reads the files of a folder. The model's positions are cut to the longest text that sentence-transformers allows.
    ///
    /// # Errors
    /// If a file is missing, cannot be parsed, or describes a model that is not supported.
    pub fn open(dir: &Path) -> Result<Self> {
        let config: Config = json(&dir.join("config.json"))?;
        let modules = SentenceModules::open(dir, config.hidden_size)?;
        let architecture = architecture(&config, &modules)?;
        let (path, tokenizer) = (dir.join("model.safetensors"), dir.join("tokenizer.json"));
        let weights = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let tokenizer = fs::read(&tokenizer).with_context(|| format!("{} cannot be read", tokenizer.display()))?;
        let vocabulary = WordPieceVocabulary::parse(&tokenizer)?;
        let rows = architecture.vocabulary;
        ensure!(
            vocabulary.words().iter().all(|(row, _)| *row < rows),
            "tokenizer.json has ids that exceed the {rows} rows of the model's word table"
        );
        Ok(Self { config, architecture, modules, vocabulary, path, weights })
    }
}

impl SourceModel for BertFolder {
    fn architecture(&self) -> Architecture {
        self.architecture
    }

    fn pooling(&self) -> Pooling {
        self.modules.pooling
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes::default()
    }

    fn vocabulary(&self) -> &dyn Vocabulary {
        &self.vocabulary
    }

    fn sha256(&self) -> String {
        sha256_hex(&self.weights)
    }

    fn load(&self, rows: &[usize]) -> Result<F32Model> {
        let mut full = read(&self.path, &self.weights, &self.config, self.architecture, &self.modules)?;
        let hidden = self.architecture.hidden;
        full.words = rows.iter().flat_map(|&row| &full.words[row * hidden..][..hidden]).copied().collect();
        full.architecture.vocabulary = rows.len();
        Ok(full)
    }
}

/// Reads the weights, with all rows of the word table. `path` is for errors.
fn read(path: &Path, bytes: &[u8], config: &Config, a: Architecture, modules: &SentenceModules) -> Result<F32Model> {
    let file = SafeTensors::deserialize(bytes).with_context(|| format!("{} is damaged", path.display()))?;
    let prefix = if file.names().contains(&"embeddings.word_embeddings.weight") { "" } else { "bert." };
    let tensor = |name: &str, shape: &[usize]| {
        tensor(&file, &format!("{prefix}{name}"), shape).with_context(|| path.display().to_string())
    };

    let h = a.hidden;
    let norm = |name: &str| -> Result<NormWeights> {
        let part = |part: &str| tensor(&format!("{name}.LayerNorm.{part}"), &[h]);
        Ok(NormWeights { weight: part("weight")?, bias: part("bias")? })
    };
    let linear = |name: String, outputs: usize, inputs: usize| -> Result<F32Linear> {
        let weight = tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(F32Linear { weight, bias: tensor(&format!("{name}.bias"), &[outputs])? })
    };
    let layers = (0..a.layers).map(|layer| {
        let full_name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let mut qkv = linear(full_name("attention.self.query"), h, h)?;
        // Attention divides by the square root of the head's width: here once, in the weights of the queries.
        let query_scale = 1.0 / (a.head_width() as f32).sqrt();
        qkv.weight.iter_mut().chain(&mut qkv.bias).for_each(|value| *value *= query_scale);
        for part in ["attention.self.key", "attention.self.value"] {
            let part = linear(full_name(part), h, h)?;
            qkv.weight.extend(part.weight);
            qkv.bias.extend(part.bias);
        }
        Ok(F32Layer {
            linears: [
                qkv,
                linear(full_name("attention.output.dense"), h, h)?,
                linear(full_name("intermediate.dense"), a.intermediate, h)?,
                linear(full_name("output.dense"), h, a.intermediate)?,
            ],
            norms: [norm(&full_name("attention.output"))?, norm(&full_name("output"))?],
        })
    });

    let mut positions = tensor("embeddings.position_embeddings.weight", &[config.max_position_embeddings, h])?;
    positions.truncate(a.positions * h);
    let types = tensor_rows(&file, &format!("{prefix}embeddings.token_type_embeddings.weight"), h)?;
    for row in positions.chunks_exact_mut(h) {
        row.iter_mut().zip(&types).for_each(|(position, first_type)| *position += first_type);
    }
    Ok(F32Model {
        architecture: a,
        pooling: modules.pooling,
        words: tensor("embeddings.word_embeddings.weight", &[a.vocabulary, h])?,
        positions,
        norm: norm("embeddings")?,
        layers: layers.collect::<Result<_>>()?,
        dense: modules.dense.clone(),
    })
}

/// The sizes of the model.
///
/// # Errors
/// If the encoder does not implement the model.
fn architecture(config: &Config, modules: &SentenceModules) -> Result<Architecture> {
    ensure!(
        config.model_type == "bert",
        "config.json has the model_type {:?}: only BERT encoders (\"bert\") can be converted",
        config.model_type
    );
    ensure!(
        config.hidden_act == "gelu",
        "config.json has the hidden_act {:?}: only \"gelu\" is supported",
        config.hidden_act
    );
    ensure!(
        config.position_embedding_type == "absolute",
        "config.json has the position_embedding_type {:?}: only \"absolute\" is supported",
        config.position_embedding_type
    );
    let architecture = Architecture {
        layers: config.num_hidden_layers,
        hidden: config.hidden_size,
        heads: config.num_attention_heads,
        intermediate: config.intermediate_size,
        vocabulary: config.vocab_size,
        fine: 0,
        positions: config.max_position_embeddings.min(modules.longest.unwrap_or(usize::MAX)),
        epsilon: config.layer_norm_eps,
        dense: modules.dense.as_ref().map(|dense| Dense { width: dense.bias.len(), activation: dense.activation }),
    };
    architecture.check().map_err(anyhow::Error::msg).context("config.json describes a model that is not supported")?;
    Ok(architecture)
}

pub(super) fn json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} cannot be parsed", path.display()))
}

/// The values of a tensor of this shape.
pub(super) fn tensor(file: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
    let view = file.tensor(name).with_context(|| format!("the tensor {name} is missing"))?;
    ensure!(view.shape() == shape, "{name} has the shape {:?} instead of {shape:?}", view.shape());
    floats(view.dtype(), view.data()).with_context(|| format!("{name} has the type {:?}", view.dtype()))
}

/// The values of a table with rows of this width, whatever their number.
fn tensor_rows(file: &SafeTensors, name: &str, width: usize) -> Result<Vec<f32>> {
    let rows = file.tensor(name).with_context(|| format!("the tensor {name} is missing"))?.shape().first().copied();
    tensor(file, name, &[rows.unwrap_or(0), width])
}

fn floats(dtype: Dtype, data: &[u8]) -> Result<Vec<f32>> {
    Ok(match dtype {
        Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F16 => data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        Dtype::BF16 => data.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        _ => bail!("only f32, f16 and bf16 weights can be converted"),
    })
}
