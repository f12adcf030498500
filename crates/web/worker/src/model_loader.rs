//! Decides when the model is fetched, and fetches it: at most once at a time, and never before the catalogue, which the first
//! cards need. Must not know what a model is used for.

use std::{cell::Cell, rc::Rc};

use js_sys::Function;
use wasm_bindgen_futures::spawn_local;

use super::{
    device_limits::objection,
    devices::{Device, encoder_choice, load_cpu},
    error::warn,
    gpu_remote::{OpenRemote, RemoteGpu},
    load::{is_model_cached, load_model},
    scope::now_ms,
    wire::send_updates,
};
use nearmind_core::protocol::{AbsenceReason, Command, DeviceChoice, EncoderChoice, Problem, Update};
use nearmind_encoder::device::{GpuTrial, try_gpu};
use nearmind_session::Model;

/// What happened to the model.
pub enum ModelEvent {
    /// Nobody asked for the model: why it should not be fetched then, if there is a reason.
    Checked(Option<AbsenceReason>),
    /// It was loaded on the CPU.
    Loaded(Result<Box<Model<Device>>, Problem>),
    /// The GPU was tested, while the CPU answered.
    GpuTried(Box<(GpuTrial<RemoteGpu>, OpenRemote)>),
}

/// Which model to fetch, and when.
pub struct ModelLoader {
    /// The URL; `None` if the page wants no model.
    address: Option<String>,
    /// Whether it is fetched even if nobody asks for it and the device cannot afford it.
    is_required: bool,
    device: DeviceChoice,
    /// Whether the browser's cache may be used.
    keep: bool,
    load_gpu: Function,
    /// Takes what happens to the model.
    push: fn(ModelEvent),
    state: State,
    is_catalog_loaded: bool,
    /// The page is idle: a download would not disturb it.
    is_idle: bool,
    /// Somebody waits for the model. Only then the page shows the progress.
    is_asked: Rc<Cell<bool>>,
    reported: Option<AbsenceReason>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not fetched.
    Absent,
    /// The device is being checked.
    Checking,
    /// Being fetched, or in use.
    Started,
}

impl ModelLoader {
    /// Creates the loader of the model at `address`, for the device that the page wants. `push` takes what happens to the
    /// model.
    pub fn new(
        address: Option<String>,
        choice: EncoderChoice,
        device: DeviceChoice,
        keep: bool,
        load_gpu: Function,
        push: fn(ModelEvent),
    ) -> Self {
        Self {
            address: address.filter(|_| choice != EncoderChoice::Static),
            is_required: choice == EncoderChoice::Bert,
            device,
            keep,
            load_gpu,
            push,
            state: State::Absent,
            is_catalog_loaded: false,
            is_idle: false,
            is_asked: Rc::default(),
            reported: None,
        }
    }

    /// The catalogue is loaded: the model comes next.
    pub fn catalog_loaded(&mut self) {
        self.is_catalog_loaded = true;
        self.advance();
    }

    /// Notes whether a command needs the model, or says that the page is idle.
    pub fn observe(&mut self, command: &Command) {
        if command.needs_model() {
            self.is_asked.set(true);
            if matches!(command, Command::Prepare { .. }) {
                self.reported = None; // the page waits for the answer
            }
        } else if matches!(command, Command::Prepare { .. }) {
            self.is_idle = true;
        } else {
            return;
        }
        self.advance();
    }

    /// Notes that the model could not be loaded. Returns the error for the page, if somebody waits for the model.
    pub fn failed(&mut self, problem: Problem) -> Option<Problem> {
        self.state = State::Absent;
        self.is_idle = false; // not tried again before somebody asks
        self.report(AbsenceReason::Failed { problem: problem.code.clone(), why: problem.detail.clone() });
        if self.is_asked.replace(false) || self.is_required {
            return Some(Problem { fatal: false, ..problem });
        }
        warn(&problem.detail);
        None
    }

    /// Takes the outcome of the check, unless somebody asked for the model meanwhile.
    pub fn checked(&mut self, objection: Option<AbsenceReason>) {
        if self.state != State::Checking {
            return;
        }
        self.state = State::Absent;
        match objection {
            None => self.start(),
            Some(reason) => self.report(reason),
        }
    }

    fn advance(&mut self) {
        match self.state {
            _ if self.address.is_none() => self.report(AbsenceReason::Disabled),
            _ if !self.is_catalog_loaded => {}
            State::Started => {}
            _ if self.is_required || self.is_asked.get() => self.start(),
            State::Absent if self.is_idle => self.check(),
            State::Absent => self.report(AbsenceReason::NotNeeded),
            State::Checking => {}
        }
    }

    /// Checks whether the device can afford the model. One in the cache costs nothing.
    fn check(&mut self) {
        let Some(address) = self.address.clone() else { return };
        self.state = State::Checking;
        let (keep, push) = (self.keep, self.push);
        spawn_local(async move {
            let objection = match objection() {
                Some(_) if keep && is_model_cached(&address).await => None,
                objection => objection,
            };
            push(ModelEvent::Checked(objection));
        });
    }

    fn start(&mut self) {
        let Some(address) = self.address.clone() else { return };
        self.state = State::Started;
        self.report(AbsenceReason::Loading);
        let (keep, device, load_gpu, push) = (self.keep, self.device, self.load_gpu.clone(), self.push);
        let is_asked = self.is_asked.clone();
        let send = move |update| {
            if is_asked.get() {
                send_updates(vec![update]);
            }
        };
        spawn_local(async move {
            if let Err(problem) = open(&address, keep, device, load_gpu, Rc::new(send), push).await {
                push(ModelEvent::Loaded(Err(problem)));
            }
        });
    }

    /// Tells the page why there is no model, unless it knows.
    fn report(&mut self, reason: AbsenceReason) {
        if self.reported.as_ref() != Some(&reason) {
            self.reported = Some(reason.clone());
            send_updates(vec![Update::ModelAbsent { reason }]);
        }
    }
}

/// Opens the model on the CPU first, so that the visitor does not wait, and then tests the GPU.
async fn open(
    address: &str,
    keep: bool,
    choice: DeviceChoice,
    load_gpu: Function,
    send: Rc<dyn Fn(Update)>,
    push: fn(ModelEvent),
) -> Result<(), Problem> {
    let files = load_model(address, keep, send).await?;
    let device = load_cpu(&files).await?;
    let (probes, cpu) = device.baseline();
    let (probes, cpu) = (probes.clone(), cpu.clone());
    let mut opener = files.opener(load_gpu);
    let model = Model::new(&files.manifest, files.tokenizer, device).with_probes(&files.probes);
    push(ModelEvent::Loaded(Ok(Box::new(model))));
    let trial = try_gpu(&mut opener, encoder_choice(choice), &probes, &cpu, now_ms).await;
    push(ModelEvent::GpuTried(Box::new((trial, opener))));
    Ok(())
}
