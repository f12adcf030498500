//! The worker's loop: one job at a time in the order of arrival, and between them, a slice at a time, the work that
//! nobody waits for. Must not know what a command means.

use std::cell::OnceCell;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    devices::{Device, asked, on_cpu, told},
    embed::Embedder,
    error::{fatal, warn},
    gpu_remote::{OpenRemote, RemoteGpu},
    load::{self, Coming, Sheets},
    scope::{now_ms, turn},
    store::LogStore,
    wire::{Message, answer, answer_embed, refuse, say},
};
use nearmind_core::{
    catalog::{Catalog, Sheet},
    protocol::{Command, DeviceChoice, Envelope, PictureSource, Problem, Update},
};
use nearmind_encoder::device::{GpuTrial, Report, try_gpu};
use nearmind_session::Model;

type Session = nearmind_session::Session<Device, LogStore>;

enum Job {
    Message(JsValue),
    Catalog(Result<Box<Catalog>, Problem>),
    Pictures(Sheet),
    Model(Result<Box<Model<Device>>, Problem>),
    /// The GPU was tried while the CPU answered.
    Tried(Box<(GpuTrial<RemoteGpu>, OpenRemote)>),
    /// The GPU that was lost was opened again, or not.
    Reopened(Option<RemoteGpu>),
}

thread_local! {
    static JOBS: OnceCell<UnboundedSender<Job>> = const { OnceCell::new() };
}

/// Called once, before the first message. `load_gpu` returns a promise of the GPU module, or of null where there is no
/// adapter.
#[wasm_bindgen]
pub fn start(load_gpu: Function) {
    console_error_panic_hook::set_once();
    let (sender, jobs) = unbounded();
    JOBS.with(|jobs| jobs.set(sender)).expect("the worker starts once");
    let worker = Worker { load_gpu, session: None, reported: None, embedder: None };
    spawn_local(worker.run(jobs));
}

/// A message from the page.
#[wasm_bindgen]
pub fn receive(message: JsValue) {
    push(Job::Message(message));
}

fn push(job: Job) {
    JOBS.with(|jobs| jobs.get().is_some_and(|jobs| jobs.unbounded_send(job).is_ok()));
}

struct Worker {
    load_gpu: Function,
    session: Option<Session>,
    /// Where the encoder runs, as the page was told last.
    reported: Option<Report>,
    embedder: Option<Embedder>,
}

impl Worker {
    async fn run(mut self, mut jobs: UnboundedReceiver<Job>) {
        loop {
            let job = match jobs.try_recv() {
                Ok(job) => job,
                Err(_) => match self.background().await {
                    Some(updates) => {
                        say(updates);
                        self.report();
                        self.reopen();
                        turn().await; // messages that came meanwhile go first
                        continue;
                    }
                    None => {
                        self.warn(); // of all that a busy page has named
                        let Ok(job) = jobs.recv().await else { return };
                        job
                    }
                },
            };
            self.take(job).await;
            self.report();
            self.reopen();
        }
    }

    /// Tells the page's developer, in the console.
    fn warn(&mut self) {
        for warning in self.session.iter_mut().flat_map(Session::warnings) {
            web_sys::console::warn_1(&format!("nearmind: {warning}").into());
        }
    }

    async fn background(&mut self) -> Option<Vec<Update>> {
        self.session.as_mut()?.work().await
    }

    async fn take(&mut self, job: Job) {
        match (job, self.session.as_mut()) {
            (Job::Message(message), _) => self.message(message).await,
            (Job::Catalog(Ok(catalog)), Some(session)) => say(session.set_catalog(*catalog).await),
            (Job::Pictures(sheet), Some(session)) => say(session.add_pictures(sheet)),
            (Job::Model(Ok(mut model)), Some(session)) => {
                let report = model.encoder().report().clone();
                let device = told(&report);
                self.reported = Some(report);
                say(session.set_model(*model, device).await);
            }
            (Job::Tried(tried), Some(session)) => {
                let (trial, opener) = *tried;
                if let Some(device) = session.encoder() {
                    device.apply_trial(trial, opener);
                }
            }
            (Job::Reopened(gpu), Some(session)) => {
                if let Some(device) = session.encoder() {
                    device.restore_gpu(gpu);
                }
            }
            (Job::Catalog(Err(problem)) | Job::Model(Err(problem)), _) => say(vec![Update::Error(problem)]),
            // Loading starts with a session, and a session stays.
            (Job::Catalog(Ok(_)) | Job::Pictures(_) | Job::Model(Ok(_)) | Job::Tried(_) | Job::Reopened(_), None) => {}
        }
    }

    async fn message(&mut self, message: JsValue) {
        let id = js_sys::Reflect::get(&message, &"id".into()).unwrap_or(JsValue::NULL);
        match Message::read(message) {
            Ok(Message::Command(envelope)) => {
                let writes = envelope.command.writes();
                match self.command(envelope).await {
                    Ok(updates) => answer(id, updates, writes),
                    Err(problem) => refuse(id, problem),
                }
            }
            Ok(Message::Embed(embed)) => match Embedder::answer(&mut self.embedder, embed, &self.load_gpu).await {
                Ok(embedded) => answer_embed(id, embedded),
                Err(problem) => refuse(id, problem),
            },
            Err(problem) => refuse(id, problem),
        }
    }

    async fn command(&mut self, envelope: Envelope) -> Result<Vec<Update>, Problem> {
        let session = match (&envelope.command, self.session.as_mut()) {
            (Command::Open { catalog, model, device, persist, pictures, .. }, None) => {
                self.load(catalog.clone(), model.clone(), *device, *persist, *pictures);
                self.session.insert(Session::new(LogStore::open(*persist)))
            }
            (Command::Open { .. }, Some(_)) | (_, None) => {
                return Err(fatal("order", "The page must send one `open` to a worker, before anything else."));
            }
            (_, Some(session)) => session,
        };
        Ok(session.apply(envelope).await)
    }

    /// Fetches catalogue and model side by side. The catalogue is decoded first: its vectors make the first cards. Their
    /// small pictures, if the page shows those, come next.
    fn load(&self, catalog: String, model: String, choice: DeviceChoice, keep: bool, pictures: PictureSource) {
        let coming = load::model(&model, keep, |update| say(vec![update]));
        let load_gpu = self.load_gpu.clone();
        spawn_local(async move {
            let loaded = load::catalog(&catalog, keep, |update| say(vec![update])).await;
            match loaded {
                Ok((catalog, sheets)) => {
                    push(Job::Catalog(Ok(Box::new(catalog))));
                    if pictures == PictureSource::Private {
                        spawn_local(fetch_pictures(sheets));
                    }
                }
                Err(problem) => push(Job::Catalog(Err(problem))),
            }
            turn().await;
            if let Err(problem) = open_model(coming, choice, load_gpu).await {
                push(Job::Model(Err(problem)));
            }
        });
    }

    /// Opens a GPU that was lost once more, while the CPU answers.
    fn reopen(&mut self) {
        if let Some(reopener) = self.session.as_mut().and_then(Session::encoder).and_then(Device::take_gpu_reopener) {
            spawn_local(async move { push(Job::Reopened(reopener.run().await)) });
        }
    }

    /// Tells the page when the encoder runs elsewhere than before, and why.
    fn report(&mut self) {
        let Some(device) = self.session.as_mut().and_then(Session::encoder) else { return };
        if self.reported.as_ref() != Some(device.report()) {
            self.reported = Some(device.report().clone());
            say(vec![Update::ModelReady { device: told(device.report()) }]);
        }
    }
}

/// Cards are drawn without a picture where it cannot be had; the console says why.
async fn fetch_pictures(sheets: Sheets) {
    if sheets.is_empty() {
        warn("this catalogue has no private pictures: bake it with --pictures, or leave pictures=\"private\" out");
    }
    let take = |sheet: Result<Sheet, Problem>| match sheet {
        Ok(sheet) => push(Job::Pictures(sheet)),
        Err(problem) => warn(&problem.message),
    };
    sheets.fetch(take).await;
}

/// First the CPU, so that the visitor need not wait; then the GPU is tried.
async fn open_model(coming: Coming, choice: DeviceChoice, load_gpu: Function) -> Result<(), Problem> {
    let files = coming.files().await?;
    let device = on_cpu(&files).await?;
    let (probes, cpu) = device.baseline();
    let (probes, cpu) = (probes.clone(), cpu.clone());
    let mut opener = files.opener(load_gpu);
    let model = Model::new(&files.manifest, files.tokenizer, device).with_probes(&files.probes);
    push(Job::Model(Ok(Box::new(model))));
    let trial = try_gpu(&mut opener, asked(choice), &probes, &cpu, now_ms).await;
    push(Job::Tried(Box::new((trial, opener))));
    Ok(())
}
