//! Chooses the device: prove, time, demote.
//!
//! Known texts are encoded on what is there. A GPU that answers wrongly, or more slowly than the CPU, is not
//! used, and the report says why. Where a GPU is lost later, the CPU answers at once; meanwhile the GPU is opened and
//! proven once more. Must not know how a device computes, nor the time: the clock is passed in.

use std::fmt;

use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind};

mod verify;

pub use verify::{CpuBaseline, LEAST_COSINE_TO_CPU, LEAST_COSINE_TO_REFERENCE, ProbeBatch, VerifyError, time, verify};

/// Milliseconds since any moment that stays the same.
pub type Clock = fn() -> f64;

/// What the visitor or the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The quickest device that computes rightly.
    #[default]
    Auto,
    /// The CPU, without trying the GPU.
    Cpu,
    /// The GPU where it computes rightly, however slow.
    Gpu,
}

/// Opens the GPU, and again after it was lost.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait GpuOpener {
    /// The encoder on the GPU that it opens.
    type Gpu: Encoder;
    /// The encoder and the adapter's name.
    async fn open(&mut self) -> Result<(Self::Gpu, String), GpuOpenError>;
}

/// Why there is no GPU to compute on, as a sentence for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuOpenError {
    /// The system or the browser gives programs no GPU: what it said.
    #[error("this device offers no GPU to programs ({0})")]
    NoAdapter(String),
    /// There is a GPU, but it is too small or too limited for the model: why, for people.
    #[error("the GPU cannot run this model: {0}")]
    Unsuitable(String),
}

/// What an encoder runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// The processor, with the kernels of [`crate::cpu`].
    Cpu,
    /// The graphics processor.
    Gpu,
}

/// Why the encoder runs where it runs. Displayed, it is one sentence for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The device was asked for.
    Requested(DeviceKind),
    /// The GPU has not been tried yet.
    NotTried,
    /// There is no GPU for this work, and why.
    NoGpu(GpuOpenError),
    /// The GPU's answers are wrong.
    WrongResults(VerifyError),
    /// The GPU is right, but slower. Milliseconds a text.
    Slower {
        /// The time on the CPU.
        cpu_ms: f64,
        /// The time on the GPU.
        gpu_ms: f64,
    },
    /// The GPU is right and quicker. Milliseconds a text.
    Faster {
        /// The time on the CPU.
        cpu_ms: f64,
        /// The time on the GPU.
        gpu_ms: f64,
    },
    /// The GPU went away, and why.
    Lost(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Reason::Requested(DeviceKind::Cpu) => write!(f, "The CPU was asked for."),
            Reason::Requested(DeviceKind::Gpu) => write!(f, "The GPU was asked for, and it computes rightly."),
            Reason::NotTried => write!(f, "The GPU has not been tried yet."),
            Reason::NoGpu(why) => write!(f, "The CPU computes: {why}."),
            Reason::WrongResults(error) => write!(f, "The CPU computes, because the GPU's answers are wrong: {error}."),
            Reason::Slower { cpu_ms, gpu_ms } => {
                write!(
                    f,
                    "The CPU computes, because the GPU is slower here: {gpu_ms:.1} ms a text against {cpu_ms:.1}."
                )
            }
            Reason::Faster { cpu_ms, gpu_ms } => {
                write!(f, "The GPU computes rightly and is quicker: {gpu_ms:.1} ms a text against {cpu_ms:.1}.")
            }
            Reason::Lost(why) => {
                write!(f, "The CPU computes, because the GPU was lost: {}.", why.trim_end_matches('.'))
            }
        }
    }
}

/// Where the encoder runs, and why there.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The device that the encoder runs on now.
    pub kind: DeviceKind,
    /// The kernels or the adapter.
    pub detail: String,
    /// Why it runs there.
    pub reason: Reason,
    /// Milliseconds a probe text, as measured.
    pub cpu_ms: Option<f64>,
    /// The same on the GPU; `None` where it was not timed.
    pub gpu_ms: Option<f64>,
}

/// A GPU that was tried: the encoder if it is to be used, and what was found.
pub struct GpuTrial<G> {
    gpu: Option<(G, String)>,
    reason: Reason,
    gpu_ms: Option<f64>,
}

/// Opens and tries the GPU. Needs nothing of a running [`Device`], so that one can answer meanwhile.
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

/// The CPU, which is always there, and the GPU if it has proven itself.
pub struct Device<C, O: GpuOpener> {
    cpu: C,
    cpu_detail: String,
    gpu: Option<O::Gpu>,
    /// Taken when a lost GPU is opened again, which happens once.
    opener: Option<O>,
    /// What the report was before the GPU was lost.
    before_loss: Option<Report>,
    probes: ProbeBatch,
    /// What the CPU answered and how quickly: the GPU is held to it.
    baseline: CpuBaseline,
    report: Report,
}

impl<C: Encoder, O: GpuOpener> Device<C, O> {
    /// Proves and times the CPU, which then answers. An error says that the model or this build is broken.
    pub async fn on_cpu(mut cpu: C, detail: String, probes: ProbeBatch, clock: Clock) -> Result<Self, VerifyError> {
        let vectors = verify(&mut cpu, &probes, None).await?;
        let ms = time(&mut cpu, &probes, clock, f64::MAX).await.map_err(|e| VerifyError::Failed(e.to_string()))?;
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

    /// [`Device::on_cpu`], then [`try_gpu`], and takes what it found.
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

    /// What [`try_gpu`] compares the GPU with.
    pub fn baseline(&self) -> (&ProbeBatch, &CpuBaseline) {
        (&self.probes, &self.baseline)
    }

    /// Takes the outcome of [`try_gpu`].
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

    /// Where the encoder runs now, and why there.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// After a loss, once: what opens the GPU again while the CPU answers.
    pub fn take_gpu_reopener(&mut self) -> Option<GpuReopener<O>> {
        let opener = if self.gpu.is_none() { self.opener.take() } else { None };
        opener.map(|opener| GpuReopener { opener, probes: self.probes.clone(), cpu: self.baseline.vectors.clone() })
    }

    /// Takes the outcome of [`GpuReopener::run`].
    pub fn restore_gpu(&mut self, gpu: Option<O::Gpu>) {
        if let (Some(gpu), Some(report)) = (gpu, self.before_loss.take()) {
            self.gpu = Some(gpu);
            self.report = report;
        }
    }
}

/// A GPU that was lost and may be there again.
pub struct GpuReopener<O> {
    opener: O,
    probes: ProbeBatch,
    /// What the CPU answered to the probes. `[B, H]`
    cpu: Vec<f32>,
}

impl<O: GpuOpener> GpuReopener<O> {
    /// Opens and proves it; `None` leaves the work to the CPU.
    pub async fn run(mut self) -> Option<O::Gpu> {
        let (mut gpu, _) = self.opener.open().await.ok()?;
        verify(&mut gpu, &self.probes, Some(&self.cpu)).await.ok()?;
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
                answer => return answer,
            }
        }
        self.cpu.encode(batch, output).await
    }

    /// The CPU tells: it is one text, and kernels on a GPU keep no attention.
    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        self.cpu.attention_rollout(text).await
    }
}

#[cfg(test)]
mod tests;
