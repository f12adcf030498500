//! A catalogue or a model from its address: files fetched, checked and decoded. Must not know sessions.

mod catalog;
mod model;
mod on_device;

use std::{cell::Cell, rc::Rc};

pub use catalog::{Sheets, catalog};
pub use model::{Coming, ModelFiles, model};

use super::scope::now_ms;
use nearmind_core::protocol::{Stage, Update};

/// Tells the page something that it did not ask for just now.
pub type Say = fn(Update);

/// Says how far a stage is, a few times a second, while its files come side by side.
struct Progress {
    stage: Stage,
    total: f64,
    done: Cell<f64>,
    said_ms: Cell<f64>,
    say: Say,
}

impl Progress {
    const EVERY_MS: f64 = 100.0;

    fn new(stage: Stage, total: f64, say: Say) -> Rc<Self> {
        let said_ms = Cell::new(f64::NEG_INFINITY);
        Rc::new(Self { stage, total, done: Cell::new(0.0), said_ms, say })
    }

    /// Hears of one of the files how many bytes of it are here; fewer than before when it starts again.
    fn file(self: &Rc<Self>) -> impl Fn(f64) + 'static {
        let (progress, before) = (self.clone(), Cell::new(0.0));
        move |bytes| progress.add(bytes - before.replace(bytes))
    }

    fn add(&self, bytes: f64) {
        let (done, now) = (self.done.get() + bytes, now_ms());
        self.done.set(done);
        if now - self.said_ms.get() >= Self::EVERY_MS || done >= self.total {
            self.said_ms.set(now);
            (self.say)(Update::Progress { stage: self.stage, done, total: self.total });
        }
    }
}

/// The folder that the files lie in, and the address of their manifest: that of a folder (it ends in `/`) with a
/// manifest.json, or of the manifest itself.
fn places(address: &str) -> (&str, String) {
    let folder = address.rfind('/').map_or("", |end| &address[..=end]);
    let manifest = if folder.len() == address.len() { format!("{folder}manifest.json") } else { address.to_owned() };
    (folder, manifest)
}
