//! The wire between the page and the worker: plain data, versioned, the only types that cross.
//!
//! Must not know how anything is computed. JSON names are camelCase, enum tags kebab-case, so that
//! `www/` reads them as they are. Times are milliseconds since the Unix epoch, as the page's clock says.

mod claim; //        reasons, notes and warnings, as data
mod command; //      what the page asks for
#[cfg(test)]
mod declarations; // these types in TypeScript
mod diagnosis; //    what will not work, for the page's developer
mod explanation; //  why a card is where it is
mod profile; //      what the visitor's own page shows

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use claim::{Claim, TextNote, UnusedReason, Warning};
pub use command::{Command, DeviceChoice, Envelope, PictureSource, ShelfRequest};
pub use diagnosis::{Diagnosis, UnmatchedId};
pub use explanation::{Attention, EventShare, Explanation, InterestShare, Moved, ScorePart, WhyNot, Without};
pub use profile::{EventLine, InterestLine, InterestMap, MapInterest, MapPoint, PointKind, ProfileSummary};

pub use crate::{
    explain::Part,
    profile::{Event, EventName, Opinion},
    rank::{Context, ShelfKind},
};

/// Sent with `Open`; the worker refuses a page of another version.
pub const VERSION: u32 = 3;

/// What the worker says. Those that name a shelf carry its revision: the page drops what is stale.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Update {
    /// Long work, for a progress bar. `total` is 0 where it is not known.
    Progress {
        /// What is being loaded.
        stage: Stage,
        /// Bytes that have arrived.
        done: f64,
        /// Bytes of all its files.
        total: f64,
    },
    /// The catalogue is here: shelves can be ranked from its vectors, before the model has arrived.
    CatalogReady {
        /// How many items the catalogue has.
        items: usize,
    },
    /// The model is here and proven on this device.
    ModelReady {
        /// Where the model runs, and why there.
        device: DeviceReport,
    },
    /// The list of an open shelf, as it is now.
    Shelf(Shelf),
    /// Words of one card of a shelf that explain its place; sent after the cards, as they are computed.
    Highlights {
        /// The page's name of the shelf.
        shelf: String,
        /// The revision of the `Shelf` that has the card.
        revision: u32,
        /// Id of the card's item.
        item: String,
        /// The whole title, in place of the card's.
        title: Vec<Part>,
        /// The whole description, in place of the card's.
        description: Vec<Part>,
    },
    /// The answer to `Search`.
    Results {
        /// The text that the command had.
        query: String,
        /// What was found, best first; empty while there is no catalogue.
        cards: Vec<Card>,
    },
    /// Private pictures of cards that were sent without.
    Pictures {
        /// Each item at most once.
        pictures: Vec<CardPicture>,
    },
    /// The answer to `Profile`.
    Profile(ProfileSummary),
    /// The answer to `Explain`.
    Explanation(Explanation),
    /// The answer to `WhyNot`.
    WhyNot(WhyNot),
    /// The answer to `Scene`: the scene in force with all its fields, what the catalogue and the page say included
    /// (`src/rank/scene.rs`).
    Scene {
        /// The page's name of the shelf.
        shelf: String,
        /// As JSON, with the learned weights and the rules of the request.
        #[cfg_attr(test, ts(type = "Scene"))]
        scene: Value,
    },
    /// The answer to `Attention`.
    Attention(Attention),
    /// The answer to `Diagnose`.
    Diagnosis(Diagnosis),
    /// The answer to `Export`: JSON.
    Exported {
        /// The text that `Import` reads.
        profile: String,
    },
    /// The answer to `Import`: how many events were new.
    Imported {
        /// Events that the log did not have.
        events: usize,
    },
    /// The answer to `Map`.
    Map(InterestMap),
    /// So many entries of the log could not be stored: they count until the page is left, and are stored as soon as that
    /// is possible. 0: all are stored again. Whoever tracked an event that is not stored delivers it again later.
    Unsaved {
        /// Entries of the log that are not stored.
        entries: usize,
    },
    /// Everything about the visitor is gone.
    Forgotten,
    /// For the page's developer, in the console.
    Warning {
        /// What will not work.
        warning: Warning,
    },
    /// Something did not work.
    Error(Problem),
}

/// What the worker is loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The files of the catalogue.
    Catalog,
    /// The files of the model.
    Model,
    /// The trial of the devices with known texts.
    Probe,
}

/// A ranked list, ready to draw.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Shelf {
    /// The name that the page gave the shelf when it opened it.
    pub shelf: String,
    /// Grows by one with each new list of the shelf; begins again with a new worker.
    pub revision: u32,
    /// What the list rests on.
    pub basis: Basis,
    /// The scene's own heading in the page's language; absent where it has none, and the page words one for the basis.
    pub scene_heading: Option<String>,
    /// Title of the item that the list is about, in the page's language; absent where it is about none.
    pub about: Option<String>,
    /// What became of the text that the visitor wrote last, where the list does not follow it as expected.
    pub notice: Option<TextNote>,
    /// The items of the list, in the order to show them.
    pub cards: Vec<Card>,
}

/// What a list rests on; the page may say it, and must not claim more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Nothing is known of the visitor: a varied selection.
    ColdStart,
    /// The visitor's own events or wishes.
    Profile,
    /// One item.
    Item,
    /// What is in the cart.
    Cart,
    /// The page's own text, or what the visitor needs now.
    Text,
    /// What others buy.
    Trending,
}

/// An item, ready to draw.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The shop's own id of the item.
    pub item: String,
    /// Path or URL of the product's page; empty where it is not known.
    pub url: String,
    /// Empty where there is none, or where it is private and has not come yet.
    pub image: String,
    /// The title in the page's language, or else in another that the item has.
    pub title: Vec<Part>,
    /// The description in the same language; empty where there is none.
    pub description: Vec<Part>,
    /// Who makes the item; empty where it is not known.
    pub brand: String,
    /// The last step of the item's category path; empty where there is none.
    pub category: String,
    /// What the visitor pays now; absent where it is not known.
    pub price: Option<Price>,
    /// Why it is here; absent where there is no reason that is true.
    pub claim: Option<Claim>,
    /// What the item was ranked by. Scores of different lists cannot be compared.
    pub score: f32,
    /// The visitor's standing opinion.
    pub opinion: Option<Opinion>,
    /// Its words are still being read, and `Highlights` will tell: marks that stand may stand until then.
    pub unread: bool,
}

/// The private picture of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CardPicture {
    /// The shop's own id of the item.
    pub item: String,
    /// A `data:` address.
    pub image: String,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Price {
    /// In units of the currency: 12.5 is 12 euros and 50 cents.
    pub amount: f64,
    /// ISO 4217.
    pub currency: String,
}

/// Where the encoder runs, and why there.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DeviceReport {
    /// `cpu` or `gpu`.
    pub device: String,
    /// The kernels or the adapter: `relaxed SIMD`, `SIMD128`, or the adapter's name.
    pub detail: String,
    /// Why the encoder runs there.
    pub reason: DeviceReason,
    /// Milliseconds for one probe text, by device, as measured at start.
    pub cpu_ms: Option<f64>,
    /// The same on the GPU; absent where it was not measured.
    pub gpu_ms: Option<f64>,
}

/// Why this device and not the other; the page has the sentences. `why` is the browser's or the driver's own word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum DeviceReason {
    /// The page wants the CPU.
    AskedCpu,
    /// The page wants the GPU.
    AskedGpu,
    /// The GPU has not been tried yet.
    Untried,
    /// There is no GPU for programs.
    Absent {
        /// Why the browser gives none.
        why: String,
    },
    /// There is one, and it cannot run the model.
    Unfit {
        /// What the GPU lacks.
        why: String,
    },
    /// Known texts came out wrong: the worst cosine to the right vector, where it was one at all.
    Wrong {
        /// From -1 to 1; absent where there was nothing to compare.
        cosine: Option<f32>,
        /// What came out wrong.
        why: String,
    },
    /// The GPU is right, but slower: `cpu_ms` and `gpu_ms` of the report.
    Slower,
    /// The GPU is right and quicker.
    Quicker,
    /// The GPU failed while it ran: the CPU computes now.
    Lost {
        /// The error that it failed with.
        why: String,
    },
}

/// Something that did not work. The page words what the person can do by the `code`, which never changes its meaning.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A short name: `store`, `other-model`.
    pub code: String,
    /// What was found and where, for people who look into it; empty where the code says all.
    pub detail: String,
    /// Without the model, the catalogue or the log the shelf cannot work: the host's own markup stands.
    pub fatal: bool,
}
