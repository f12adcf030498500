//! The int8 model file: its format, and a reader that checks it and reads one tensor at a time.
//!
//! Must not know devices: kernels get plain arrays and pack them for themselves.
//!
//! # Format, version 1
//! A safetensors file with `__metadata__ = {"format": "nearmind-bert 1"}`. `L` layers, hidden width
//! `H`, intermediate width `I`, `V` words of which `R` are fine (8 bits a value) and the others coarse (4 bits a
//! value), `P` positions (the most tokens that a text can have).
//! A token id is a row number: the converter renumbers the vocabulary so that the fine rows come first.
//!
//! | tensor | dtype | shape | meaning |
//! |---|---|---|---|
//! | `words.fine` | I8 | `[R, H]` | rows of ids `0..R`: `value = q * fine_scale[id]` |
//! | `words.fine_scale` | F16 | `[R]` | |
//! | `words.coarse` | U8 | `[V-R, H/2]` | rows of ids `R..V`, 4 bits a value, see below |
//! | `words.coarse_scale` | F16 | `[V-R]` | |
//! | `positions` | F16 | `[P, H]` | position + type 0 + the mean word, which is subtracted from the rows above |
//! | `norm.weight`, `norm.bias` | F32 | `[H]` | layer norm of the embeddings |
//! | `layers.{i}.qkv.*` | | `N=3H, K=H` | query, key and value; `1/sqrt(head width)` is folded into the query |
//! | `layers.{i}.output.*` | | `N=H, K=H` | output projection of attention; smoothing is folded into the value rows |
//! | `layers.{i}.output.norm.weight`, `.bias` | F32 | `[H]` | layer norm after attention and residual |
//! | `layers.{i}.up.*` | | `N=I, K=H` | followed by GELU |
//! | `layers.{i}.down.*` | | `N=H, K=I` | |
//! | `layers.{i}.down.norm.weight`, `.bias` | F32 | `[H]` | layer norm after the feed-forward part and residual |
//! | `dense.weight` | F16 | `[D, H]` | only if the manifest has a dense layer, of width `D` |
//! | `dense.bias` | F32 | `[D]` | the same |
//!
//! A linear layer `*` has four tensors: `weight` I8 `[N, K]`, row-major, with values in `-63..=63` (7 bits, because
//! relaxed SIMD multiplies signed 8-bit by unsigned 7-bit integers), `scale` F32 `[N]`, `bias` F32 `[N]`, and, except
//! for `output`, `smooth` F32 `[K]`.
//!
//! A coarse row has `H/2` bytes: the low nibble of byte `j` is value `j`, its high nibble is value `j + H/2`;
//! `value = (nibble - 8) * coarse_scale[id - R]`. The layer norm is applied to the sum of word and position.
//!
//! # Arithmetic of a linear layer
//! All in f32; every operation is rounded separately (no fused multiply-add), so that all CPUs give the same bytes:
//! ```text
//! v[t,k] = x[t,k] * smooth[k]                      (output: v = x)
//! m[t]   = max_k |v[t,k]|
//! r[t]   = 127 / m[t],  0 where m[t] = 0
//! a[t]   = m[t] / 127
//! q[t,k] = round_half_even(v[t,k] * r[t])          in -127..=127; (z + 1.5 * 2^23) - 1.5 * 2^23 rounds like this
//! acc    = sum_k q[t,k] * weight[n,k]              i32, exact; |acc| <= 1536 * 127 * 63 < 2^24: exact as f32 too
//! y[t,n] = (f32(acc) * scale[n]) * a[t] + bias[n]
//! ```
//! Attention scores are plain dot products of query and key, because the weights include the factor. GELU is the exact
//! one, with the error function, to within 1e-4 absolute: its output is quantized to 8 bits anyway.

use std::collections::BTreeMap;

use half::f16;
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::dense::DenseLayer;
use super::kernels::LinearKind;
use super::manifest::{Architecture, ModelError};

/// The name and version of the format, in one metadata entry: several would be written in no fixed order.
pub const FORMAT: &str = "nearmind-bert 1";
/// Largest absolute weight.
pub const WEIGHT_MAX: i8 = 63;
/// Limit on the header's size. The header of a model with 48 layers has less than 100 kB.
const MAX_HEADER_BYTES: usize = 1 << 20;
const FILE: &str = "model.safetensors";

/// A file that is read piece by piece, so that it can stay outside the memory of this program, as in JavaScript's.
pub trait ByteSource {
    /// The length of the whole file.
    fn len_bytes(&self) -> usize;
    /// Fills `into` with the bytes from offset `at`. `at + into.len()` must not exceed the length.
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

/// A model file with a checked header: it has every tensor of the format, with the right type and shape, and no other.
pub struct Weights<S> {
    source: S,
    header: Metadata,
    /// The offset of the first tensor's bytes.
    start: usize,
    architecture: Architecture,
}

/// The quantized word embeddings; see the format.
#[derive(Debug, Clone, PartialEq)]
pub struct WordEmbeddings {
    /// `[R, H]`
    pub fine: Vec<i8>,
    /// `[R]`
    pub fine_scale: Vec<f32>,
    /// `[V-R, H/2]`, two values in each byte.
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

/// A linear layer with 7-bit weights; see the format.
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
    /// `[K]`; `None` for `output`.
    pub smooth: Option<Vec<f32>>,
}

impl WordEmbeddings {
    /// Writes the embedding of a token id into `into`, without its position. `[H]`
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
    /// Checks the header against the architecture. Reads no tensor, so the header's size limit bounds the memory.
    pub fn open(source: S, architecture: Architecture) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed(FILE, reason);
        architecture.check().map_err(bad)?;
        let length = source.len_bytes();
        let mut prefix = [0; 8];
        if length < prefix.len() {
            return Err(bad(format!("it has {length} bytes, too few for a safetensors file")));
        }
        source.read(0, &mut prefix);
        let header_bytes = usize::try_from(u64::from_le_bytes(prefix)).unwrap_or(usize::MAX);
        if header_bytes > MAX_HEADER_BYTES.min(length - 8) {
            return Err(bad(format!("its header claims {header_bytes} bytes, in a file of {length} bytes")));
        }
        let mut json = vec![0; header_bytes];
        source.read(8, &mut json);
        let header: Metadata = serde_json::from_slice(&json).map_err(|e| bad(format!("its header is invalid: {e}")))?;

        if header.metadata().as_ref().and_then(|about| about.get("format")).is_none_or(|format| format != FORMAT) {
            return Err(bad(format!("its metadata does not name the format {FORMAT:?}")));
        }
        let expected = expected_tensors(&architecture);
        for (name, (dtype, shape)) in &expected {
            let info = header.info(name).ok_or_else(|| bad(format!("the tensor {name} is missing")))?;
            if info.dtype != *dtype || info.shape != *shape {
                return Err(bad(format!("{name} is {:?} {:?} instead of {dtype:?} {shape:?}", info.dtype, info.shape)));
            }
        }
        if header.tensors().len() != expected.len() {
            return Err(bad("it has tensors that are not part of the format".into()));
        }
        // Deserialising `Metadata` has checked that the tensors follow each other without gaps or overlaps.
        if 8 + header_bytes + header.data_len() != length {
            return Err(bad(format!("it has {length} bytes instead of {}", 8 + header_bytes + header.data_len())));
        }
        Ok(Self { source, header, start: 8 + header_bytes, architecture })
    }

    /// The architecture that the file was checked against.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Reads the word embeddings.
    pub fn word_embeddings(&self) -> WordEmbeddings {
        WordEmbeddings {
            fine: self.read("words.fine"),
            fine_scale: self.read_half("words.fine_scale"),
            coarse: self.read("words.coarse"),
            coarse_scale: self.read_half("words.coarse_scale"),
        }
    }

    /// Reads the position embeddings. `[P, H]`
    pub fn positions(&self) -> Vec<f32> {
        self.read_half("positions")
    }

    /// Reads the layer norm of the embeddings.
    pub fn embedding_norm(&self) -> NormWeights {
        self.norm("norm")
    }

    /// Reads the layer norm after `output` or `down`; panics for other linear layers, which have none.
    pub fn norm_after(&self, layer: usize, which: LinearKind) -> NormWeights {
        self.norm(&format!("layers.{layer}.{}.norm", linear_name(which)))
    }

    /// Reads a linear layer. Fails if a weight exceeds 7 bits: the result of relaxed SIMD would depend on the CPU.
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

    /// Reads the dense layer after pooling, if the model has one.
    pub fn dense(&self) -> Option<DenseLayer> {
        let activation = self.architecture.dense?.activation;
        Some(DenseLayer { weight: self.read_half("dense.weight"), bias: self.read("dense.bias"), activation })
    }

    fn norm(&self, prefix: &str) -> NormWeights {
        NormWeights { weight: self.read(&format!("{prefix}.weight")), bias: self.read(&format!("{prefix}.bias")) }
    }

    fn read_half(&self, name: &str) -> Vec<f32> {
        self.read::<u16>(name).into_iter().map(|bits| f16::from_bits(bits).to_f32()).collect()
    }

    /// Reads the elements of a tensor, whose presence, type and shape `open` has checked.
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

/// The name of a linear layer in the file.
pub fn linear_name(which: LinearKind) -> &'static str {
    match which {
        LinearKind::Qkv => "qkv",
        LinearKind::Output => "output",
        LinearKind::Up => "up",
        LinearKind::Down => "down",
    }
}

/// Returns type and shape of every tensor of the format, by name: the table at the top of this file.
pub fn expected_tensors(a: &Architecture) -> BTreeMap<String, (Dtype, Vec<usize>)> {
    let mut all = BTreeMap::new();
    let mut add = |name: String, dtype, shape: &[usize]| all.insert(name, (dtype, shape.to_vec()));
    let coarse = a.vocabulary - a.fine;
    add("words.fine".into(), Dtype::I8, &[a.fine, a.hidden]);
    add("words.fine_scale".into(), Dtype::F16, &[a.fine]);
    add("words.coarse".into(), Dtype::U8, &[coarse, a.hidden / 2]);
    add("words.coarse_scale".into(), Dtype::F16, &[coarse]);
    add("positions".into(), Dtype::F16, &[a.positions, a.hidden]);
    if let Some(dense) = &a.dense {
        add("dense.weight".into(), Dtype::F16, &[dense.width, a.hidden]);
        add("dense.bias".into(), Dtype::F32, &[dense.width]);
    }
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
