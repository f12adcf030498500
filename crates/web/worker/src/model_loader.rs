//! Decides when the model is fetched, and fetches it: at most once at a time, and never before the catalogue, which the first
//! cards need. Must not know what a model is used for.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen_futures::spawn_local;

use super::{
    device_limits::objection,
    error::warn,
    load::{is_model_cached, load_model},
    remote_model::{ModuleLoaders, RemoteModel},
    wire::send_updates,
};
use nearmind_core::protocol::{AbsenceReason, Command, DeviceChoice, EncoderChoice, Problem, Update};

/// What happened to the model.
pub enum ModelEvent {
    /// Nobody asked for the model: why it should not be fetched then, if there is a reason.
    Checked(Option<AbsenceReason>),
    /// It was loaded on the CPU.
    Loaded(Result<Box<RemoteModel>, Problem>),
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
    modules: ModuleLoaders,
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
        modules: ModuleLoaders,
        push: fn(ModelEvent),
    ) -> Self {
        Self {
            address: address.filter(|_| choice != EncoderChoice::Static),
            is_required: choice == EncoderChoice::Bert,
            device,
            keep,
            modules,
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
        let (keep, device, modules, push) = (self.keep, self.device, self.modules.clone(), self.push);
        let is_asked = self.is_asked.clone();
        let send = move |update| {
            if is_asked.get() {
                send_updates(vec![update]);
            }
        };
        spawn_local(async move {
            push(ModelEvent::Loaded(open(&address, keep, device, modules, Rc::new(send)).await));
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

/// Fetches the encoder module and the model, and opens the model on the CPU.
async fn open(
    address: &str,
    keep: bool,
    device: DeviceChoice,
    modules: ModuleLoaders,
    send: Rc<dyn Fn(Update)>,
) -> Result<Box<RemoteModel>, Problem> {
    let exports = modules.fetch_encoder();
    let files = load_model(address, keep, send).await?;
    Ok(Box::new(RemoteModel::load(files, exports.join().await?, device, &modules.gpu).await?))
}
