//! A whole visit without a browser: a wish, a view, and the list after each.
//!
//! ```sh
//! cargo run --example bake
//! cargo run --example visit
//! ```

use std::{fs, io, path::Path};

use anyhow::{Context, Result};
use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::{
    catalog::{Catalog, Manifest},
    profile::{Event, EventName},
    protocol::{Card, Command, DeviceReason, DeviceReport, ShelfRequest, Update},
};
use nearmind_encoder::Model;
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

fn main() -> Result<()> {
    let native = NativeModel::load(Path::new("models/minilm"), DeviceArg::Cpu)?;
    let model = Model::new(&native.manifest, native.tokenizer, native.device).with_probes(&native.probes);
    // In a browser the log is in IndexedDB; here it is in memory.
    let mut session = Session::new(MemoryStore::default());
    block_on(session.apply(Command::open_local().at(0.0, "en")));
    block_on(session.set_catalog(read_catalog(Path::new("target/example-catalog"))?));
    block_on(session.set_model(model, report()));

    let request = ShelfRequest { limit: 3, lang: "en".to_owned(), ..ShelfRequest::default() };
    let shelf = Command::Shelf { shelf: "for-you".to_owned(), request };
    let wish = Event::for_text(EventName::Wish, "something to make coffee with", 1000.0);
    let view = Event::for_item(EventName::ViewItem, "tea-sencha", 60_000.0);
    for command in [shelf, Command::Track { event: wish }, Command::Track { event: view }] {
        let now_ms = 120_000.0;
        for update in block_on(session.apply(command.at(now_ms, "en"))) {
            if let Update::Shelf(list) = update {
                // A title is in parts, so that a page can highlight words.
                let title = |card: &Card| card.title.iter().map(|part| part.text.as_str()).collect::<String>();
                let titles: Vec<String> = list.cards.iter().map(title).collect();
                println!("{:?}: {}", list.basis, titles.join(", "));
            }
        }
    }
    Ok(())
}

fn read_catalog(folder: &Path) -> Result<Catalog> {
    let json = fs::read(folder.join("manifest.json")).context("`cargo run --example bake` makes the catalogue")?;
    let manifest = Manifest::parse(&json)?;
    let files: io::Result<Vec<_>> = manifest.files().iter().map(|file| fs::read(folder.join(&file.file))).collect();
    Ok(manifest.open(&files?)?)
}

/// What a page would show about the device.
fn report() -> DeviceReport {
    let detail = "the CPU of this machine".to_owned();
    DeviceReport { device: "cpu".to_owned(), detail, reason: DeviceReason::Untried, cpu_ms: None, gpu_ms: None }
}
