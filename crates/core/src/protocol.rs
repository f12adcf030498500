//! The wire between the page and the worker: plain data, versioned, the only types that cross.
//!
//! Must not know how anything is computed. JSON names are camelCase, enum tags kebab-case, so that
//! `www/` reads them as they are. Times are milliseconds since the Unix epoch, as the page's clock says.

mod command; //      what the page asks for
#[cfg(test)]
mod declarations; // these types in TypeScript
mod diagnosis; //    what will not work, for the page's developer
mod explanation; //  why a card is where it is
mod profile; //      what the visitor's own page shows

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use command::{Command, DeviceChoice, Envelope, PictureSource, ShelfRequest};
pub use diagnosis::{Diagnosis, UnmatchedId};
pub use explanation::{Attention, EventShare, Explanation, Moved, ScorePart, WhyNot};
pub use profile::{EventLine, InterestLine, InterestMap, MapInterest, MapPoint, PointKind, ProfileSummary};

pub use crate::{
    explain::Part,
    profile::{Event, EventName, Opinion},
    rank::{Context, Kind as ShelfKind},
};

/// Sent with `Open`; the worker refuses a page of another version.
pub const VERSION: u32 = 2;

/// What the worker says. Those that name a shelf carry its revision: the page drops what is stale.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Update {
    /// Long work, for a progress bar. `total` is 0 where it is not known.
    Progress {
        stage: Stage,
        done: f64,
        total: f64,
    },
    /// The catalogue is here: shelves can be ranked from its vectors, before the model has arrived.
    CatalogReady {
        items: usize,
    },
    /// The model is here and proven on this device.
    ModelReady {
        device: DeviceReport,
    },
    Shelf(Shelf),
    /// Words of one card of a shelf that explain its place; sent after the cards, as they are computed.
    Highlights {
        shelf: String,
        revision: u32,
        item: String,
        title: Vec<Part>,
        description: Vec<Part>,
    },
    Results {
        query: String,
        cards: Vec<Card>,
    },
    /// Private pictures of cards that were sent without.
    Pictures {
        pictures: Vec<CardPicture>,
    },
    Profile(ProfileSummary),
    Explanation(Explanation),
    WhyNot(WhyNot),
    /// The answer to `Scene`: the scene in force with all its fields, what the catalogue and the page say included
    /// (`src/rank/scene.rs`).
    Scene {
        shelf: String,
        #[cfg_attr(test, ts(type = "Scene"))]
        scene: Value,
    },
    Attention(Attention),
    Diagnosis(Diagnosis),
    /// The answer to `Export`: JSON.
    Exported {
        profile: String,
    },
    /// The answer to `Import`: how many events were new.
    Imported {
        events: usize,
    },
    Map(InterestMap),
    /// So many entries of the log could not be stored: they count until the page is left, and are stored as soon as that
    /// is possible. 0: all are stored again. Whoever tracked an event that is not stored delivers it again later.
    Unsaved {
        entries: usize,
    },
    /// Everything about the visitor is gone.
    Forgotten,
    Error(Problem),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Catalog,
    Model,
    Probe,
}

/// A ranked list, ready to draw.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Shelf {
    pub shelf: String,
    pub revision: u32,
    pub basis: Basis,
    pub heading: String,
    /// What became of the text that the visitor wrote last, where it is not what they will expect: a sentence in the page's
    /// language, or empty.
    pub note: String,
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

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Card {
    pub item: String,
    pub url: String,
    /// Empty where there is none, or where it is private and has not come yet.
    pub image: String,
    pub title: Vec<Part>,
    pub description: Vec<Part>,
    pub brand: String,
    pub category: String,
    pub price: Option<Price>,
    /// Why it is here: "Because you viewed ...". Empty where there is no reason that is true.
    pub reason: Vec<Part>,
    pub score: f32,
    /// The visitor's standing opinion.
    pub opinion: Option<Opinion>,
    /// Its words are still being read, and `Highlights` will tell: marks that stand may stand until then.
    pub unread: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CardPicture {
    pub item: String,
    /// A `data:` address.
    pub image: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Price {
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
    pub reason: DeviceReason,
    /// Milliseconds for one probe text, by device, as measured at start.
    pub cpu_ms: Option<f64>,
    pub gpu_ms: Option<f64>,
}

/// Why this device and not the other; the page has the sentences. `why` is the browser's or the driver's own word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum DeviceReason {
    AskedCpu,
    AskedGpu,
    /// The GPU has not been tried yet.
    Untried,
    /// There is no GPU for programs.
    Absent {
        why: String,
    },
    /// There is one, and it cannot run the model.
    Unfit {
        why: String,
    },
    /// Known texts came out wrong: the worst cosine to the right vector, where it was one at all.
    Wrong {
        cosine: Option<f32>,
        why: String,
    },
    /// The GPU is right, but slower: `cpu_ms` and `gpu_ms` of the report.
    Slower,
    /// The GPU is right and quicker.
    Quicker,
    Lost {
        why: String,
    },
}

/// An error that tells the person what to do. `code` is for programs and never changes its meaning.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    pub code: String,
    pub message: String,
    /// Without the model, the catalogue or the log the shelf cannot work: the host's own markup stands.
    pub fatal: bool,
}
