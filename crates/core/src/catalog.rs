//! What the shop sells: items, their vectors and the index of their words, as one value.
//!
//! Must not know visitors, nor read or write anything.

pub mod aliases; //  other names of items
pub mod archive; //  a pack as one file
pub mod document; // the one text of an item that is encoded
pub mod fields; //   brand, category and price as numbers
pub mod item;
pub mod items; //    all items, as their files hold them
pub mod build; //     items and vectors -> catalogue
pub mod manifest; // which files make a pack
pub mod score_weights; //  how much each part of a score counts
pub mod context_popularity; // what is chosen where and when
pub mod pack; //     a catalogue to files, and back
pub mod pictures; // small pictures of the items
pub mod relations; // which item follows which

pub use aliases::Aliases;
pub use build::build_catalog;
pub use context_popularity::ContextPopularity;
pub use document::{Document, build_document};
pub use fields::Fields;
pub use item::{Availability, Item, ItemText};
pub use items::{ItemRef, Items};
pub use manifest::{Manifest, ModelName, PackError};
pub use pack::Pack;
pub use pictures::Sheet;
pub use relations::Relations;
pub use score_weights::ScoreWeights;

use std::collections::BTreeSet;

use crate::{
    text::{Dictionary, Index, Segmenter},
    vectors::{Centre, Matrix},
};

/// Row r of `matrix` and of `index` belongs to item r; items are sorted by id.
pub struct Catalog {
    /// All items, sorted by id. `[N]`
    pub items: Items,
    /// Their other names.
    pub aliases: Aliases,
    /// Centred unit vectors. `[N, H]`
    pub matrix: Matrix,
    /// The map that made them so; the visitor's texts go through it too.
    pub centre: Centre,
    /// Over the words of all languages of an item; its titles count twice.
    pub index: Index,
    /// The Chinese words that the texts of the items contain, with their frequencies.
    pub dictionary: Dictionary,
    /// Splits Chinese text into the words of `dictionary`.
    pub segmenter: Segmenter,
    /// Primary subtags of the languages that items are described in, ascending.
    pub languages: Vec<String>,
    /// The model that encoded the items. Vectors of another model cannot be compared with these.
    pub model: ModelName,
    /// Brand, category and price of the items.
    pub fields: Fields,
    /// What visitors did, where a shop has learned it.
    pub relations: Option<Relations>,
    /// Where and when they did it, where that told something.
    pub contexts: Option<ContextPopularity>,
    /// The weights of the parts of a score: as learned from the shop's interactions, or else the defaults.
    pub score_weights: ScoreWeights,
}

impl Catalog {
    /// As many `items` as `matrix` and `index` have rows.
    pub fn new(
        items: Items,
        (matrix, centre): (Matrix, Centre),
        (index, dictionary): (Index, Dictionary),
        model: ModelName,
    ) -> Self {
        let segmenter = Segmenter::new(&dictionary);
        let fields = Fields::from_values(items.iter().map(|item| {
            let path = item.text_in("en").map(|(_, words)| words.categories.join("\n"));
            (item.brand(), path.unwrap_or_default(), item.price())
        }));
        // One by one: collecting would hold the languages of all items at once.
        let mut languages: BTreeSet<&str> = BTreeSet::new();
        items.iter().for_each(|item| languages.extend(item.languages()));
        let languages = languages.into_iter().map(str::to_owned).collect();
        Self {
            items,
            languages,
            aliases: Aliases::default(),
            matrix,
            centre,
            index,
            dictionary,
            segmenter,
            model,
            fields,
            relations: None,
            contexts: None,
            score_weights: ScoreWeights::default(),
        }
    }

    /// The number of items, N.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The item of this id, or of one of its other names: the only place that knows what a page may call it.
    pub fn row(&self, name: &str) -> Option<u32> {
        let known = |name: &str| self.items.row(name).or_else(|| self.aliases.find(name));
        // Google's app for Shopify says `shopify_COUNTRY_PRODUCT_VARIANT`; a feed may know the product alone.
        known(name).or_else(|| {
            let numbers = name.strip_prefix("shopify_")?;
            let (product, variant) = numbers.rsplit_once('_').unwrap_or(("", numbers));
            known(variant).or_else(|| known(product.split_once('_')?.1))
        })
    }

    /// The item at `row`. All its fields are empty where there is no such row.
    pub fn item(&self, row: u32) -> ItemRef<'_> {
        self.items.get(row)
    }
}
