//! A catalogue or a model from its address: files fetched, checked and decoded. Must not know sessions.

mod catalog;
mod model;

use std::cell::Cell;

pub use catalog::catalog;
pub use model::{Coming, ModelFiles, model};

use super::scope::now_ms;
use crate::protocol::{Stage, Update};

/// Tells the page something that it did not ask for just now.
pub type Say = fn(Update);

/// Says how far a stage of several files is, a few times a second.
struct Progress {
    stage: Stage,
    total: f64,
    /// Of the files before the one that is coming.
    before: Cell<f64>,
    said_ms: Cell<f64>,
    say: Say,
}

impl Progress {
    const EVERY_MS: f64 = 100.0;

    fn new(stage: Stage, total: f64, say: Say) -> Self {
        Self { stage, total, before: Cell::new(0.0), said_ms: Cell::new(f64::NEG_INFINITY), say }
    }

    /// Bytes of the file that is coming.
    fn at(&self, bytes: f64) {
        let (done, now) = (self.before.get() + bytes, now_ms());
        if now - self.said_ms.get() >= Self::EVERY_MS || done >= self.total {
            self.said_ms.set(now);
            (self.say)(Update::Progress { stage: self.stage, done, total: self.total });
        }
    }

    /// A file of this size is here.
    fn file(&self, bytes: f64) {
        self.before.set(self.before.get() + bytes);
    }
}

/// The folder that the files lie in, and the address of their manifest: that of a folder (it ends in `/`) with a
/// manifest.json, or of the manifest itself.
fn places(address: &str) -> (&str, String) {
    let folder = address.rfind('/').map_or("", |end| &address[..=end]);
    let manifest = if folder.len() == address.len() { format!("{folder}manifest.json") } else { address.to_owned() };
    (folder, manifest)
}
