//! Whether an encoder answers known texts rightly, and how quickly. Must not know what runs where.

use std::fmt;

use super::super::manifest::Role;
use super::super::tokenize::Tokenizer;
use super::super::{Batch, EncodeError, Encoder, OutputKind, manifest};
use super::Clock;

/// Known texts and their vectors from the f32 reference. Vectors are unit, `[B, H]`.
#[derive(Debug, Clone, Default)]
pub struct ProbeBatch {
    /// The texts, as token ids.
    pub batch: Batch,
    /// One vector a text, in the order of `batch`. `[B, H]`
    pub vectors: Vec<f32>,
}

impl ProbeBatch {
    /// The probes of a model's folder, tokenized as they were when the reference encoded them.
    pub fn new(known: &manifest::Probes, tokenizer: &Tokenizer) -> Result<ProbeBatch, EncodeError> {
        let texts: Vec<&str> = known.probes.iter().map(|probe| probe.text.as_str()).collect();
        let vectors = known.probes.iter().flat_map(|probe| probe.vector.iter().copied());
        Ok(ProbeBatch { batch: tokenizer.batch(&texts, Role::Passage)?, vectors: vectors.collect() })
    }
}

/// What a device that passed answered, and its time.
#[derive(Debug, Clone)]
pub struct CpuBaseline {
    /// `[B, H]`
    pub vectors: Vec<f32>,
    /// Milliseconds a text.
    pub ms: f64,
}

/// Cosine of a probe to the f32 reference: int8 costs up to 0.02 on the worst text, a wrong kernel far more.
pub const LEAST_COSINE_TO_REFERENCE: f32 = 0.97;
/// Cosine of the GPU's answer to the CPU's. Both multiply the same integers; a float that rounds to the
/// other int8 value now and then costs up to 0.0005 with MiniLM; int8 itself costs ten times that.
pub const LEAST_COSINE_TO_CPU: f32 = 0.997;
/// How far from 1 a vector's length may be.
const LENGTH_TOLERANCE: f32 = 1e-3;

/// What is wrong with an encoder's answers.
#[derive(Debug, Clone, PartialEq)]
pub enum VerifyError {
    /// A vector points elsewhere: the worst cosine, and the least allowed.
    Cosine {
        /// The cosine of the first vector that is too far from the right one.
        found: f32,
        /// The least that a device may have.
        least: f32,
    },
    /// Not unit vectors of the right number.
    Malformed,
    /// No answer.
    Failed(String),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            VerifyError::Cosine { found, least } => {
                write!(
                    f,
                    "a known text came out with a cosine of {found:.3} to the right vector, and {least} is the least"
                )
            }
            VerifyError::Malformed => write!(f, "known texts came out as something other than unit vectors"),
            VerifyError::Failed(why) => write!(f, "known texts could not be encoded ({why})"),
        }
    }
}

impl std::error::Error for VerifyError {}

/// Encodes the probes and compares them with the reference, and with the CPU's answer where there is one.
/// Gives back the answer. `[B, H]`
pub async fn prove<E: Encoder>(
    encoder: &mut E,
    probes: &ProbeBatch,
    cpu: Option<&[f32]>,
) -> Result<Vec<f32>, VerifyError> {
    let answer =
        encoder.encode(&probes.batch, OutputKind::Vectors).await.map_err(|e| VerifyError::Failed(e.to_string()))?;
    let width = encoder.width();
    let comparisons = [(Some(&probes.vectors[..]), LEAST_COSINE_TO_REFERENCE), (cpu, LEAST_COSINE_TO_CPU)];
    for (expected, least) in comparisons {
        let Some(expected) = expected else { continue };
        if answer.vectors.len() != expected.len() {
            return Err(VerifyError::Malformed);
        }
        for (a, b) in answer.vectors.chunks_exact(width).zip(expected.chunks_exact(width)) {
            let length = dot(a, a).sqrt();
            let found = dot(a, b);
            // Written so that NaN is neither a unit vector nor near.
            let (is_unit, is_near) = ((length - 1.0).abs() < LENGTH_TOLERANCE, found >= least);
            if !is_unit {
                return Err(VerifyError::Malformed);
            }
            if !is_near {
                return Err(VerifyError::Cosine { found, least });
            }
        }
    }
    Ok(answer.vectors)
}

/// How many times the probes are timed; the median counts.
const PASSES: usize = 3;

/// Milliseconds a text, in a batch of all probes. Stops after one pass that is hopeless: four times
/// slower than `against_ms`.
pub async fn time<E: Encoder>(
    encoder: &mut E,
    probes: &ProbeBatch,
    clock: Clock,
    against_ms: f64,
) -> Result<f64, EncodeError> {
    let texts = probes.batch.starts.len().saturating_sub(1).max(1) as f64;
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
