//! What the shop sells: items, their vectors and the index of their words, as one value.
//!
//! Must not know visitors, nor read or write anything.

pub mod bytes; //    reading and writing the pack's binary files
pub mod document; // the one text of an item that is encoded
pub mod fields; //   brand, category and price as numbers
pub mod item;
pub mod make; //     items and vectors -> catalogue
pub mod manifest; // which files make a pack
pub mod mixture; //  how much each part of a score counts
pub mod pack; //     a catalogue to files, and back
pub mod relations; // which item follows which

use std::collections::BTreeMap;

pub use document::{Document, document};
pub use fields::Fields;
pub use item::{Availability, Item, Words};
pub use make::make;
pub use manifest::{Manifest, ModelName, PackError};
pub use mixture::Mixture;
pub use pack::Pack;
pub use relations::Relations;

use crate::{
    text::{Dictionary, Index, Segmenter},
    vectors::{Centre, Matrix},
};

/// Row r of `matrix` and of `index` belongs to `items[r]`; items are sorted by id.
pub struct Catalog {
    pub items: Vec<Item>,
    /// Centred unit vectors. `[N, H]`
    pub matrix: Matrix,
    /// The map that made them so; the visitor's texts go through it too.
    pub centre: Centre,
    /// Over the words of all languages of an item; its titles count twice.
    pub index: Index,
    pub dictionary: Dictionary,
    pub segmenter: Segmenter,
    /// The model that encoded the items. Vectors of another model cannot be compared with these.
    pub model: ModelName,
    /// Brand, category and price of the items.
    pub fields: Fields,
    /// What visitors did, where a shop has learned it.
    pub relations: Option<Relations>,
    pub mixture: Mixture,
    rows: BTreeMap<String, u32>,
}

impl Catalog {
    /// `items` sorted by id and as many as `matrix` and `index` have rows.
    pub fn new(
        items: Vec<Item>,
        (matrix, centre): (Matrix, Centre),
        (index, dictionary): (Index, Dictionary),
        model: ModelName,
    ) -> Self {
        let rows = items.iter().enumerate().map(|(row, item)| (item.id.clone(), row as u32)).collect();
        let segmenter = Segmenter::new(&dictionary);
        let fields = Fields::new(&items);
        let (relations, mixture) = (None, Mixture::default());
        Self { items, matrix, centre, index, dictionary, segmenter, model, fields, relations, mixture, rows }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn row(&self, id: &str) -> Option<u32> {
        self.rows.get(id).copied()
    }

    pub fn item(&self, row: u32) -> &Item {
        &self.items[row as usize]
    }
}
