//! Checks an encoder's vectors of the probes, and measures its speed. Must not know which device it runs on.

use std::fmt;

use super::super::manifest::Role;
use super::super::tokenize::Tokenizer;
use super::super::{Batch, EncodeError, Encoder, OutputKind, manifest};
use super::Clock;

/// Tokenized texts with their vectors from the f32 reference.
#[derive(Debug, Clone, Default)]
pub struct ProbeBatch {
    /// The token ids of the texts.
    pub batch: Batch,
    /// One vector of length 1 per text, in the order of `batch`. `[B, H]`
    pub vectors: Vec<f32>,
}

impl ProbeBatch {
    /// Tokenizes the probes of a model, as for the reference.
    pub fn new(probes: &manifest::Probes, tokenizer: &Tokenizer) -> Result<ProbeBatch, EncodeError> {
        let texts: Vec<&str> = probes.probes.iter().map(|probe| probe.text.as_str()).collect();
        let vectors = probes.probes.iter().flat_map(|probe| probe.vector.iter().copied());
        Ok(ProbeBatch { batch: tokenizer.batch(&texts, Role::Passage)?, vectors: vectors.collect() })
    }
}

/// The CPU's vectors of the probes, and its time.
#[derive(Debug, Clone)]
pub struct CpuBaseline {
    /// `[B, H]`
    pub vectors: Vec<f32>,
    /// Milliseconds per text.
    pub ms: f64,
}

/// The least cosine between a device's vector and that of the f32 reference. Int8 costs up to 0.02 on the worst text,
/// a wrong kernel far more.
pub const LEAST_COSINE_TO_REFERENCE: f32 = 0.97;
/// The least cosine between the GPU's vector and the CPU's. Both multiply the same integers; floats that are
/// occasionally rounded to the neighbouring int8 value cost up to 0.0005 with MiniLM; int8 itself costs ten times that.
pub const LEAST_COSINE_TO_CPU: f32 = 0.997;
/// The largest difference between a vector's length and 1.
const LENGTH_TOLERANCE: f32 = 1e-3;

/// What is wrong with an encoder's vectors.
#[derive(Debug, Clone, PartialEq)]
pub enum VerifyError {
    /// A vector has another direction than expected.
    Cosine {
        /// The cosine between the first such vector and the expected one.
        found: f32,
        /// The least cosine that is accepted.
        least: f32,
    },
    /// The number of values is wrong, or a vector does not have length 1.
    Malformed,
    /// Encoding failed, for this reason.
    Failed(String),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            VerifyError::Cosine { found, least } => {
                write!(
                    f,
                    "the vector of a probe text has a cosine of {found:.3} to the expected one, less than {least}"
                )
            }
            VerifyError::Malformed => {
                write!(f, "the vectors of the probe texts do not have length 1, or are of the wrong number")
            }
            VerifyError::Failed(why) => write!(f, "the probe texts could not be encoded ({why})"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Encodes the probes and compares the vectors with the reference, and with the CPU's vectors if given.
/// Returns the vectors. `[B, H]`
pub async fn verify<E: Encoder>(
    encoder: &mut E,
    probes: &ProbeBatch,
    cpu: Option<&[f32]>,
) -> Result<Vec<f32>, VerifyError> {
    let encoded =
        encoder.encode(&probes.batch, OutputKind::Vectors).await.map_err(|e| VerifyError::Failed(e.to_string()))?;
    let width = encoder.width();
    let comparisons = [(Some(&probes.vectors[..]), LEAST_COSINE_TO_REFERENCE), (cpu, LEAST_COSINE_TO_CPU)];
    for (expected, least) in comparisons {
        let Some(expected) = expected else { continue };
        if encoded.vectors.len() != expected.len() {
            return Err(VerifyError::Malformed);
        }
        for (a, b) in encoded.vectors.chunks_exact(width).zip(expected.chunks_exact(width)) {
            let length = dot(a, a).sqrt();
            let found = dot(a, b);
            // In this form, NaN fails both comparisons.
            let (is_unit, is_near) = ((length - 1.0).abs() < LENGTH_TOLERANCE, found >= least);
            if !is_unit {
                return Err(VerifyError::Malformed);
            }
            if !is_near {
                return Err(VerifyError::Cosine { found, least });
            }
        }
    }
    Ok(encoded.vectors)
}

/// How many passes over the probes are timed; their median counts.
const PASSES: usize = 3;

/// Returns the milliseconds per text, in a batch of all probes. Stops after the first pass if that takes more than four
/// times `against_ms`.
pub async fn time<E: Encoder>(
    encoder: &mut E,
    probes: &ProbeBatch,
    clock: Clock,
    against_ms: f64,
) -> Result<f64, EncodeError> {
    let texts = probes.batch.texts().max(1) as f64;
    let mut passes = Vec::with_capacity(PASSES);
    while passes.len() < PASSES {
        let start = clock();
        encoder.encode(&probes.batch, OutputKind::Vectors).await?;
        passes.push((clock() - start) / texts);
        if passes[0] > 4.0 * against_ms {
            break;
        }
    }
    passes.sort_by(f64::total_cmp);
    Ok(passes[passes.len() / 2])
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
