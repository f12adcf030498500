//! Converts a small random BERT, which is written as the Hugging Face libraries save models.

use crate::skipped::report_skipped;
use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use nearmind::convert::{ConvertOptions, convert, full_vectors};
use nearmind_encoder::cpu::CpuModel;
use nearmind_encoder::f32_model::F32Model;
use nearmind_encoder::manifest::{Manifest, Probes, Role};
use nearmind_encoder::reference::Reference;
use nearmind_encoder::synthetic::SyntheticModel;
use nearmind_encoder::tokenize::Tokenizer;
use nearmind_encoder::weights::Weights;
use nearmind_encoder::{Encoder, OutputKind};
use safetensors::{Dtype, View};
use serde_json::{Value, json};

use nearmind_core::random::SplitMix64;

const TEXTS: [&str; 4] =
    ["red boots", "a", "Waterproof jacket for cycling, in the rain!", "tea & coffee: 2 cups (white)"];

struct Tensor(Vec<usize>, Vec<u8>);

impl View for Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }
    fn shape(&self) -> &[usize] {
        &self.0
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.1)
    }
    fn data_len(&self) -> usize {
        self.1.len()
    }
}

/// The sizes of a model: layers, hidden width, heads, intermediate width.
#[derive(Clone, Copy)]
struct Sizes(usize, usize, usize, usize);

const SMALL: Sizes = Sizes(2, 64, 4, 128);

/// A new folder in Cargo's folder for tests, with an f32 model. Removed when it is dropped.
struct Folder(PathBuf, Sizes);

impl Folder {
    fn new(name: &str) -> Self {
        Self::with_sizes(name, SMALL)
    }

    fn with_sizes(name: &str, sizes: Sizes) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("1_Pooling")).unwrap();
        let folder = Self(path, sizes);
        let synthetic = SyntheticModel::small(1);
        let vocabulary = synthetic.manifest.architecture.vocabulary;
        // A word that no text can produce, in the middle of the word table.
        let mut tokenizer: Value = serde_json::from_slice(&synthetic.tokenizer).unwrap();
        let words = tokenizer["model"]["vocab"].as_object_mut().unwrap();
        words.values_mut().filter(|id| id.as_u64() >= Some(40)).for_each(|id| *id = (id.as_u64().unwrap() + 1).into());
        words.insert("[unused0]".into(), 40.into());
        folder.write("tokenizer.json", &tokenizer);
        folder.write("config.json", &config(vocabulary + 1, sizes));
        let pooling =
            json!({"word_embedding_dimension": sizes.1, "pooling_mode_mean_tokens": true, "include_prompt": true});
        folder.write("1_Pooling/config.json", &pooling);
        folder.write_weights(vocabulary + 1, |name| name.into());
        folder
    }

    fn write(&self, name: &str, value: &Value) {
        fs::write(self.0.join(name), value.to_string()).unwrap();
    }

    fn write_weights(&self, vocabulary: usize, rename: impl Fn(&str) -> String) {
        let Sizes(layers, hidden, _, intermediate) = self.1;
        let mut random = SplitMix64(5);
        let mut tensors = Vec::new();
        let mut add = |name: String, shape: &[usize], spread: f32, centre: f32| {
            let count: usize = shape.iter().product();
            let values = (0..count).flat_map(|_| (centre + spread * random.signed()).to_le_bytes()).collect();
            tensors.push((rename(&name), Tensor(shape.to_vec(), values)));
        };
        add("embeddings.word_embeddings.weight".into(), &[vocabulary, hidden], 0.1, 0.0);
        add("embeddings.position_embeddings.weight".into(), &[512, hidden], 0.02, 0.0);
        add("embeddings.token_type_embeddings.weight".into(), &[2, hidden], 0.02, 0.0);
        let mut norms = vec!["embeddings".to_owned()];
        for layer in 0..layers {
            let full_name = |part: &str| format!("encoder.layer.{layer}.{part}");
            let attention = ["query", "key", "value"].map(|part| full_name(&format!("attention.self.{part}")));
            let square = attention.into_iter().chain([full_name("attention.output.dense")]);
            let square = square.map(|name| (name, hidden, hidden));
            let feed_forward = [
                (full_name("intermediate.dense"), intermediate, hidden),
                (full_name("output.dense"), hidden, intermediate),
            ];
            for (name, outputs, inputs) in square.chain(feed_forward) {
                add(format!("{name}.weight"), &[outputs, inputs], 1.5 / (inputs as f32).sqrt(), 0.0);
                add(format!("{name}.bias"), &[outputs], 0.1, 0.0);
            }
            norms.extend([full_name("attention.output"), full_name("output")]);
        }
        for norm in norms {
            add(format!("{norm}.LayerNorm.weight"), &[hidden], 0.2, 1.0);
            add(format!("{norm}.LayerNorm.bias"), &[hidden], 0.1, 0.0);
        }
        let path = self.0.join("model.safetensors");
        safetensors::serialize_to_file(tensors, None, &path).unwrap();
    }

    /// Adds a dense layer after pooling, as sentence-transformers saves it.
    fn add_dense(&self, activation: &str, width: usize) {
        let module =
            |path: &str, name: &str| json!({"path": path, "type": format!("sentence_transformers.models.{name}")});
        let modules =
            [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"), ("3_Normalize", "Normalize")];
        self.write("modules.json", &modules.map(|(path, name)| module(path, name)).to_vec().into());
        fs::create_dir_all(self.0.join("2_Dense")).unwrap();
        self.write_dense_config(activation, width);
        let mut random = SplitMix64(6);
        let mut tensor = |shape: &[usize]| {
            let count: usize = shape.iter().product();
            Tensor(shape.to_vec(), (0..count).flat_map(|_| (0.2 * random.signed()).to_le_bytes()).collect())
        };
        let tensors = [("linear.weight", tensor(&[width, self.1.1])), ("linear.bias", tensor(&[width]))];
        safetensors::serialize_to_file(tensors, None, &self.0.join("2_Dense/model.safetensors")).unwrap();
    }

    fn write_dense_config(&self, activation: &str, width: usize) {
        let activation = format!("torch.nn.modules.activation.{activation}");
        let config =
            json!({"in_features": self.1.1, "out_features": width, "bias": true, "activation_function": activation});
        self.write("2_Dense/config.json", &config);
    }

    fn convert(&self, out: &str) -> anyhow::Result<(PathBuf, Manifest)> {
        let out = self.0.join(out);
        let options = ConvertOptions {
            name: "small".into(),
            source: "a test".into(),
            licence: "MIT".into(),
            languages: vec!["en".into()],
            pooling: None,
            prefixes: None,
            words: None,
        };
        let manifest = convert(&self.0, &out, options, |_| ())?;
        Ok((out, manifest))
    }

    /// The error of the conversion, which must fail.
    fn conversion_error(&self) -> String {
        format!("{:#}", self.convert("out").map(drop).unwrap_err())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn config(vocabulary: usize, Sizes(layers, hidden, heads, intermediate): Sizes) -> Value {
    json!({"model_type": "bert", "hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads,
        "intermediate_size": intermediate, "vocab_size": vocabulary, "max_position_embeddings": 512,
        "layer_norm_eps": 1e-12, "hidden_act": "gelu", "position_embedding_type": "absolute"})
}

/// The smallest cosine of corresponding unit vectors.
pub fn min_cosine(a: &[f32], b: &[f32], width: usize) -> f32 {
    assert_eq!(a.len(), b.len());
    let rows = a.chunks_exact(width).zip(b.chunks_exact(width));
    rows.map(|(a, b)| a.iter().zip(b).map(|(x, y)| x * y).sum()).fold(1.0, f32::min)
}

pub fn encode(encoder: &mut impl Encoder, tokenizer: &Tokenizer, texts: &[&str]) -> Vec<f32> {
    let batch = tokenizer.batch(texts, Role::Passage).unwrap();
    pollster::block_on(encoder.encode(&batch, OutputKind::Vectors)).unwrap().vectors
}

#[test]
fn a_converted_model_is_close_to_the_f32_model() {
    check_conversion(&Folder::new("converted"), 64);
}

/// A layer as bert-base-chinese and bge-base have twelve of.
#[test]
fn a_layer_of_the_base_size_is_converted() {
    check_conversion(&Folder::with_sizes("base", Sizes(1, 768, 12, 3072)), 768);
}

#[test]
fn a_dense_layer_after_pooling_is_converted() {
    let folder = Folder::new("dense");
    for (activation, width) in [("Tanh", 96), ("Identity", 32)] {
        folder.add_dense(activation, width);
        check_conversion(&folder, width);
    }
    folder.add_dense("ReLU", 96);
    let error = folder.conversion_error();
    assert!(error.contains("the activation_function ReLU: only Identity and Tanh"), "{error}");
    fs::remove_file(folder.0.join("2_Dense/model.safetensors")).unwrap();
    folder.write_dense_config("Tanh", 96);
    let error = folder.conversion_error();
    assert!(error.contains("save the model again"), "{error}");
    folder.write("modules.json", &json!([{"path": "2_Cnn", "type": "sentence_transformers.models.CNN"}]));
    let error = folder.conversion_error();
    assert!(error.contains("the module CNN: only one Transformer"), "{error}");
}

/// Converts the model of a folder, whose vectors have this width, and compares its vectors with those in f32.
fn check_conversion(folder: &Folder, width: usize) {
    let (out, manifest) = folder.convert("out").unwrap();
    assert_eq!(manifest, Manifest::parse(&fs::read(out.join("manifest.json")).unwrap()).unwrap());
    let tokenizer_json = fs::read(out.join("tokenizer.json")).unwrap();
    assert!(!String::from_utf8(tokenizer_json.clone()).unwrap().contains("[unused0]"));
    let tokenizer = Tokenizer::parse(&tokenizer_json, &manifest).unwrap();
    let bytes = fs::read(out.join("model.safetensors")).unwrap();
    manifest.files.weights.check(&bytes).unwrap();
    let weights = Weights::open(&bytes, manifest.architecture).unwrap();
    let int8 = encode(&mut CpuModel::load(&weights, manifest.pooling).unwrap(), &tokenizer, &TEXTS);
    let full = full_vectors(&folder.0, &manifest, &TEXTS, Role::Passage).unwrap().concat();
    let cosine = min_cosine(&int8, &full, width);
    assert!(cosine > 0.995, "int8 to f32: {cosine}");
    // The dequantized weights without rounding of activations must be closer, or else a kernel is wrong.
    let mut same = Reference::new(&F32Model::dequantized(&weights, manifest.pooling).unwrap());
    let cosine = min_cosine(&int8, &encode(&mut same, &tokenizer, &TEXTS), width);
    assert!(cosine > 0.998, "int8 to its own weights in f32: {cosine}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Folder::new("twice");
    let (one, other) = (folder.convert("one").unwrap().0, folder.convert("other").unwrap().0);
    for name in ["manifest.json", "model.safetensors", "tokenizer.json", "probes.json"] {
        assert_eq!(fs::read(one.join(name)).unwrap(), fs::read(other.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn errors_name_what_cannot_be_converted() {
    let folder = Folder::new("refused");
    let vocabulary = SyntheticModel::small(1).manifest.architecture.vocabulary + 1;
    let good = config(vocabulary, SMALL);
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        folder.write("config.json", &changed);
        folder.conversion_error()
    };
    let error = with("model_type", json!("t5"));
    assert!(error.contains("\"t5\": only BERT encoders"), "{error}");
    let error = with("hidden_act", json!("relu"));
    assert!(error.contains("hidden_act \"relu\""), "{error}");
    let error = with("hidden_size", json!(1_099_511_627_776u64));
    assert!(error.contains("hidden is 1099511627776"), "{error}");
    let error = with("intermediate_size", json!(256));
    assert!(error.contains("encoder.layer.0.intermediate.dense.weight has the shape [128, 64]"), "{error}");
    folder.write("config.json", &good);

    let missing = |name: &str| if name.contains("layer.1.output.dense.bias") { "else".into() } else { name.into() };
    folder.write_weights(vocabulary, missing);
    let error = folder.conversion_error();
    assert!(error.contains("the tensor encoder.layer.1.output.dense.bias is missing"), "{error}");
    let path = folder.0.join("model.safetensors");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = folder.conversion_error();
    assert!(error.contains("model.safetensors is damaged"), "{error}");
    fs::remove_file(&path).unwrap();
    let error = folder.conversion_error();
    assert!(error.contains("model.safetensors cannot be read"), "{error}");
}

#[test]
fn minilm_reproduces_its_probes() {
    check_probes(Path::new("models/minilm"));
}

#[test]
fn e5_reproduces_its_probes() {
    check_probes(Path::new("models/e5"));
}

/// Compares the vectors of a converted model with those of its probes, which are f32.
fn check_probes(folder: &Path) {
    let Ok(manifest) = fs::read(folder.join("manifest.json")) else {
        report_skipped(format_args!("{} is not there; `cargo xtask models` makes it", folder.display()));
        return;
    };
    let manifest = Manifest::parse(&manifest).unwrap();
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let tokenizer = Tokenizer::parse(&read(&manifest.files.tokenizer.path), &manifest).unwrap();
    let weights = Weights::open(read(&manifest.files.weights.path), manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, manifest.pooling).unwrap();
    let probes = Probes::parse(&read(&manifest.files.probes.path), &manifest.architecture).unwrap();
    let texts: Vec<&str> = probes.probes.iter().map(|probe| probe.text.as_str()).collect();
    let expected: Vec<f32> = probes.probes.iter().flat_map(|probe| probe.vector.iter().copied()).collect();
    let found = encode(&mut cpu, &tokenizer, &texts);
    let width = manifest.architecture.width();
    let cosine = min_cosine(&found, &expected, width);
    assert!(cosine > 0.985, "int8 to f32: {cosine}");
    let mut same = Reference::new(&F32Model::dequantized(&weights, manifest.pooling).unwrap());
    let cosine = min_cosine(&found, &encode(&mut same, &tokenizer, &texts), width);
    assert!(cosine > 0.995, "int8 to its own weights in f32: {cosine}");
}
