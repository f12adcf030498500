//! A small model with random weights and a small vocabulary, determined by its seed. The tests of everything that uses
//! the encoder run with it, natively and offline.
//!
//! As in a trained model, texts that share words have similar vectors; nothing else about it is meaningful.

use std::collections::BTreeMap;

use nearmind_core::random::SplitMix64;
use safetensors::Dtype;
use serde_json::json;

use super::manifest::{Architecture, Dense, FileEntry, Files, Manifest, Pooling, Prefixes, sha256_hex};
use super::weights::{WEIGHT_MAX, expected_tensors};
use super::write::WeightsWriter;

/// The files of a model. `probes.json` is empty, because there is no reference to compare this model with.
pub struct SyntheticModel {
    /// The manifest, with the digests of the files.
    pub manifest: Manifest,
    /// The bytes of `model.safetensors`.
    pub weights: Vec<u8>,
    /// The bytes of `tokenizer.json`.
    pub tokenizer: Vec<u8>,
}

/// The words of the vocabulary; other words are split into letters.
const WORDS: &str = "a and bag bicycle black blue boots bread bright camping chair coffee cold cotton cup cycling \
    dark desk dog down dress dry fabric for garden green guitar hat headphones hiking home in jacket kitchen knife \
    lamp leather light linen made mat mug of oak or outdoor pen rain red running shirt shoes soft steel summer table \
    tea tent the trail travel warm water waterproof white winter with wooden wool yoga";

impl SyntheticModel {
    /// Builds a model with two layers of width 64, which encodes a text in well under a millisecond.
    pub fn small(seed: u64) -> Self {
        Self::new(64, 2, 4, 128, seed)
    }

    /// Builds a model of these sizes, which must pass [`Architecture::check`].
    pub fn new(hidden: usize, layers: usize, heads: usize, intermediate: usize, seed: u64) -> Self {
        Self::with_dense(hidden, layers, heads, intermediate, None, seed)
    }

    /// [`Self::new`] with a dense layer after pooling.
    pub fn with_dense(
        hidden: usize,
        layers: usize,
        heads: usize,
        intermediate: usize,
        dense: Option<Dense>,
        seed: u64,
    ) -> Self {
        let words = vocabulary();
        let architecture = Architecture {
            layers,
            hidden,
            heads,
            intermediate,
            vocabulary: words.len(),
            fine: 4,
            positions: 128,
            epsilon: 1e-12,
            dense,
        };
        let weights = weights(&architecture, seed);
        let tokenizer = tokenizer(&words);
        let manifest = Manifest {
            format: super::manifest::FORMAT,
            name: "synthetic".into(),
            source: format!("random numbers, seed {seed}"),
            source_sha256: sha256_hex(&weights),
            licence: "MIT OR Apache-2.0".into(),
            languages: vec!["en".into()],
            architecture,
            pooling: Pooling::Mean,
            prefixes: Prefixes::default(),
            files: Files {
                weights: FileEntry::from_bytes("model.safetensors", &weights),
                tokenizer: FileEntry::from_bytes("tokenizer.json", &tokenizer),
                probes: FileEntry::from_bytes("probes.json", &[]),
            },
        };
        Self { manifest, weights, tokenizer }
    }
}

fn vocabulary() -> Vec<String> {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(String::from);
    let signs = ('!'..='~').filter(|c| !c.is_ascii_uppercase());
    let pieces = ('a'..='z').chain('0'..='9').map(|c| format!("##{c}"));
    let words = WORDS.split_whitespace().filter(|word| word.len() > 1).map(String::from);
    special.into_iter().chain(signs.map(String::from)).chain(pieces).chain(words).collect()
}

fn tokenizer(words: &[String]) -> Vec<u8> {
    let vocab: BTreeMap<&str, usize> = words.iter().enumerate().map(|(id, word)| (word.as_str(), id)).collect();
    let special = |id: usize| {
        json!({"id": id, "content": words[id], "special": true, "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false})
    };
    let json = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": (0..4).map(special).collect::<Vec<_>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    });
    json.to_string().into_bytes()
}

/// Builds a model file with every tensor of the format. The random values are about as large as in a trained model.
pub fn weights(a: &Architecture, seed: u64) -> Vec<u8> {
    let mut random = SplitMix64(seed);
    let mut file = WeightsWriter::new(a);
    for (name, (dtype, shape)) in expected_tensors(a) {
        let count: usize = shape.iter().product();
        let inputs = if name.contains("down") { a.intermediate } else { a.hidden } as f32;
        let mut values = |centre: f32, spread: f32| -> Vec<f32> {
            (0..count).map(|_| centre + spread * (random.unit() * 2.0 - 1.0)).collect()
        };
        let mut integers = |centre, spread| values(centre, spread).into_iter().map(f32::round).collect();
        let values = match name.rsplit('.').next().unwrap_or_default() {
            // Keeps the values within the range where tanh is not flat.
            "weight" if name == "dense.weight" => values(0.0, 1.5 / inputs.sqrt()),
            "fine" => integers(0.0, 127.0),
            "coarse" => integers(128.0, 127.0),
            "weight" if dtype == Dtype::I8 => integers(0.0, f32::from(WEIGHT_MAX)),
            "fine_scale" => values(0.05 / 60.0, 0.0),
            "coarse_scale" => values(0.05 / 4.0, 0.0),
            "weight" => values(1.0, 0.2),
            // Keeps the sums near 1, so that activations keep their magnitude from layer to layer.
            "scale" => values(1.0 / (36.0 * inputs.sqrt()), 0.0),
            "smooth" => values(1.0, 0.3),
            "positions" => values(0.0, 0.2 / inputs.sqrt()),
            _ => values(0.0, 0.05),
        };
        file.add(&name, &values);
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Role;
    use crate::tokenize::Tokenizer;
    use crate::weights::Weights;

    #[test]
    fn a_synthetic_model_is_valid() {
        let model = SyntheticModel::small(1);
        assert_eq!(model.weights, SyntheticModel::small(1).weights);
        assert_ne!(model.weights, SyntheticModel::small(2).weights);
        model.manifest.files.weights.check(&model.weights).unwrap();
        Weights::open(&model.weights, model.manifest.architecture).unwrap();
        let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
        let tokens = tokenizer.tokenize("Red boots, xy 雨", Role::Passage).unwrap();
        let spans: Vec<_> = tokens.iter().map(|t| t.span.clone()).collect();
        let bytes = [None, Some(0..3), Some(4..9), Some(9..10), Some(11..12), Some(12..13), Some(14..17), None];
        assert_eq!(spans, bytes);
        assert_eq!(tokens.iter().filter(|t| t.unknown).count(), 1);
    }
}
