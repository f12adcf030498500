//! The choice of the device, with fake encoders that are wrong, slow, absent or lost.

use std::cell::Cell;
use std::rc::Rc;

use super::*;

thread_local! {
    static NOW_MS: Cell<f64> = const { Cell::new(0.0) };
}

fn clock() -> f64 {
    NOW_MS.get()
}

/// The expected vector of a text, by its first token. `[4]`, of length 1
fn expected_vector(id: u32) -> [f32; 4] {
    let mut v = [0.1, 0.2, 0.3, 0.4];
    v[id as usize % 4] += 1.0;
    let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.map(|x| x / length)
}

/// A fake encoder with configurable faults.
#[derive(Default)]
struct Fake {
    ms_per_text: f64,
    /// Added to the first component before normalising.
    wrong_by: f32,
    not_a_number: bool,
    /// The number of batches that it encodes before it is lost.
    left: Option<u32>,
    encoded: Rc<Cell<u32>>,
}

impl Encoder for Fake {
    fn width(&self) -> usize {
        4
    }

    async fn encode(&mut self, batch: &Batch, _: OutputKind) -> Result<Embeddings, EncodeError> {
        if self.left == Some(0) {
            return Err(EncodeError::DeviceLost("the driver was reset".to_string()));
        }
        self.left = self.left.map(|left| left - 1);
        self.encoded.set(self.encoded.get() + 1);
        let texts = batch.starts.len() - 1;
        NOW_MS.set(NOW_MS.get() + self.ms_per_text * texts as f64);
        let vectors = batch.starts[..texts].iter().flat_map(|&start| {
            let mut v = expected_vector(batch.ids[start as usize]);
            v[0] += self.wrong_by;
            let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
            v.map(|x| if self.not_a_number { f32::NAN } else { x / length })
        });
        Ok(Embeddings { vectors: vectors.collect(), tokens: vec![] })
    }
}

/// Opens the encoders in order; when none is left, there is no GPU.
struct FakeOpener(Vec<Fake>);

impl GpuOpener for FakeOpener {
    type Gpu = Fake;

    async fn open(&mut self) -> Result<(Fake, String), GpuOpenError> {
        if self.0.is_empty() {
            return Err(GpuOpenError::NoAdapter("none was found".to_string()));
        }
        Ok((self.0.remove(0), "test adapter".to_string()))
    }
}

fn probes() -> ProbeBatch {
    let batch = Batch { ids: vec![0, 1, 2, 3], starts: vec![0, 1, 2, 3, 4] };
    ProbeBatch { vectors: batch.ids.iter().flat_map(|&id| expected_vector(id)).collect(), batch }
}

fn choose(choice: Choice, gpus: Vec<Fake>) -> Device<Fake, FakeOpener> {
    let cpu = Fake { ms_per_text: 10.0, ..Fake::default() };
    pollster::block_on(Device::choose(cpu, "portable".to_string(), FakeOpener(gpus), choice, probes(), clock)).unwrap()
}

fn gpu(ms_per_text: f64) -> Fake {
    Fake { ms_per_text, ..Fake::default() }
}

fn encode(device: &mut Device<Fake, FakeOpener>) -> Vec<f32> {
    let batch = Batch { ids: vec![2], starts: vec![0, 1] };
    pollster::block_on(device.encode(&batch, OutputKind::Vectors)).unwrap().vectors
}

#[test]
fn a_faster_gpu_is_used() {
    let device = choose(Choice::Auto, vec![gpu(2.0)]);
    let report = device.report();
    assert_eq!((report.kind, report.detail.as_str()), (DeviceKind::Gpu, "test adapter"));
    assert_eq!(report.reason, Reason::Faster { cpu_ms: 10.0, gpu_ms: 2.0 });
}

#[test]
fn a_slower_gpu_is_used_only_if_requested() {
    let device = choose(Choice::Auto, vec![gpu(25.0)]);
    assert_eq!(device.report().kind, DeviceKind::Cpu);
    assert_eq!(
        device.report().reason.to_string(),
        "Running on the CPU, because the GPU is slower: 25.0 ms per text instead of 10.0 ms."
    );
    assert_eq!(choose(Choice::Gpu, vec![gpu(25.0)]).report().kind, DeviceKind::Gpu);
}

#[test]
fn a_very_slow_gpu_is_timed_once() {
    let fake = gpu(1000.0);
    let encoded = fake.encoded.clone();
    choose(Choice::Auto, vec![fake]);
    assert_eq!(encoded.get(), 2, "one pass to verify and one timed pass");
}

#[test]
fn a_wrong_gpu_is_never_used_and_the_report_says_so() {
    for choice in [Choice::Auto, Choice::Gpu] {
        for wrong in [Fake { wrong_by: 0.2, ..gpu(1.0) }, Fake { not_a_number: true, ..gpu(1.0) }] {
            let device = choose(choice, vec![wrong]);
            assert_eq!(device.report().kind, DeviceKind::Cpu);
            assert!(matches!(device.report().reason, Reason::WrongResults(_)), "{:?}", device.report());
        }
    }
}

#[test]
fn a_wrong_cpu_is_an_error() {
    let cpu = Fake { wrong_by: 5.0, ..Fake::default() };
    let device = pollster::block_on(Device::<_, FakeOpener>::on_cpu(cpu, String::new(), probes(), clock));
    assert!(matches!(device.map(|_| ()), Err(VerifyError::Cosine { .. })));
}

#[test]
fn a_very_slow_cpu_is_timed_while_it_is_verified() {
    for (ms_per_text, passes) in [(10.0, 4), (1000.0, 1)] {
        let cpu = Fake { ms_per_text, ..Fake::default() };
        let encoded = cpu.encoded.clone();
        let device = Device::<_, FakeOpener>::on_cpu(cpu, String::new(), probes(), clock);
        let device = pollster::block_on(device).unwrap();
        assert_eq!((device.report().cpu_ms, encoded.get()), (Some(ms_per_text), passes));
    }
}

#[test]
fn the_report_says_why_there_is_no_gpu() {
    let device = choose(Choice::Auto, vec![]);
    assert_eq!(
        device.report().reason.to_string(),
        "Running on the CPU: no GPU is available to programs on this device (none was found)."
    );
}

#[test]
fn the_gpu_is_not_opened_if_the_cpu_is_requested() {
    let fake = gpu(1.0);
    let encoded = fake.encoded.clone();
    let device = choose(Choice::Cpu, vec![fake]);
    assert_eq!((device.report().reason.clone(), encoded.get()), (Reason::Requested(DeviceKind::Cpu), 0));
}

/// A GPU that encodes the four batches of verification and timing, and `more`.
fn lost_after(more: u32) -> Fake {
    Fake { left: Some(4 + more), ..gpu(1.0) }
}

/// Reopens the lost GPU, if that is still allowed.
fn reopen(device: &mut Device<Fake, FakeOpener>) {
    if let Some(reopener) = device.take_gpu_reopener() {
        device.restore_gpu(pollster::block_on(reopener.run()));
    }
}

#[test]
fn the_cpu_takes_over_while_a_lost_gpu_is_reopened() {
    let mut device = choose(Choice::Auto, vec![lost_after(1), gpu(1.0)]);
    assert!(device.take_gpu_reopener().is_none(), "the GPU is not lost yet");
    let before = device.report().clone();
    for _ in 0..3 {
        assert_eq!(encode(&mut device), expected_vector(2));
    }
    assert_eq!(device.report().kind, DeviceKind::Cpu);
    reopen(&mut device);
    assert_eq!(device.report(), &before);
    assert_eq!(encode(&mut device), expected_vector(2));
}

#[test]
fn a_gpu_that_is_lost_twice_is_not_reopened() {
    let reopened = Fake { left: Some(2), ..gpu(1.0) };
    let mut device = choose(Choice::Auto, vec![lost_after(0), reopened, gpu(1.0)]);
    for _ in 0..3 {
        assert_eq!(encode(&mut device), expected_vector(2));
        reopen(&mut device);
    }
    let report = device.report();
    assert_eq!((report.kind, report.detail.as_str()), (DeviceKind::Cpu, "portable"));
    let sentence = "Running on the CPU, because the GPU was lost: the driver was reset.";
    assert_eq!(report.reason.to_string(), sentence);
}

#[test]
fn a_reopened_gpu_is_verified_again() {
    let wrong = Fake { wrong_by: 0.2, ..gpu(1.0) };
    let mut device = choose(Choice::Auto, vec![lost_after(0), wrong]);
    assert_eq!(encode(&mut device), expected_vector(2));
    reopen(&mut device);
    assert_eq!(device.report().kind, DeviceKind::Cpu);
}
