//! The int8 model file: its format, checked and read tensor by tensor.
//!
//! Must not know devices: kernels take plain arrays from here and pack them as they like.
//!
//! # Format, version 1
//! A safetensors file with `__metadata__ = {"format": "nearmind-bert 1"}`. `L` layers, hidden width
//! `H`, intermediate width `I`, `V` words of which `R` are fine, `P` positions (the longest text in tokens).
//! Token ids are row numbers: the converter renumbers the tokenizer's vocabulary so that the fine rows come first.
//!
//! | tensor | dtype | shape | meaning |
//! |---|---|---|---|
//! | `words.fine` | I8 | `[R, H]` | rows of ids `0..R`: `value = q * fine_scale[id]` |
//! | `words.fine_scale` | F16 | `[R]` | |
//! | `words.coarse` | U8 | `[V-R, H/2]` | rows of ids `R..V`, 4 bits a value, see below |
//! | `words.coarse_scale` | F16 | `[V-R]` | |
//! | `positions` | F16 | `[P, H]` | position + type 0 + the mean word, which the rows above leave out |
//! | `norm.weight`, `norm.bias` | F32 | `[H]` | layer norm of the embeddings |
//! | `layers.{i}.qkv.*` | | `N=3H, K=H` | query, key and value; `1/sqrt(head width)` is folded into the query |
//! | `layers.{i}.output.*` | | `N=H, K=H` | attention's output projection; its smoothing is folded into the value rows |
//! | `layers.{i}.output.norm.weight`, `.bias` | F32 | `[H]` | layer norm after attention and residual |
//! | `layers.{i}.up.*` | | `N=I, K=H` | then GELU |
//! | `layers.{i}.down.*` | | `N=H, K=I` | |
//! | `layers.{i}.down.norm.weight`, `.bias` | F32 | `[H]` | layer norm after the feed-forward part and residual |
//!
//! A linear layer `*` is four tensors: `weight` I8 `[N, K]` row-major with values in `-63..=63` (7 bits: relaxed
//! SIMD multiplies signed 8 by unsigned 7 bits), `scale` F32 `[N]`, `bias` F32 `[N]`, and, except for `output`,
//! `smooth` F32 `[K]`.
//!
//! A coarse row has `H/2` bytes: the low nibble of byte `j` is value `j`, its high nibble is value `j + H/2`;
//! `value = (nibble - 8) * coarse_scale[id - R]`. The sum of word and position goes into the layer norm.
//!
//! # Arithmetic of a linear layer
//! All in f32, each operation rounded by itself (no fused multiply-add), so that every device gives the same bytes:
//! ```text
//! v[t,k] = x[t,k] * smooth[k]                      (output: v = x)
//! m[t]   = max_k |v[t,k]|
//! r[t]   = 127 / m[t],  0 where m[t] = 0
//! a[t]   = m[t] / 127
//! q[t,k] = round_half_even(v[t,k] * r[t])          in -127..=127; (z + 1.5 * 2^23) - 1.5 * 2^23 rounds like this
//! acc    = sum_k q[t,k] * weight[n,k]              i32, exact; |acc| <= 1536 * 127 * 63 < 2^24: exact as f32 too
//! y[t,n] = (f32(acc) * scale[n]) * a[t] + bias[n]
//! ```
//! Attention scores are plain dot products of query and key (the factor is in the weights). GELU is the exact one,
//! with the error function, to within 1e-4 absolute: what follows is quantized to 8 bits.

use std::collections::BTreeMap;

use half::f16;
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::kernels::LinearKind;
use super::manifest::{Architecture, ModelError};

/// One entry, name and version: maps of several are written in no fixed order.
pub const FORMAT: &str = "nearmind-bert 1";
/// Largest absolute weight.
pub const WEIGHT_MAX: i8 = 63;
/// The header of a model of 48 layers has less than 100 kB.
const MAX_HEADER_BYTES: usize = 1 << 20;
const FILE: &str = "model.safetensors";

/// Where the file's bytes are; read piece by piece, so that the file need not lie in the same memory.
pub trait ByteSource {
    /// The length of the whole file.
    fn len_bytes(&self) -> usize;
    /// Fills `into` with the bytes from `at` on. Callers stay within the length.
    fn read(&self, at: usize, into: &mut [u8]);
}

impl<T: AsRef<[u8]>> ByteSource for T {
    fn len_bytes(&self) -> usize {
        self.as_ref().len()
    }
    fn read(&self, at: usize, into: &mut [u8]) {
        into.copy_from_slice(&self.as_ref()[at..at + into.len()]);
    }
}

/// A checked model file: every tensor of the format is there, with the right type and shape, and nothing else.
pub struct Weights<S> {
    source: S,
    header: Metadata,
    /// Where the tensors' bytes start.
    start: usize,
    architecture: Architecture,
}

/// Rows of the word table, see the format.
#[derive(Debug, Clone, PartialEq)]
pub struct WordEmbeddings {
    /// `[R, H]`
    pub fine: Vec<i8>,
    /// `[R]`
    pub fine_scale: Vec<f32>,
    /// `[V-R, H/2]`, two values a byte.
    pub coarse: Vec<u8>,
    /// `[V-R]`
    pub coarse_scale: Vec<f32>,
}

/// Scale and shift of a layer norm.
#[derive(Debug, Clone, PartialEq)]
pub struct NormWeights {
    /// `[H]`
    pub weight: Vec<f32>,
    /// `[H]`
    pub bias: Vec<f32>,
}

/// A linear layer in 7 bits, see the format.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearWeights {
    /// Output width, N.
    pub outputs: usize,
    /// Input width, K.
    pub inputs: usize,
    /// `[N, K]`, row-major, in `-63..=63`.
    pub weight: Vec<i8>,
    /// `[N]`
    pub scale: Vec<f32>,
    /// `[N]`
    pub bias: Vec<f32>,
    /// `[K]`; none for `output`.
    pub smooth: Option<Vec<f32>>,
}

impl WordEmbeddings {
    /// The row of a token id, to be added to its position. `[H]`
    pub fn row(&self, id: u32, into: &mut [f32]) {
        let (id, hidden) = (id as usize, into.len());
        let fine = self.fine_scale.len();
        if id < fine {
            let row = &self.fine[id * hidden..][..hidden];
            for (value, &q) in into.iter_mut().zip(row) {
                *value = f32::from(q) * self.fine_scale[id];
            }
        } else {
            let (half, scale) = (hidden / 2, self.coarse_scale[id - fine]);
            let row = &self.coarse[(id - fine) * half..][..half];
            let (low, high) = into.split_at_mut(half);
            for ((low, high), &byte) in low.iter_mut().zip(high).zip(row) {
                *low = (f32::from(byte & 15) - 8.0) * scale;
                *high = (f32::from(byte >> 4) - 8.0) * scale;
            }
        }
    }
}

impl<S: ByteSource> Weights<S> {
    /// Checks the header against the architecture; reads no tensor. Memory is bounded by the header's limit.
    pub fn open(source: S, architecture: Architecture) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed(FILE, reason);
        architecture.check().map_err(bad)?;
        let length = source.len_bytes();
        let mut prefix = [0; 8];
        if length < prefix.len() {
            return Err(bad(format!("{length} bytes are no safetensors file")));
        }
        source.read(0, &mut prefix);
        let header_bytes = usize::try_from(u64::from_le_bytes(prefix)).unwrap_or(usize::MAX);
        if header_bytes > MAX_HEADER_BYTES.min(length - 8) {
            return Err(bad(format!("a header of {header_bytes} bytes in a file of {length}")));
        }
        let mut json = vec![0; header_bytes];
        source.read(8, &mut json);
        let header: Metadata = serde_json::from_slice(&json).map_err(|e| bad(format!("bad header: {e}")))?;

        if header.metadata().as_ref().and_then(|about| about.get("format")).is_none_or(|format| format != FORMAT) {
            return Err(bad(format!("it is not in format {FORMAT}")));
        }
        let expected = expected_tensors(&architecture);
        for (name, (dtype, shape)) in &expected {
            let info = header.info(name).ok_or_else(|| bad(format!("the tensor {name} is missing")))?;
            if info.dtype != *dtype || info.shape != *shape {
                return Err(bad(format!("{name} is {:?} {:?} instead of {dtype:?} {shape:?}", info.dtype, info.shape)));
            }
        }
        if header.tensors().len() != expected.len() {
            return Err(bad("it has tensors that the format does not know".into()));
        }
        // Metadata's own validation has made sure that tensors follow each other without gap or overlap.
        if 8 + header_bytes + header.data_len() != length {
            return Err(bad(format!("it has {length} bytes, {} are expected", 8 + header_bytes + header.data_len())));
        }
        Ok(Self { source, header, start: 8 + header_bytes, architecture })
    }

    /// The sizes that the file was checked against.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Reads the word table.
    pub fn word_embeddings(&self) -> WordEmbeddings {
        WordEmbeddings {
            fine: self.read("words.fine"),
            fine_scale: self.read_half("words.fine_scale"),
            coarse: self.read("words.coarse"),
            coarse_scale: self.read_half("words.coarse_scale"),
        }
    }

    /// `[P, H]`
    pub fn positions(&self) -> Vec<f32> {
        self.read_half("positions")
    }

    /// Reads the layer norm that follows the embeddings.
    pub fn embedding_norm(&self) -> NormWeights {
        self.norm("norm")
    }

    /// The layer norm after `output` or `down`; the other linear layers have none.
    pub fn norm_after(&self, layer: usize, which: LinearKind) -> NormWeights {
        self.norm(&format!("layers.{layer}.{}.norm", linear_name(which)))
    }

    /// Fails where a weight needs more than 7 bits: relaxed SIMD would compute whatever it likes.
    pub fn linear(&self, layer: usize, which: LinearKind) -> Result<LinearWeights, ModelError> {
        let (outputs, inputs) = linear_shape(&self.architecture, which);
        let prefix = format!("layers.{layer}.{}", linear_name(which));
        let weight: Vec<i8> = self.read(&format!("{prefix}.weight"));
        if weight.iter().any(|w| w.unsigned_abs() > WEIGHT_MAX as u8) {
            return Err(ModelError::malformed(FILE, format!("{prefix}.weight has values beyond {WEIGHT_MAX}")));
        }
        Ok(LinearWeights {
            outputs,
            inputs,
            weight,
            scale: self.read(&format!("{prefix}.scale")),
            bias: self.read(&format!("{prefix}.bias")),
            smooth: (which != LinearKind::Output).then(|| self.read(&format!("{prefix}.smooth"))),
        })
    }

    fn norm(&self, prefix: &str) -> NormWeights {
        NormWeights { weight: self.read(&format!("{prefix}.weight")), bias: self.read(&format!("{prefix}.bias")) }
    }

    fn read_half(&self, name: &str) -> Vec<f32> {
        self.read::<u16>(name).into_iter().map(|bits| f16::from_bits(bits).to_f32()).collect()
    }

    /// A tensor's elements; `open` has checked that it is there and what it holds.
    fn read<T: bytemuck::Pod>(&self, name: &str) -> Vec<T> {
        let info = self.header.info(name).expect("checked by open");
        let (from, to) = info.data_offsets;
        let mut values = vec![T::zeroed(); (to - from) / size_of::<T>()];
        self.source.read(self.start + from, bytemuck::cast_slice_mut(&mut values));
        values
    }
}

/// Output and input width of a linear layer: `(N, K)`.
pub fn linear_shape(a: &Architecture, which: LinearKind) -> (usize, usize) {
    match which {
        LinearKind::Qkv => (3 * a.hidden, a.hidden),
        LinearKind::Output => (a.hidden, a.hidden),
        LinearKind::Up => (a.intermediate, a.hidden),
        LinearKind::Down => (a.hidden, a.intermediate),
    }
}

/// A linear layer's name in the file.
pub fn linear_name(which: LinearKind) -> &'static str {
    match which {
        LinearKind::Qkv => "qkv",
        LinearKind::Output => "output",
        LinearKind::Up => "up",
        LinearKind::Down => "down",
    }
}

/// Every tensor of the format, by name: the table at the top of this file.
pub fn expected_tensors(a: &Architecture) -> BTreeMap<String, (Dtype, Vec<usize>)> {
    let mut all = BTreeMap::new();
    let mut add = |name: String, dtype, shape: &[usize]| all.insert(name, (dtype, shape.to_vec()));
    let coarse = a.vocabulary - a.fine;
    add("words.fine".into(), Dtype::I8, &[a.fine, a.hidden]);
    add("words.fine_scale".into(), Dtype::F16, &[a.fine]);
    add("words.coarse".into(), Dtype::U8, &[coarse, a.hidden / 2]);
    add("words.coarse_scale".into(), Dtype::F16, &[coarse]);
    add("positions".into(), Dtype::F16, &[a.positions, a.hidden]);
    let mut norms = vec!["norm".to_string()];
    for layer in 0..a.layers {
        for which in [LinearKind::Qkv, LinearKind::Output, LinearKind::Up, LinearKind::Down] {
            let (outputs, inputs) = linear_shape(a, which);
            let prefix = format!("layers.{layer}.{}", linear_name(which));
            add(format!("{prefix}.weight"), Dtype::I8, &[outputs, inputs]);
            add(format!("{prefix}.scale"), Dtype::F32, &[outputs]);
            add(format!("{prefix}.bias"), Dtype::F32, &[outputs]);
            if which != LinearKind::Output {
                add(format!("{prefix}.smooth"), Dtype::F32, &[inputs]);
            }
            if matches!(which, LinearKind::Output | LinearKind::Down) {
                norms.push(format!("{prefix}.norm"));
            }
        }
    }
    for norm in norms {
        add(format!("{norm}.weight"), Dtype::F32, &[a.hidden]);
        add(format!("{norm}.bias"), Dtype::F32, &[a.hidden]);
    }
    all
}
