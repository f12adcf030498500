//! A thousand damaged model files: each gives an error or a harmless change, without a panic, and in bounded memory.

use nearmind_encoder::cpu::CpuModel;
use nearmind_encoder::manifest::{Manifest, ModelError};
use nearmind_encoder::synthetic::SyntheticModel;
use nearmind_encoder::tokenize::Tokenizer;
use nearmind_encoder::weights::Weights;

use crate::memory::peak_bytes;
use nearmind_core::random::SplitMix64;

const NUMBERS: [&str; 8] =
    ["0", "-1", "1", "4294967296", "18446744073709551615", "18446744073709551616", "1e300", "9007199254740993"];
const WORDS: [&str; 10] = ["I8", "F32", "F16", "U8", "BOOL", "F4", "words.fine", "positions", "null", "[]"];

fn load(model: &SyntheticModel, file: &[u8]) -> Result<CpuModel, ModelError> {
    CpuModel::load(&Weights::open(file, model.manifest.architecture)?, model.manifest.pooling)
}

/// Damages a file in one of several ways.
fn mutate(random: &mut SplitMix64, file: &[u8]) -> Vec<u8> {
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let mut broken = file.to_vec();
    let text = String::from_utf8(file[8..8 + header].to_vec()).unwrap();
    match random.below(7) {
        0 => broken.truncate(random.below(file.len())),
        1 => broken.extend(vec![0; 1 + random.below(100)]),
        // The header's length.
        2 => broken[random.below(8)] = random.next_u64() as u8,
        // Bytes of the header.
        3 => {
            for _ in 0..=random.below(4) {
                broken[8 + random.below(header)] = random.next_u64() as u8;
            }
        }
        // A number of the header: huge shapes, tensors that overlap or exceed the file.
        4 => return with_header(&replace(random, &text, |c| c.is_ascii_digit(), &NUMBERS), &file[8 + header..]),
        // A word of the header: types and names.
        5 => {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
            return with_header(&replace(random, &text, word, &WORDS), &file[8 + header..]);
        }
        // One tensor replaced by another.
        _ => {
            let entries: Vec<&str> = text.trim_end().trim_matches(['{', '}']).split("},").collect();
            let (one, other) = (random.below(entries.len()), random.below(entries.len()));
            return with_header(&text.replacen(entries[one], entries[other], 1), &file[8 + header..]);
        }
    }
    broken
}

/// Replaces a random run of characters that satisfy `part` by one of `others`.
fn replace(random: &mut SplitMix64, text: &str, part: impl Fn(char) -> bool, others: &[&str]) -> String {
    let from = random.below(text.len());
    let Some(start) = text[from..].find(&part).map(|at| from + at) else { return text.into() };
    let end = text[start..].find(|c| !part(c)).map_or(text.len(), |at| start + at);
    format!("{}{}{}", &text[..start], random.pick(others), &text[end..])
}

fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

#[test]
fn a_thousand_broken_weight_files_are_refused_within_bounds() {
    let model = SyntheticModel::small(1);
    let (whole, bound) = peak_bytes(|| load(&model, &model.weights).map(drop));
    whole.unwrap();
    // The memory for a valid file, and for its header once more as text and as values.
    let bound = bound + (1 << 20);
    let mut random = SplitMix64(7);
    let mut refused = 0;
    for number in 0..1000 {
        let broken = mutate(&mut random, &model.weights);
        let (result, peak) = peak_bytes(|| load(&model, &broken).map(drop));
        assert!(peak <= bound, "mutation {number} took {peak} bytes of {bound}");
        // The digest detects every change, but the reader must not depend on that.
        let altered = model.manifest.files.weights.check(&broken).is_err();
        assert_eq!(altered, broken != model.weights, "mutation {number}");
        refused += usize::from(result.is_err());
    }
    // The others replaced a name by itself, or a tensor by one of the same shape.
    assert!(refused > 900, "only {refused} were refused");
}

#[test]
fn weights_of_more_than_seven_bits_are_refused() {
    let model = SyntheticModel::small(1);
    let header = u64::from_le_bytes(model.weights[..8].try_into().unwrap()) as usize;
    let text = String::from_utf8(model.weights[8..8 + header].to_vec()).unwrap();
    let (_, entry) = text.split_once("\"layers.0.up.weight\"").unwrap();
    let (_, offsets) = entry.split_once("\"data_offsets\":[").unwrap();
    let start: usize = offsets.split(',').next().unwrap().parse().unwrap();
    let mut file = model.weights.clone();
    file[8 + header + start] = 64;
    let error = load(&model, &file).map(drop).unwrap_err().to_string();
    assert!(error.contains("layers.0.up.weight has values beyond 63"), "{error}");
}

#[test]
fn broken_manifests_and_tokenizers_are_refused() {
    let model = SyntheticModel::small(1);
    let manifest = serde_json::to_string(&model.manifest).unwrap();
    Manifest::parse(manifest.as_bytes()).unwrap();
    let tokenizer = String::from_utf8(model.tokenizer.clone()).unwrap();
    let mut random = SplitMix64(11);
    let mut refused = [0; 2];
    for _ in 0..500 {
        let broken = replace(&mut random, &manifest, |c| c.is_ascii_digit(), &NUMBERS);
        refused[0] += usize::from(Manifest::parse(broken.as_bytes()).is_err());
        let broken = &tokenizer[..random.below(tokenizer.len())];
        refused[1] += usize::from(Tokenizer::parse(broken.as_bytes(), &model.manifest).is_err());
        let broken = replace(&mut random, &tokenizer, |c| c.is_ascii_alphanumeric(), &NUMBERS);
        // Some of them are valid, but none may panic.
        let _ = Tokenizer::parse(broken.as_bytes(), &model.manifest);
    }
    assert_eq!(refused[1], 500);
    assert!(refused[0] > 100, "{refused:?}");
}

#[test]
fn errors_say_what_to_do() {
    let model = SyntheticModel::small(1);
    let entry = &model.manifest.files.weights;
    let short = entry.check(&model.weights[1..]).unwrap_err().to_string();
    assert!(short.contains("was cut short") && short.contains("Load it again"), "{short}");
    let mut altered = model.weights.clone();
    *altered.last_mut().unwrap() ^= 1;
    let altered = entry.check(&altered).unwrap_err().to_string();
    assert!(altered.contains("model.safetensors was altered"), "{altered}");
    let manifest = serde_json::to_string(&model.manifest).unwrap();
    let outside = manifest.replace("tokenizer.json", "../tokenizer.json");
    let outside = Manifest::parse(outside.as_bytes()).unwrap_err().to_string();
    assert!(outside.contains("not a plain file name"), "{outside}");
    let newer = manifest.replace("\"format\":1", "\"format\":2");
    let newer = Manifest::parse(newer.as_bytes()).unwrap_err().to_string();
    assert!(newer.contains("format 2"), "{newer}");
}
