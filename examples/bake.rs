//! Reads a feed, encodes its items and writes a catalogue that a shelf can load: what `nearmind bake` does, without its
//! cache and its reports.
//!
//! ```sh
//! cargo xtask models minilm
//! cargo run --example bake
//! ```

use std::{fs, fs::File, io, path::Path};

use anyhow::Result;
use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::{
    catalog::{Item, Pack, build_catalog, build_document},
    text::Dictionary,
};
use nearmind_encoder::manifest::Role;
use nearmind_feeds::{Import, Options};

fn main() -> Result<()> {
    // The items wait here until the whole feed is read; a file does the same for a large feed.
    let spool = io::Cursor::new(Vec::new());
    let mut import = Import::new(Options::default(), spool);
    let feed = Path::new("docs/samples/products.csv");
    import.read_feed("products.csv", Box::new(File::open(feed)?), &mut |_| ())?;
    let (mut items, report) = import.finish()?;
    eprint!("{report}");

    let items: Vec<Item> = items.iter().collect::<io::Result<_>>()?;
    let texts: Vec<String> = items.iter().map(|item| build_document(item).text).collect();
    let mut model = NativeModel::load(Path::new("models/minilm"), DeviceArg::Cpu)?;
    let vectors = model.encode(&texts, Role::Passage)?;

    // Chinese items would need the words of a dictionary here.
    let catalog =
        build_catalog(items.into_iter().zip(vectors).collect(), Dictionary::default(), model.manifest.model_name());
    let (pack, folder) = (Pack::new(&catalog), Path::new("target/example-catalog"));
    fs::create_dir_all(folder)?;
    for (name, bytes) in &pack.files {
        fs::write(folder.join(name), bytes)?;
    }
    fs::write(folder.join("manifest.json"), pack.manifest.to_json())?;
    println!("{} items in {}", catalog.len(), folder.display());
    Ok(())
}
