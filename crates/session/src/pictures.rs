//! The picture of a card: the shop's own address, or the small picture that came with the catalogue.
//!
//! Private pictures arrive sheet by sheet, possibly after the cards: the cards that wait for one are remembered. Must
//! not know how sheets are fetched.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};

use nearmind_core::{
    catalog::{Catalog, ItemRef, Sheet},
    protocol::{CardPicture, PictureSource},
};

#[derive(Default)]
pub struct Pictures {
    source: PictureSource,
    sheets: Vec<Sheet>,
    /// Rows whose cards were sent without a picture.
    awaited: BTreeSet<u32>,
}

impl Pictures {
    pub fn new(source: PictureSource) -> Self {
        Self { source, ..Self::default() }
    }

    /// The picture's address for the card of `item` at `row`. With private pictures it is a `data:` address, or empty
    /// until the picture has arrived: no request may tell a host what is recommended.
    pub fn address(&mut self, item: ItemRef, row: u32) -> String {
        let own = item.image();
        if self.source == PictureSource::Shop || own.starts_with("data:") {
            return own;
        }
        let small = self.sheets.iter().find_map(|sheet| sheet.get(row)).map(data_url);
        small.unwrap_or_else(|| {
            self.awaited.insert(row);
            String::new()
        })
    }

    /// Takes a sheet, and returns its pictures that cards wait for.
    pub fn add(&mut self, sheet: Sheet, catalog: &Catalog) -> Vec<CardPicture> {
        let rows: Vec<u32> =
            self.awaited.range(sheet.rows()).copied().filter(|row| (*row as usize) < catalog.len()).collect();
        let picture =
            |row: u32| Some(CardPicture { item: catalog.item(row).id().to_owned(), image: data_url(sheet.get(row)?) });
        let pictures: Vec<CardPicture> = rows.iter().filter_map(|row| picture(*row)).collect();
        rows.iter().for_each(|row| _ = self.awaited.remove(row));
        self.sheets.push(sheet);
        pictures
    }

    /// Removes all sheets: another catalogue has other rows.
    pub fn clear(&mut self) {
        self.sheets.clear();
        self.awaited.clear();
    }
}

fn data_url(webp: &[u8]) -> String {
    format!("data:image/webp;base64,{}", STANDARD.encode(webp))
}
