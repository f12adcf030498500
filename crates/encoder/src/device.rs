//! Chooses between CPU and GPU: verify, time, fall back.
//!
//! Both encode the model's probes, texts with known vectors. A GPU whose vectors are wrong, or that is slower than the
//! CPU, is not used, and the report says why. If a GPU is lost later, the CPU takes over at once, while the GPU is
//! opened and verified once more. Must not know how a device computes, nor the time: the caller passes a clock.

use std::fmt;

use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind};

mod verify;

pub use verify::{CpuBaseline, LEAST_COSINE_TO_CPU, LEAST_COSINE_TO_REFERENCE, ProbeBatch, VerifyError, time, verify};

/// Returns the milliseconds since a fixed moment.
pub type Clock = fn() -> f64;

/// The device that the visitor or the command line requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The faster of the devices that give right results.
    #[default]
    Auto,
    /// The CPU; the GPU is not opened.
    Cpu,
    /// The GPU, however slow, if its results are right; otherwise the CPU.
    Gpu,
}

/// A CPU that takes longer for a text of the probes, in milliseconds, is very slow.
const VERY_SLOW_MS: f64 = 500.0;

/// Opens the GPU, and opens it again after it was lost.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait GpuOpener {
    /// The encoder on the GPU.
    type Gpu: Encoder;
    /// Opens the GPU. Returns the encoder and the name of the adapter.
    async fn open(&mut self) -> Result<(Self::Gpu, String), GpuOpenError>;
}

/// Why the GPU cannot be used; displayed, a clause for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuOpenError {
    /// The system or the browser has no GPU for programs, with its own message.
    #[error("no GPU is available to programs on this device ({0})")]
    NoAdapter(String),
    /// There is a GPU, but it cannot run the model; a message for people says why.
    #[error("the GPU cannot run this model: {0}")]
    Unsuitable(String),
}

/// The kind of device that an encoder runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// The CPU, with the kernels of [`crate::cpu`].
    Cpu,
    /// The GPU.
    Gpu,
}

/// Why the encoder runs on its device. Displayed, a sentence for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// This device was requested.
    Requested(DeviceKind),
    /// The GPU has not been tried yet.
    NotTried,
    /// No GPU can be used, for this reason.
    NoGpu(GpuOpenError),
    /// The results of the GPU are wrong.
    WrongResults(VerifyError),
    /// The GPU's results are right, but it is slower. Milliseconds per text.
    Slower {
        /// The time on the CPU.
        cpu_ms: f64,
        /// The time on the GPU.
        gpu_ms: f64,
    },
    /// The GPU's results are right, and it is faster. Milliseconds per text.
    Faster {
        /// The time on the CPU.
        cpu_ms: f64,
        /// The time on the GPU.
        gpu_ms: f64,
    },
    /// The GPU was lost, for this reason.
    Lost(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Reason::Requested(DeviceKind::Cpu) => write!(f, "The CPU was requested."),
            Reason::Requested(DeviceKind::Gpu) => write!(f, "The GPU was requested, and its results are right."),
            Reason::NotTried => write!(f, "The GPU has not been tried yet."),
            Reason::NoGpu(why) => write!(f, "Running on the CPU: {why}."),
            Reason::WrongResults(error) => {
                write!(f, "Running on the CPU, because the GPU gives wrong results: {error}.")
            }
            Reason::Slower { cpu_ms, gpu_ms } => {
                write!(
                    f,
                    "Running on the CPU, because the GPU is slower: {gpu_ms:.1} ms per text instead of {cpu_ms:.1} ms."
                )
            }
            Reason::Faster { cpu_ms, gpu_ms } => {
                write!(f, "Running on the GPU, which is faster: {gpu_ms:.1} ms per text instead of {cpu_ms:.1} ms.")
            }
            Reason::Lost(why) => {
                write!(f, "Running on the CPU, because the GPU was lost: {}.", why.trim_end_matches('.'))
            }
        }
    }
}

/// The device that the encoder runs on, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The current device.
    pub kind: DeviceKind,
    /// The name of the CPU's kernels or of the GPU's adapter.
    pub detail: String,
    /// Why the encoder runs on this device.
    pub reason: Reason,
    /// The measured time on the CPU, in milliseconds per text.
    pub cpu_ms: Option<f64>,
    /// The measured time on the GPU, in milliseconds per text; `None` if it was not timed.
    pub gpu_ms: Option<f64>,
}

/// The outcome of [`try_gpu`]: the encoder, if it is to be used, and why or why not.
pub struct GpuTrial<G> {
    gpu: Option<(G, String)>,
    reason: Reason,
    gpu_ms: Option<f64>,
}

/// Opens, verifies and times the GPU. Does not borrow the [`Device`], which can encode meanwhile.
pub async fn try_gpu<O: GpuOpener>(
    opener: &mut O,
    choice: Choice,
    probes: &ProbeBatch,
    cpu: &CpuBaseline,
    clock: Clock,
) -> GpuTrial<O::Gpu> {
    let refused = |reason| GpuTrial { gpu: None, reason, gpu_ms: None };
    if choice == Choice::Cpu {
        return refused(Reason::Requested(DeviceKind::Cpu));
    }
    let (mut gpu, name) = match opener.open().await {
        Ok(opened) => opened,
        Err(error) => return refused(Reason::NoGpu(error)),
    };
    if let Err(error) = verify(&mut gpu, probes, Some(&cpu.vectors)).await {
        return refused(Reason::WrongResults(error));
    }
    let cpu_ms = cpu.ms;
    match time(&mut gpu, probes, clock, cpu_ms).await {
        Err(error) => refused(Reason::Lost(error.to_string())),
        Ok(gpu_ms) if choice == Choice::Gpu => {
            GpuTrial { gpu: Some((gpu, name)), reason: Reason::Requested(DeviceKind::Gpu), gpu_ms: Some(gpu_ms) }
        }
        Ok(gpu_ms) if gpu_ms > cpu_ms => {
            GpuTrial { gpu: None, reason: Reason::Slower { cpu_ms, gpu_ms }, gpu_ms: Some(gpu_ms) }
        }
        Ok(gpu_ms) => {
            GpuTrial { gpu: Some((gpu, name)), reason: Reason::Faster { cpu_ms, gpu_ms }, gpu_ms: Some(gpu_ms) }
        }
    }
}

/// An encoder on the CPU, which is always available, and on the GPU once it is verified.
pub struct Device<C, O: GpuOpener> {
    cpu: C,
    cpu_detail: String,
    gpu: Option<O::Gpu>,
    /// Taken when a lost GPU is reopened, which happens once.
    opener: Option<O>,
    /// The report from before the GPU was lost.
    before_loss: Option<Report>,
    probes: ProbeBatch,
    /// The vectors and the time of the CPU, which the GPU is compared with.
    baseline: CpuBaseline,
    report: Report,
}

impl<C: Encoder, O: GpuOpener> Device<C, O> {
    /// Verifies and times the CPU. Fails if its vectors are wrong: then the model or this build is broken. A very slow CPU
    /// is timed while it is verified, not again.
    pub async fn on_cpu(mut cpu: C, detail: String, probes: ProbeBatch, clock: Clock) -> Result<Self, VerifyError> {
        let start = clock();
        let vectors = verify(&mut cpu, &probes, None).await?;
        let mut ms = (clock() - start) / probes.batch.texts().max(1) as f64;
        if ms < VERY_SLOW_MS {
            ms = time(&mut cpu, &probes, clock, f64::MAX).await.map_err(|e| VerifyError::Failed(e.to_string()))?;
        }
        let report = Report {
            kind: DeviceKind::Cpu,
            detail: detail.clone(),
            reason: Reason::NotTried,
            cpu_ms: Some(ms),
            gpu_ms: None,
        };
        let baseline = CpuBaseline { vectors, ms };
        Ok(Device { cpu, cpu_detail: detail, gpu: None, opener: None, before_loss: None, probes, baseline, report })
    }

    /// [`Device::on_cpu`], then [`try_gpu`] and [`Device::apply_trial`].
    pub async fn choose(
        cpu: C,
        detail: String,
        mut opener: O,
        choice: Choice,
        probes: ProbeBatch,
        clock: Clock,
    ) -> Result<Self, VerifyError> {
        let mut device = Device::on_cpu(cpu, detail, probes, clock).await?;
        let trial = try_gpu(&mut opener, choice, &device.probes, &device.baseline, clock).await;
        device.apply_trial(trial, opener);
        Ok(device)
    }

    /// The arguments of [`try_gpu`] that the GPU is compared with.
    pub fn baseline(&self) -> (&ProbeBatch, &CpuBaseline) {
        (&self.probes, &self.baseline)
    }

    /// Applies the outcome of [`try_gpu`]: from now on the GPU encodes, if it passed.
    pub fn apply_trial(&mut self, trial: GpuTrial<O::Gpu>, opener: O) {
        self.report.reason = trial.reason;
        self.report.gpu_ms = trial.gpu_ms;
        if let Some((gpu, name)) = trial.gpu {
            self.report.kind = DeviceKind::Gpu;
            self.report.detail = name;
            self.gpu = Some(gpu);
            self.opener = Some(opener);
        }
    }

    /// The device that the encoder runs on now, and why.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns, once after the GPU was lost, a task that reopens it while the CPU encodes.
    pub fn take_gpu_reopener(&mut self) -> Option<GpuReopener<O>> {
        let opener = if self.gpu.is_none() { self.opener.take() } else { None };
        opener.map(|opener| GpuReopener {
            opener,
            probes: self.probes.clone(),
            cpu_vectors: self.baseline.vectors.clone(),
        })
    }

    /// Applies the outcome of [`GpuReopener::run`]: the GPU encodes again if it passed.
    pub fn restore_gpu(&mut self, gpu: Option<O::Gpu>) {
        if let (Some(gpu), Some(report)) = (gpu, self.before_loss.take()) {
            self.gpu = Some(gpu);
            self.report = report;
        }
    }
}

/// A task that reopens a lost GPU.
pub struct GpuReopener<O> {
    opener: O,
    probes: ProbeBatch,
    /// The CPU's vectors of the probes. `[B, H]`
    cpu_vectors: Vec<f32>,
}

impl<O: GpuOpener> GpuReopener<O> {
    /// Opens and verifies the GPU. Returns `None` if either fails; then the CPU continues to encode.
    pub async fn run(mut self) -> Option<O::Gpu> {
        let (mut gpu, _) = self.opener.open().await.ok()?;
        verify(&mut gpu, &self.probes, Some(&self.cpu_vectors)).await.ok()?;
        Some(gpu)
    }
}

impl<C: Encoder, O: GpuOpener> Encoder for Device<C, O> {
    fn width(&self) -> usize {
        self.cpu.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        if let Some(gpu) = &mut self.gpu {
            match gpu.encode(batch, output).await {
                Err(EncodeError::DeviceLost(why)) => {
                    self.gpu = None;
                    self.before_loss = Some(self.report.clone());
                    self.report.kind = DeviceKind::Cpu;
                    self.report.detail = self.cpu_detail.clone();
                    self.report.reason = Reason::Lost(why);
                }
                result => return result,
            }
        }
        self.cpu.encode(batch, output).await
    }

    /// Always on the CPU: it is a single text, and the GPU's kernels do not store attention weights.
    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        self.cpu.attention_rollout(text).await
    }
}

#[cfg(test)]
mod tests;
