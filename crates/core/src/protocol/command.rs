//! What the page asks for, as plain data: a command in its envelope. Must not know how it is answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    profile::{Event, EventName},
    rank::{Context, Kind as ShelfKind},
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
    pub command: Command,
}

/// What the page asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Command {
    /// First command: which catalogue, which model, on which device, and whether the log may be stored.
    Open {
        version: u32,
        catalog: String,
        model: String,
        device: DeviceChoice,
        persist: bool,
        #[serde(default)]
        pictures: PictureSource,
    },
    /// Something that the visitor did. Appended to the log; every open shelf is ranked again.
    Track { event: Event },
    /// Takes back the visitor's last event on this item of this name (a like, dislike or hide).
    Undo { item: String, name: EventName },
    /// Opens a shelf, or changes an open one; it is ranked now and after every event until it is closed.
    Shelf { shelf: String, request: ShelfRequest },
    /// The element left the page.
    CloseShelf { shelf: String },
    /// Search by meaning and by word. Only asks: what the visitor meant is told by `Track` with a `search` event.
    Search { query: String, limit: usize },
    /// What the device knows of the visitor.
    Profile,
    /// Unlearns one event, as `Profile` told it: what is left is what would be had it never happened.
    Delete { event: Event },
    /// One event, as `Profile` told it, counts for nothing while it is muted, and stays in the log.
    MuteEvent { event: Event, muted: bool },
    /// An interest, by the id that `Profile` told, is left out of all lists, or comes back.
    MuteInterest { interest: String, muted: bool },
    /// The visitor's own name for an interest; an empty one gives it its words back.
    RenameInterest { interest: String, name: String },
    /// Unlearns every event that an interest is made of.
    DeleteInterest { interest: String },
    /// Keeps typed texts for so many days, and deletes older ones; 0: until the visitor deletes them.
    KeepTexts { days: u32 },
    /// The whole log as text, to be kept or carried to another device.
    Export,
    /// Adds what another device exported. What does not read as a profile changes nothing.
    Import { profile: String },
    /// Why an item of an open shelf is where it is.
    Explain { shelf: String, item: String },
    /// How an open shelf is made, for its developer.
    Scene { shelf: String },
    /// What of the catalogue and of the page's ids will not work, for the page's developer.
    Diagnose,
    /// What would bring an item into an open shelf.
    WhyNot { shelf: String, item: String },
    /// Where the model looked in an item's text.
    Attention { item: String },
    /// Erases log, profile and everything derived from them.
    Forget,
    /// The catalogue in two dimensions; `recommended` are the items to mark beside those that the visitor saw.
    Map { recommended: Vec<String> },
    /// Another tab has written to the log, or has had everything forgotten: reads it from the store again.
    Reload {
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
    pub fn writes(&self) -> bool {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The fastest device that computes rightly.
    #[default]
    Auto,
    Cpu,
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
