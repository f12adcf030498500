//! The worker's loop: handles one job at a time in the order of arrival and, between jobs, does background work in small
//! steps. Must not know what a command means.

use std::{cell::OnceCell, rc::Rc};

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    embed::Embedder,
    error::{fatal, warn},
    load::{self, LoadedCatalog, Sheets, WordVectorsFile},
    model_loader::{ModelEvent, ModelLoader},
    remote_model::{GpuOutcome, ModuleLoaders, RemoteModel, read_report},
    scope::yield_to_event_loop,
    store::LogStore,
    wire::{Message, answer, answer_embed, refuse, send_updates},
    word_vectors_loader::WordVectorsLoader,
};
use nearmind_core::{
    catalog::{Catalog, Sheet, WordVectors},
    protocol::{Command, Envelope, PictureSource, Problem, Update},
};

type Session = nearmind_session::Session<RemoteModel, LogStore>;

enum Job {
    Message(JsValue),
    Catalog(Result<Box<(Catalog, Option<WordVectorsFile>)>, Problem>),
    WordVectors(WordVectors),
    Pictures(Sheet),
    Model(ModelEvent),
    /// The GPU was tested, or opened again after it was lost, while the CPU answered.
    Gpu(GpuOutcome),
}

thread_local! {
    static JOBS: OnceCell<UnboundedSender<Job>> = const { OnceCell::new() };
}

/// Starts the worker. JavaScript calls it once, before the first message. `load_encoder` returns a promise of the encoder
/// module, `load_gpu` one of the GPU module, or of null if there is no adapter.
#[wasm_bindgen]
pub fn start(load_encoder: Function, load_gpu: Function) {
    console_error_panic_hook::set_once();
    let (sender, jobs) = unbounded();
    JOBS.with(|jobs| jobs.set(sender)).expect("the worker starts once");
    let modules = ModuleLoaders { encoder: load_encoder, gpu: load_gpu };
    let worker = Worker {
        modules,
        session: None,
        words: WordVectorsLoader::new(push_words),
        model: None,
        reported: None,
        embedder: None,
    };
    spawn_local(worker.run(jobs));
}

/// Queues a message from the page.
#[wasm_bindgen]
pub fn receive(message: JsValue) {
    push(Job::Message(message));
}

fn push(job: Job) {
    JOBS.with(|jobs| jobs.get().is_some_and(|jobs| jobs.unbounded_send(job).is_ok()));
}

fn push_words(words: WordVectors) {
    push(Job::WordVectors(words));
}

struct Worker {
    modules: ModuleLoaders,
    session: Option<Session>,
    words: WordVectorsLoader,
    /// Exists as long as the session.
    model: Option<ModelLoader>,
    /// The last device report sent to the page, as JSON.
    reported: Option<String>,
    embedder: Option<Embedder>,
}

impl Worker {
    async fn run(mut self, mut jobs: UnboundedReceiver<Job>) {
        loop {
            let job = match jobs.try_recv() {
                Ok(job) => job,
                Err(_) => match self.background().await {
                    Some(updates) => {
                        send_updates(updates);
                        self.report_device();
                        self.start_gpu_task();
                        yield_to_event_loop().await; // messages that arrived meanwhile go first
                        continue;
                    }
                    None => {
                        self.send_warnings(); // only when idle: a busy page may still send more
                        let Ok(job) = jobs.recv().await else { return };
                        job
                    }
                },
            };
            self.handle(job).await;
            self.report_device();
            self.start_gpu_task();
        }
    }

    /// Sends the session's warnings, which the page logs for its developer.
    fn send_warnings(&mut self) {
        send_updates(self.session.as_mut().map_or_else(Vec::new, Session::warnings));
    }

    async fn background(&mut self) -> Option<Vec<Update>> {
        self.session.as_mut()?.work().await
    }

    async fn handle(&mut self, job: Job) {
        match (job, self.session.as_mut()) {
            (Job::Message(message), _) => self.handle_message(message).await,
            (Job::Catalog(Ok(loaded)), Some(session)) => {
                let (catalog, word_vectors) = *loaded;
                send_updates(session.set_catalog(catalog).await);
                self.words.catalog_loaded(word_vectors);
                self.model.iter_mut().for_each(ModelLoader::catalog_loaded);
            }
            (Job::WordVectors(words), Some(session)) => send_updates(session.set_word_vectors(words).await),
            (Job::Pictures(sheet), Some(session)) => send_updates(session.add_pictures(sheet)),
            (Job::Model(event), Some(_)) => self.handle_model(event).await,
            (Job::Gpu(outcome), Some(session)) => {
                if let Some(model) = session.model() {
                    model.apply(outcome);
                }
            }
            (Job::Catalog(Err(problem)), _) => send_updates(vec![Update::Error(problem)]),
            // Cannot happen: loading starts after the session exists, and the session is never dropped.
            (Job::Catalog(Ok(_)) | Job::WordVectors(_) | Job::Pictures(_) | Job::Model(_) | Job::Gpu(_), None) => {}
        }
    }

    async fn handle_model(&mut self, event: ModelEvent) {
        let (Some(session), Some(loader)) = (self.session.as_mut(), self.model.as_mut()) else { return };
        match event {
            ModelEvent::Checked(objection) => loader.checked(objection),
            ModelEvent::Loaded(Ok(model)) => {
                let report = model.report_json();
                match read_report(&report) {
                    Ok(device) => send_updates(session.set_model(*model, device).await),
                    Err(problem) => send_updates(vec![Update::Error(problem)]),
                }
                self.reported = Some(report);
            }
            ModelEvent::Loaded(Err(problem)) => {
                send_updates(loader.failed(problem).map(Update::Error).into_iter().collect());
            }
        }
    }

    async fn handle_message(&mut self, message: JsValue) {
        let id = js_sys::Reflect::get(&message, &"id".into()).unwrap_or(JsValue::NULL);
        match Message::parse(message) {
            Ok(Message::Command(envelope)) => {
                let writes = envelope.command.changes_log();
                match self.handle_command(envelope).await {
                    Ok(updates) => answer(id, updates, writes),
                    Err(problem) => refuse(id, problem),
                }
            }
            Ok(Message::Embed(request)) => match Embedder::embed(&mut self.embedder, request, &self.modules).await {
                Ok(response) => answer_embed(id, response),
                Err(problem) => refuse(id, problem),
            },
            Err(problem) => refuse(id, problem),
        }
    }

    async fn handle_command(&mut self, envelope: Envelope) -> Result<Vec<Update>, Problem> {
        let session = match (&envelope.command, self.session.as_mut()) {
            (Command::Open { catalog, model, encoder, device, persist, pictures, .. }, None) => {
                load_catalog(catalog.clone(), *persist, *pictures);
                let (modules, push) = (self.modules.clone(), |event| push(Job::Model(event)));
                self.model = Some(ModelLoader::new(model.clone(), *encoder, *device, *persist, modules, push));
                self.session.insert(Session::new(LogStore::open(*persist)))
            }
            (Command::Open { .. }, Some(_)) | (_, None) => {
                return Err(fatal("order", ""));
            }
            (_, Some(session)) => session,
        };
        self.words.observe(&envelope.command);
        if let Some(model) = &mut self.model {
            model.observe(&envelope.command);
        }
        Ok(session.apply(envelope).await)
    }

    /// Starts what there is to do with the GPU, while the CPU answers.
    fn start_gpu_task(&mut self) {
        if let Some(task) = self.session.as_mut().and_then(Session::model).and_then(|model| model.gpu_task()) {
            spawn_local(async move {
                if let Some(outcome) = task.run().await {
                    push(Job::Gpu(outcome));
                }
            });
        }
    }

    /// Tells the page if the encoder's device has changed, and why.
    fn report_device(&mut self) {
        let Some(report) = self.session.as_mut().and_then(Session::model).map(|model| model.report_json()) else {
            return;
        };
        if self.reported.as_ref() != Some(&report) {
            send_updates(read_report(&report).map(|device| Update::ModelReady { device }).into_iter().collect());
            self.reported = Some(report);
        }
    }
}

/// Loads the catalogue, and then the private pictures, if the page shows them.
fn load_catalog(address: String, keep: bool, pictures: PictureSource) {
    spawn_local(async move {
        match load::load_catalog(&address, keep, Rc::new(|update| send_updates(vec![update]))).await {
            Ok(LoadedCatalog { catalog, word_vectors, sheets }) => {
                push(Job::Catalog(Ok(Box::new((catalog, word_vectors)))));
                if pictures == PictureSource::Private {
                    fetch_pictures(sheets).await;
                }
            }
            Err(problem) => push(Job::Catalog(Err(problem))),
        }
    });
}

/// Fetches the sheets of private pictures. If one fails, its cards have no picture, and the console says why.
async fn fetch_pictures(sheets: Sheets) {
    if sheets.is_empty() {
        warn("this catalogue has no private pictures: bake it with --pictures, or leave pictures=\"private\" out");
    }
    let take = |sheet: Result<Sheet, Problem>| match sheet {
        Ok(sheet) => push(Job::Pictures(sheet)),
        Err(problem) => warn(&problem.detail),
    };
    sheets.fetch(take).await;
}
