//! The worker's loop: one job at a time in the order of arrival, and between them, a slice at a time, the work that
//! nobody waits for. Must not know what a command means.
//!
//! In: `{id, command}`. Out: `{id, updates}` or `{id, error}`; what nobody asked for just now has the id null.

use std::rc::Rc;

use js_sys::Function;
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    error::{fatal, words},
    load,
    queue::Queue,
    scope::{scope, turn},
    store::LogStore,
};
use crate::{
    catalog::Catalog,
    encoder::cpu::CpuModel,
    protocol::{Command, Problem, Update},
    session,
};

type Session = session::Session<CpuModel, LogStore>;

enum Job {
    Message(JsValue),
    Catalog(Result<Box<Catalog>, Problem>),
}

thread_local! {
    static JOBS: Rc<Queue<Job>> = Rc::default();
}

/// Called once, before the first message. `load_gpu` returns a promise of the GPU module, or of null.
#[wasm_bindgen]
pub fn start(load_gpu: Function) {
    console_error_panic_hook::set_once();
    spawn_local(run(JOBS.with(Rc::clone), load_gpu));
}

/// A message from the page.
#[wasm_bindgen]
pub fn receive(message: JsValue) {
    JOBS.with(|jobs| jobs.push(Job::Message(message)));
}

async fn run(jobs: Rc<Queue<Job>>, load_gpu: Function) {
    let mut session: Option<Session> = None;
    loop {
        match jobs.pop() {
            Some(job) => answer(&mut session, job, &load_gpu).await,
            None => match background(&mut session).await {
                Some(updates) => {
                    say(updates);
                    turn().await; // messages that came meanwhile go first
                }
                None => {
                    let job = jobs.next().await;
                    answer(&mut session, job, &load_gpu).await;
                }
            },
        }
    }
}

async fn background(session: &mut Option<Session>) -> Option<Vec<Update>> {
    session.as_mut()?.work().await
}

async fn answer(session: &mut Option<Session>, job: Job, load_gpu: &Function) {
    match (job, session) {
        (Job::Message(message), session) => {
            let (id, outcome) = match from_value::<Message>(message) {
                Ok(message) => (message.id, command(session, message.command, load_gpu).await),
                Err(error) => {
                    let problem = fatal("message", format!("The page sent what this version cannot read: {error}."));
                    (JsValue::NULL, Err(problem))
                }
            };
            match outcome {
                Ok(updates) => post(&Answer { id, updates }),
                Err(error) => post(&Refusal { id, error }),
            }
        }
        (Job::Catalog(Ok(catalog)), Some(session)) => say(session.set_catalog(*catalog).await),
        (Job::Catalog(Err(problem)), _) => say(vec![Update::Error(problem)]),
        (Job::Catalog(Ok(_)), None) => {}
    }
}

async fn command(
    session: &mut Option<Session>,
    command: Command,
    _load_gpu: &Function,
) -> Result<Vec<Update>, Problem> {
    match (&command, session.as_mut()) {
        (Command::Open { catalog, persist, .. }, None) => {
            load_catalog(catalog.clone(), *persist);
            let session = session.insert(Session::new(LogStore::open(*persist).await));
            Ok(session.apply(command).await)
        }
        (Command::Open { .. }, Some(_)) | (_, None) => {
            Err(fatal("order", "The page must send one `open` to a worker, before anything else."))
        }
        (_, Some(session)) => Ok(session.apply(command).await),
    }
}

fn load_catalog(address: String, keep: bool) {
    let jobs = JOBS.with(Rc::clone);
    spawn_local(async move {
        {
            let loaded = load::catalog(&address, keep, |update| say(vec![update])).await;
            jobs.push(Job::Catalog(loaded.map(Box::new)));
        }
    });
}

fn say(updates: Vec<Update>) {
    if !updates.is_empty() {
        post(&Answer { id: JsValue::NULL, updates });
    }
}

fn post(message: &impl Serialize) {
    let posted = message
        .serialize(&Serializer::json_compatible())
        .map_err(JsValue::from)
        .and_then(|message| scope().post_message(&message));
    if let Err(thrown) = posted {
        web_sys::console::error_1(&format!("nearmind: an answer was not delivered: {}", words(&thrown)).into());
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    command: Command,
}

#[derive(Serialize)]
struct Answer {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    updates: Vec<Update>,
}

#[derive(Serialize)]
struct Refusal {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    id: JsValue,
    error: Problem,
}
