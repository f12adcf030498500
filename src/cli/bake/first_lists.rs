//! Writes the lists of a first visit, which are the same for every visitor without a history. A page draws them while the
//! recommender is loading, so that it need not wait for the catalogue.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};

use crate::cli::folder;
use nearmind_core::{
    catalog::{Catalog, Manifest, manifest::FileEntry},
    protocol::{Command, Shelf, ShelfRequest, Update},
};
use nearmind_encoder::{Model, cpu::CpuModel};
use nearmind_session::{MemoryStore, Session};

/// The cards of a first list: as many as a shelf has by default. Some 2 KB, compressed.
const CARDS: usize = 12;
/// A larger catalogue has no first lists, because its bake does not hold it in memory.
const MAX_ITEMS: usize = 100_000;

/// Writes a first list for each language of the catalogue whose files are in `folder`. Returns the manifest's entries.
pub fn write_first_lists(folder: &Path, manifest: &Manifest) -> Result<BTreeMap<String, FileEntry>> {
    if manifest.count > MAX_ITEMS {
        return Ok(BTreeMap::new());
    }
    let lists = first_lists(folder::open(folder, manifest)?, &manifest.languages)?;
    let write = |(lang, list): (String, Shelf)| {
        let json = serde_json::to_vec(&list)?;
        let entry = FileEntry::new(&format!("first-list-{lang}"), "json", &json);
        folder::write_file(folder, &entry.file, &json)?;
        Ok((lang, entry))
    };
    lists.into_iter().map(write).collect()
}

/// The lists that a session shows to a visitor without a history, by language.
fn first_lists(catalog: Catalog, languages: &[String]) -> Result<Vec<(String, Shelf)>> {
    let mut session: Session<Model<CpuModel>, MemoryStore> = Session::new(MemoryStore::default());
    pollster::block_on(session.set_catalog(catalog));
    let mut list = |lang: &String| {
        let request = ShelfRequest { limit: CARDS, lang: lang.clone(), ..ShelfRequest::default() };
        let command = Command::Shelf { shelf: String::new(), request };
        let updates = pollster::block_on(session.apply(command.at(0.0, lang)));
        let shelf =
            updates.into_iter().find_map(|update| if let Update::Shelf(shelf) = update { Some(shelf) } else { None });
        Ok((lang.clone(), Shelf { revision: 0, ..shelf.context("the session returned no list")? }))
    };
    languages.iter().map(&mut list).collect()
}
