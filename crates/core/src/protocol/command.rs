//! What the page asks for, as plain data: a command in its envelope. Must not know how it is answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    profile::{Event, EventName},
    rank::{Context, ShelfKind},
};

/// A command, and what holds for every command. The answer is a list of `Update`s.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// The answer has the same.
    pub id: u32,
    /// When it was sent, by the page's clock. One that is not finite counts for nothing: the last one holds.
    #[serde(default)] // version 1 had none: its `open` is read, and refused for its version
    pub now_ms: f64,
    /// BCP 47 tag of the page: the language of the answer, where the command has none of its own.
    #[serde(default)]
    pub lang: String,
    /// What the page asks for.
    pub command: Command,
}

/// What the page asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Command {
    /// First command: which catalogue, which model, on which device, and whether the log may be stored.
    Open {
        /// The version of these types that the page was made for.
        version: u32,
        /// URL of the catalogue's folder, which ends in `/`, or of its manifest.
        catalog: String,
        /// URL of the model's folder, which ends in `/`, or of its manifest.
        model: String,
        /// Where the model is to run.
        device: DeviceChoice,
        /// Whether the browser may store the log; if not, it ends with the page.
        persist: bool,
        /// Where the pictures of cards come from.
        #[serde(default)]
        pictures: PictureSource,
    },
    /// Something that the visitor did. Appended to the log; every open shelf is ranked again.
    Track {
        /// What the visitor did.
        event: Event,
    },
    /// Takes back the visitor's last event on this item of this name (a like, dislike or hide).
    Undo {
        /// Id of the item.
        item: String,
        /// Which kind of event is taken back.
        name: EventName,
    },
    /// Opens a shelf, or changes an open one; it is ranked now and after every event until it is closed.
    Shelf {
        /// The page's own name for the shelf.
        shelf: String,
        /// What its list is to be.
        request: ShelfRequest,
    },
    /// The element left the page.
    CloseShelf {
        /// The page's own name for the shelf.
        shelf: String,
    },
    /// Search by meaning and by word. Only asks: what the visitor meant is told by `Track` with a `search` event.
    Search {
        /// The text as typed; its last word may be unfinished.
        query: String,
        /// The most cards of the answer; more than 1,000 count as 1,000.
        limit: usize,
    },
    /// What the device knows of the visitor.
    Profile,
    /// Unlearns one event, as `Profile` told it: what is left is what would be had it never happened.
    Delete {
        /// The event with all its fields.
        event: Event,
    },
    /// One event, as `Profile` told it, counts for nothing while it is muted, and stays in the log.
    MuteEvent {
        /// The event with all its fields.
        event: Event,
        /// Whether it is muted from now on.
        muted: bool,
    },
    /// An interest, by the id that `Profile` told, is left out of all lists, or comes back.
    MuteInterest {
        /// The interest's id.
        interest: String,
        /// Whether it is muted from now on.
        muted: bool,
    },
    /// The visitor's own name for an interest; an empty one gives it its words back.
    RenameInterest {
        /// The interest's id.
        interest: String,
        /// The new name, or empty.
        name: String,
    },
    /// Unlearns every event that an interest is made of.
    DeleteInterest {
        /// The interest's id.
        interest: String,
    },
    /// Keeps typed texts for so many days, and deletes older ones; 0: until the visitor deletes them.
    KeepTexts {
        /// Number of days; 0 for no limit.
        days: u32,
    },
    /// The whole log as text, to be kept or carried to another device.
    Export,
    /// Adds what another device exported. What does not read as a profile changes nothing.
    Import {
        /// The text that `Export` gave.
        profile: String,
    },
    /// Why an item of an open shelf is where it is.
    Explain {
        /// The page's own name for the shelf.
        shelf: String,
        /// Id of the item.
        item: String,
    },
    /// How an open shelf is made, for its developer.
    Scene {
        /// The page's own name for the shelf.
        shelf: String,
    },
    /// What of the catalogue and of the page's ids will not work, for the page's developer.
    Diagnose,
    /// What would bring an item into an open shelf.
    WhyNot {
        /// The page's own name for the shelf.
        shelf: String,
        /// Id of the item.
        item: String,
    },
    /// Where the model looked in an item's text.
    Attention {
        /// Id of the item.
        item: String,
    },
    /// Erases log, profile and everything derived from them.
    Forget,
    /// The catalogue in two dimensions; `recommended` are the items to mark beside those that the visitor saw.
    Map {
        /// Ids of items.
        recommended: Vec<String>,
    },
    /// Another tab has written to the log, or has had everything forgotten: reads it from the store again.
    Reload {
        /// Whether everything was forgotten: then what this page has not stored yet is forgotten, too.
        #[serde(default)]
        forgotten: bool,
    },
}

impl Command {
    /// For programs, which need no ids.
    pub fn at(self, now_ms: f64, lang: &str) -> Envelope {
        Envelope { id: 0, now_ms, lang: lang.to_owned(), command: self }
    }

    /// Whether it changes the log, which the other pages of the shop read again then.
    pub fn changes_log(&self) -> bool {
        match self {
            Self::Track { .. }
            | Self::Undo { .. }
            | Self::Delete { .. }
            | Self::MuteEvent { .. }
            | Self::MuteInterest { .. }
            | Self::RenameInterest { .. }
            | Self::DeleteInterest { .. }
            | Self::KeepTexts { .. }
            | Self::Import { .. }
            | Self::Forget => true,
            Self::Open { .. }
            | Self::Shelf { .. }
            | Self::CloseShelf { .. }
            | Self::Search { .. }
            | Self::Profile
            | Self::Export
            | Self::Explain { .. }
            | Self::Scene { .. }
            | Self::Diagnose
            | Self::WhyNot { .. }
            | Self::Attention { .. }
            | Self::Map { .. }
            | Self::Reload { .. } => false,
        }
    }
}

/// Where the model is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The fastest device that computes rightly.
    #[default]
    Auto,
    /// The CPU, whatever the GPU can do.
    Cpu,
    /// The GPU, even where it is slower. The CPU, where the GPU does not compute rightly.
    Gpu,
}

/// Where the pictures of cards come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PictureSource {
    /// The addresses that the items have: their host can tell what is recommended.
    #[default]
    Shop,
    /// The small pictures of the catalogue, which every visitor fetches in the same order. Nothing else is shown.
    Private,
}

/// What a list is to be. Scene, filter and rules come as the JSON that a shop writes them in; what is wrong with
/// them is told, and the list is made without them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ShelfRequest {
    /// Which built-in scene, where `scene` names or carries none.
    pub kind: ShelfKind,
    /// The item that "more like this" is about, or that others go with.
    pub item: Option<String>,
    /// The most cards of the list; more than 1,000 count as 1,000.
    pub limit: usize,
    /// BCP 47 tag of the page: `en`, `zh-CN`.
    pub lang: String,
    /// The name of a built-in scene, or a scene (`src/rank/scene.rs`).
    #[cfg_attr(test, ts(type = "string | Scene | null"))]
    pub scene: Option<Value>,
    /// What the page says of its surroundings.
    pub context: Option<Context>,
    /// A filter (`src/rank/filter.rs`) beside the scene's.
    #[cfg_attr(test, ts(type = "Filter | null"))]
    pub filter: Option<Value>,
    /// Rules (`src/rank/rules.rs`) beside the scene's.
    #[cfg_attr(test, ts(type = "Rules | null"))]
    pub rules: Option<Value>,
    /// Ids of items that are on the page already.
    pub exclude: Vec<String>,
    /// Where chance begins for a scene that explores: the same seed, the same list.
    pub seed: u32,
}
