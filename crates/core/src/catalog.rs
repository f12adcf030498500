//! The catalogue: what the shop sells. Items, their vectors and the index of their words, as one value.
//!
//! Must not know visitors, nor read or write files.

pub mod aliases; //            other names of items
pub mod archive; //            several files as one zip file
pub mod build; //              items and vectors -> catalogue
pub mod context_popularity; // popularity of items by place, device and time
pub mod document; //           the text of an item that is encoded
pub mod fields; //             brand, category and price as numbers
pub mod item; //               one product
pub mod items; //              all items, kept in the format of their files
pub mod manifest; //           manifest.json: the files of a pack
pub mod pack; //               catalogue <-> files
pub mod pictures; //           small pictures of the items
pub mod relations; //          which items are chosen together
pub mod score_weights; //      the weights of the parts of a score
pub mod word_vectors; //       vectors of words, fitted to the model

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
pub use word_vectors::WordVectors;

use std::collections::BTreeSet;

use crate::{
    text::{Dictionary, Index, Segmenter},
    vectors::{Centre, Matrix},
};

/// A catalogue of N items. Row r of `matrix`, `index` and `fields` belongs to item r; items are sorted by id.
pub struct Catalog {
    /// All items, sorted by id. `[N]`
    pub items: Items,
    /// Other names of the items.
    pub aliases: Aliases,
    /// The vectors of the items, centred and of length 1. `[N, H]`
    pub matrix: Matrix,
    /// The centring map, which vectors of the visitor's texts go through as well.
    pub centre: Centre,
    /// The full-text index over the items in all their languages. Titles count twice.
    pub index: Index,
    /// The Chinese words that occur in the texts of the items, with their frequencies.
    pub dictionary: Dictionary,
    /// Splits Chinese text into the words of `dictionary`.
    pub segmenter: Segmenter,
    /// Primary subtags of the languages of the items, sorted.
    pub languages: Vec<String>,
    /// The model that encoded the items. Vectors of other models are not comparable with these.
    pub model: ModelName,
    /// Brand, category and price of the items as numbers.
    pub fields: Fields,
    /// Item-item relations learned from the shop's interactions, if there are any.
    pub relations: Option<Relations>,
    /// Popularity by context learned from the shop's interactions, if there is any.
    pub contexts: Option<ContextPopularity>,
    /// The weights of the parts of a score, learned from the shop's interactions or else the defaults.
    pub score_weights: ScoreWeights,
}

impl Catalog {
    /// Builds a catalogue without aliases and learned data. `items`, `matrix` and `index` must have the same number of
    /// rows.
    pub fn new(
        items: Items,
        (matrix, centre): (Matrix, Centre),
        (index, dictionary): (Index, Dictionary),
        model: ModelName,
    ) -> Self {
        let segmenter = Segmenter::new(&dictionary);
        let fields = Fields::from_values(items.iter().map(|item| {
            let path = item.text_in("en").map(|(_, words)| words.categories.join(fields::LEVEL_SEPARATOR));
            (item.brand(), path.unwrap_or_default(), item.price())
        }));
        // One item at a time: collecting would keep the languages of all items in memory at once.
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

    /// Returns the row of the item with this id, or with this other name. This is the only place that knows which names
    /// a page may use.
    pub fn row(&self, name: &str) -> Option<u32> {
        let find = |name: &str| self.items.row(name).or_else(|| self.aliases.find(name));
        // Google's app for Shopify writes `shopify_COUNTRY_PRODUCT_VARIANT`; a feed may contain only the product.
        find(name).or_else(|| {
            let numbers = name.strip_prefix("shopify_")?;
            let (product, variant) = numbers.rsplit_once('_').unwrap_or(("", numbers));
            find(variant).or_else(|| find(product.split_once('_')?.1))
        })
    }

    /// Returns the item at `row`. If there is no such row, all its fields are empty.
    pub fn item(&self, row: u32) -> ItemRef<'_> {
        self.items.get(row)
    }
}
