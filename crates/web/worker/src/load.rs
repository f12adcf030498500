//! Loads a catalogue or a model from its URL: fetches, verifies and decodes its files. Must not know sessions.

mod catalog;
mod model;
mod on_device;

use std::{cell::Cell, rc::Rc};

pub use catalog::{LoadedCatalog, Sheets, WordVectorsFile, load_catalog};
pub use model::{ModelFiles, is_model_cached, load_model};

use super::scope::now_ms;
use nearmind_core::protocol::{Stage, Update};

/// Sends the page an update that does not answer a message.
pub type SendUpdate = Rc<dyn Fn(Update)>;

/// Sums the progress of a stage's parallel downloads and reports it to the page, at most every 100 ms and at the end.
struct Progress {
    stage: Stage,
    /// Bytes of all files.
    total: f64,
    /// Bytes received.
    done: Cell<f64>,
    last_sent_ms: Cell<f64>,
    send: SendUpdate,
}

impl Progress {
    const INTERVAL_MS: f64 = 100.0;

    fn new(stage: Stage, total: f64, send: SendUpdate) -> Rc<Self> {
        let last_sent_ms = Cell::new(f64::NEG_INFINITY);
        Rc::new(Self { stage, total, done: Cell::new(0.0), last_sent_ms, send })
    }

    /// Returns the progress callback of one file. It takes the number of the file's bytes received so far; that number
    /// drops when the download starts again.
    fn track_file(self: &Rc<Self>) -> impl Fn(f64) + 'static {
        let (progress, before) = (self.clone(), Cell::new(0.0));
        move |bytes| progress.add(bytes - before.replace(bytes))
    }

    fn add(&self, bytes: f64) {
        let (done, now) = (self.done.get() + bytes, now_ms());
        self.done.set(done);
        if now - self.last_sent_ms.get() >= Self::INTERVAL_MS || done >= self.total {
            self.last_sent_ms.set(now);
            (self.send)(Update::Progress { stage: self.stage, done, total: self.total });
        }
    }
}

/// Returns the URL of the folder that holds the files, and the URL of their manifest. `address` is either a folder, which
/// ends in `/` and holds a manifest.json, or the manifest itself.
fn folder_and_manifest(address: &str) -> (&str, String) {
    let folder = address.rfind('/').map_or("", |end| &address[..=end]);
    let manifest = if folder.len() == address.len() { format!("{folder}manifest.json") } else { address.to_owned() };
    (folder, manifest)
}
