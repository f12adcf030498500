//! The messages between the page and the worker: plain, versioned data. They exchange no other types.
//!
//! JSON names are in camelCase and enum tags in kebab-case, so that `www/` uses them directly. Times are milliseconds
//! since the Unix epoch by the page's clock. Must not know how anything is computed.

mod claim; //        reasons, notes and warnings, as data
mod command; //      the requests of the page
#[cfg(test)]
mod declarations; // the TypeScript declarations of these types
mod diagnosis; //    problems of a catalogue or a page, for its developer
mod explanation; //  why an item ranks where it does
mod profile; //      the visitor's profile, as the page shows it

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use claim::{Claim, TextNote, UnusedReason, Warning};
pub use command::{Command, DeviceChoice, EncoderChoice, Envelope, PictureSource, ShelfRequest};
pub use diagnosis::{Diagnosis, UnmatchedId};
pub use explanation::{Attention, EventShare, Explanation, InterestShare, Moved, ScorePart, WhyNot, Without};
pub use profile::{EventLine, InterestLine, InterestMap, MapInterest, MapPoint, PointKind, ProfileSummary};

pub use crate::{
    explain::Part,
    profile::{Event, EventName, Opinion},
    rank::{Context, ShelfKind},
};

/// The version of the protocol. A page sends its own in `Open`; the worker rejects any other.
pub const VERSION: u32 = 3;

/// A message from the worker. Updates of a shelf's list carry its revision, so that the page can drop stale ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Update {
    /// Progress of a download.
    Progress {
        /// The current task.
        stage: Stage,
        /// The number of bytes received.
        done: f64,
        /// The size of all files of the task in bytes; 0 if it is unknown.
        total: f64,
    },
    /// The catalogue is loaded. Shelves can be ranked from its vectors before the model is loaded.
    CatalogReady {
        /// The number of items in the catalogue.
        items: usize,
    },
    /// Texts are compared with the items by the vectors of their words from now on, until the model is loaded.
    WordVectorsReady {
        /// The number of words that have a vector.
        words: usize,
    },
    /// The model is loaded and was tested on this device.
    ModelReady {
        /// The device that the model runs on, and why.
        device: DeviceReport,
    },
    /// The model is not loaded. Lists are ranked all the same: by the catalogue's vectors, and typed texts by their words.
    ModelAbsent {
        /// Why it is not loaded.
        reason: AbsenceReason,
    },
    /// The current list of an open shelf.
    Shelf(Shelf),
    /// The highlighted words of one card of a shelf, which explain its place. Sent after the cards, when they are
    /// computed.
    Highlights {
        /// The page's name for the shelf.
        shelf: String,
        /// The revision of the `Shelf` that contains the card.
        revision: u32,
        /// The id of the card's item.
        item: String,
        /// The whole title, which replaces the card's.
        title: Vec<Part>,
        /// The whole description, which replaces the card's.
        description: Vec<Part>,
    },
    /// The answer to `Search`.
    Results {
        /// The query of the command.
        query: String,
        /// The results, best first. Empty until the catalogue is loaded.
        cards: Vec<Card>,
    },
    /// Private pictures for cards that were sent without one.
    Pictures {
        /// The pictures; each item occurs at most once.
        pictures: Vec<CardPicture>,
    },
    /// The answer to `Profile`.
    Profile(ProfileSummary),
    /// The answer to `Explain`.
    Explanation(Explanation),
    /// The answer to `WhyNot`.
    WhyNot(WhyNot),
    /// The answer to `Scene`: the scene with which the shelf was ranked (`docs/reference/scenes.md`), with all its
    /// fields.
    Scene {
        /// The page's name for the shelf.
        shelf: String,
        /// The scene as JSON, with the learned weights and the rules of the request.
        #[cfg_attr(test, ts(type = "Scene"))]
        scene: Value,
    },
    /// The answer to `Attention`.
    Attention(Attention),
    /// The answer to `Diagnose`.
    Diagnosis(Diagnosis),
    /// The answer to `Export`.
    Exported {
        /// The log as JSON text, which `Import` reads.
        profile: String,
    },
    /// The answer to `Import`.
    Imported {
        /// The number of events that were not in the log before.
        events: usize,
    },
    /// The answer to `Map`.
    Map(InterestMap),
    /// Some entries of the log could not be stored. They affect the lists until the visitor leaves the page, and are
    /// stored with the next change if possible. A page that tracked such an event must keep it, and a later page must
    /// track it again.
    Unsaved {
        /// The number of entries that are not stored. 0 means that all are stored again.
        entries: usize,
    },
    /// The answer to `Forget`: all data about the visitor is deleted.
    Forgotten,
    /// For the page's developer, in the console.
    Warning {
        /// What will not work.
        warning: Warning,
    },
    /// Something failed.
    Error(Problem),
}

/// A task of the worker that reports its progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Loading the files of the catalogue.
    Catalog,
    /// Loading the files of the model.
    Model,
}

/// Why the model is not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum AbsenceReason {
    /// The page names no model, or sets `encoder` to `static`.
    Disabled,
    /// Nothing has been typed yet, and the page is not idle.
    NotNeeded,
    /// The visitor's browser asks pages to save data.
    SaveData,
    /// The connection is metered: the visitor may pay by the megabyte.
    Metered,
    /// The connection is slow.
    Slow,
    /// The device has little memory.
    LittleMemory,
    /// It is being fetched.
    Loading,
    /// It could not be loaded. It is tried again when something is typed.
    Failed {
        /// The code of the `Problem`, such as `download`.
        problem: String,
        /// Its detail, for a developer.
        why: String,
    },
}

/// A ranked list, ready to be drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Shelf {
    /// The page's name for the shelf.
    pub shelf: String,
    /// Increases by one with each new list of the shelf. Starts again with a new worker.
    pub revision: u32,
    /// What the list is based on.
    pub basis: Basis,
    /// The heading that the scene sets, in the page's language. If it is absent, the page chooses one by `about` and
    /// `basis`.
    pub scene_heading: Option<String>,
    /// Title of the item that the list is about, in the page's language; absent if the list is not about one item.
    pub about: Option<String>,
    /// How the list treats the visitor's last text; absent if there is nothing to say about it.
    pub notice: Option<TextNote>,
    /// The items of the list, in the order to show them.
    pub cards: Vec<Card>,
}

/// What a list is based on. A page may show this, and must not give any other reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A varied selection, because nothing is known about the visitor.
    ColdStart,
    /// The visitor's events, including wishes and searches.
    Profile,
    /// One item.
    Item,
    /// The items in the cart.
    Cart,
    /// The text of the page's context: the page's own text, or what the visitor needs now.
    Text,
    /// What other visitors buy.
    Trending,
    /// What the visitor viewed.
    Viewed,
}

/// An item, ready to be drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The shop's own id of the item.
    pub item: String,
    /// Path or URL of the product's page; empty if unknown.
    pub url: String,
    /// Path or URL of the picture. Empty if there is none, or if it is private and has not been loaded yet.
    pub image: String,
    /// The title in the page's language, or else in another language of the item.
    pub title: Vec<Part>,
    /// The description in the same language; empty if there is none.
    pub description: Vec<Part>,
    /// The brand; empty if unknown.
    pub brand: String,
    /// The last step of the category path; empty if there is none.
    pub category: String,
    /// The current price; absent if unknown.
    pub price: Option<Price>,
    /// The main reason why the item is in the list; absent if no reason is certain.
    pub claim: Option<Claim>,
    /// The score that the item was ranked by. Scores of different lists cannot be compared.
    pub score: f32,
    /// The visitor's current opinion of the item.
    pub opinion: Option<Opinion>,
    /// Whether the highlighted words are still being computed. They follow in `Highlights`; until then the page may
    /// keep the highlights of the card before.
    pub unread: bool,
}

/// The private picture of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CardPicture {
    /// The shop's own id of the item.
    pub item: String,
    /// A `data:` URL.
    pub image: String,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Price {
    /// In units of the currency: 12.5 is 12 euros and 50 cents.
    pub amount: f64,
    /// ISO 4217 code.
    pub currency: String,
}

/// The device that the model runs on, and why it was chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DeviceReport {
    /// `cpu` or `gpu`.
    pub device: String,
    /// For the CPU the instructions that are used, `relaxed SIMD` or `SIMD128`; for the GPU the name of its adapter.
    pub detail: String,
    /// Why this device was chosen.
    pub reason: DeviceReason,
    /// Time for one probe text on the CPU in milliseconds, measured at start; absent if it was not measured.
    pub cpu_ms: Option<f64>,
    /// The same for the GPU.
    pub gpu_ms: Option<f64>,
}

/// Why a device was chosen. The page puts `code` into words; `why` is a message of the browser or the driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum DeviceReason {
    /// The page requested the CPU.
    AskedCpu,
    /// The page requested the GPU.
    AskedGpu,
    /// The GPU has not been tried yet.
    Untried,
    /// WebGPU is not available.
    Absent {
        /// The reason that the browser gives.
        why: String,
    },
    /// The GPU cannot run the model.
    Unfit {
        /// What the GPU does not support.
        why: String,
    },
    /// The GPU computes wrong vectors: they differ from the known vectors of the probe texts.
    Wrong {
        /// The worst cosine to the correct vector, from -1 to 1; absent if there was no vector to compare.
        cosine: Option<f32>,
        /// The error.
        why: String,
    },
    /// The GPU is correct but slower: see `cpuMs` and `gpuMs` of the report.
    Slower,
    /// The GPU is correct and faster.
    Quicker,
    /// The GPU failed while it was in use, so the CPU is used now.
    Lost {
        /// The error message.
        why: String,
    },
}

/// A failure. The page chooses the message for the visitor by `code`, whose meaning never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A short name, such as `store` or `other-model`.
    pub code: String,
    /// What exactly failed, for a developer; empty if the code says everything.
    pub detail: String,
    /// Whether no recommendations can be made, so that the element shows the shop's own markup.
    pub fatal: bool,
}
