//! What takes long with the GPU, while the CPU encodes: to open and test it, and to open it again after it was lost.

use wasm_bindgen::prelude::*;

use crate::{
    devices::Device,
    gpu_remote::{OpenRemote, RemoteGpu},
    js::now_ms,
};
use nearmind_encoder::device::{Choice, CpuBaseline, GpuReopener, GpuTrial, ProbeBatch, try_gpu};

/// A task that does not borrow the encoder.
#[wasm_bindgen]
pub struct GpuTask(Task);

enum Task {
    Trial { opener: OpenRemote, choice: Choice, probes: ProbeBatch, cpu: CpuBaseline },
    Reopening(GpuReopener<OpenRemote>),
}

/// What came of a [`GpuTask`].
#[wasm_bindgen]
pub struct GpuOutcome(Outcome);

enum Outcome {
    Tried(GpuTrial<RemoteGpu>, OpenRemote),
    /// `None` if the GPU could not be opened, or computes wrongly.
    Reopened(Option<RemoteGpu>),
}

#[wasm_bindgen]
impl GpuTask {
    /// Carries out the task.
    pub async fn run(self) -> GpuOutcome {
        GpuOutcome(match self.0 {
            Task::Trial { mut opener, choice, probes, cpu } => {
                let trial = try_gpu(&mut opener, choice, &probes, &cpu, now_ms).await;
                Outcome::Tried(trial, opener)
            }
            Task::Reopening(reopener) => Outcome::Reopened(reopener.run().await),
        })
    }
}

impl GpuTask {
    pub fn trial(opener: OpenRemote, choice: Choice, device: &Device) -> Self {
        let (probes, cpu) = device.baseline();
        Self(Task::Trial { opener, choice, probes: probes.clone(), cpu: cpu.clone() })
    }

    pub fn reopening(reopener: GpuReopener<OpenRemote>) -> Self {
        Self(Task::Reopening(reopener))
    }
}

impl GpuOutcome {
    pub fn apply(self, device: &mut Device) {
        match self.0 {
            Outcome::Tried(trial, opener) => device.apply_trial(trial, opener),
            Outcome::Reopened(gpu) => device.restore_gpu(gpu),
        }
    }
}
