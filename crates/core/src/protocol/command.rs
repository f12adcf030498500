//! The requests of the page as plain data: a command in its envelope. Must not know how they are answered.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    profile::{Event, EventName},
    rank::{Context, ShelfKind},
};

/// A command with the fields that all commands have. The worker answers with a list of `Update`s.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// An id that the page chooses and the answer repeats.
    pub id: u32,
    /// The time of sending by the page's clock, in milliseconds since the Unix epoch. If it is not finite, the time of
    /// the last command is used.
    #[serde(default)] // absent in version 1, whose `open` must be readable to be rejected for its version
    pub now_ms: f64,
    /// BCP 47 tag of the page: the language of the answer, unless the command has its own.
    #[serde(default)]
    pub lang: String,
    /// The command.
    pub command: Command,
}

/// A request of the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Command {
    /// The first command: which catalogue and model to load, the device, and whether the log may be stored.
    Open {
        /// The protocol version of the page.
        version: u32,
        /// URL of the catalogue's manifest, or of its folder, which ends in `/`.
        catalog: String,
        /// URL of the model's manifest, or of its folder, which ends in `/`. Without one, texts are matched by words.
        #[serde(default)]
        model: Option<String>,
        /// When to fetch the model.
        #[serde(default)]
        encoder: EncoderChoice,
        /// The device to run the model on.
        device: DeviceChoice,
        /// Whether the browser may store the log. If not, it is lost when the page is closed.
        persist: bool,
        /// The source of the pictures on cards.
        #[serde(default)]
        pictures: PictureSource,
    },
    /// Lets the worker fetch the model. Answered at once; `ModelReady` or `ModelAbsent` follows.
    Prepare {
        /// Whether the page or the visitor asks for it. If not, the page says that it is idle: then the model is fetched
        /// only if the connection and the memory of the device allow it.
        asked: bool,
    },
    /// Appends an event of the visitor to the log. All open shelves are ranked again.
    Track {
        /// The event.
        event: Event,
    },
    /// Removes the visitor's last event with this name on this item (a like, dislike or hide).
    Undo {
        /// The item's id.
        item: String,
        /// The name of the event.
        name: EventName,
    },
    /// Opens a shelf, or changes an open one. It is ranked now and after every event until it is closed.
    Shelf {
        /// The page's name for the shelf.
        shelf: String,
        /// What the list should contain.
        request: ShelfRequest,
    },
    /// Closes a shelf, because its element left the page.
    CloseShelf {
        /// The page's name for the shelf.
        shelf: String,
    },
    /// Searches by meaning and by words. Does not change the log: a `search` event is tracked with `Track`.
    Search {
        /// The query as typed. Its last word may be unfinished.
        query: String,
        /// The most cards to return. Values above 1,000 count as 1,000.
        limit: usize,
    },
    /// Requests what the device knows about the visitor.
    Profile,
    /// Deletes one event that `Profile` returned. The state is then as if the event had never happened.
    Delete {
        /// The event with all its fields.
        event: Event,
    },
    /// Mutes or unmutes one event that `Profile` returned. A muted event stays in the log but has no effect.
    MuteEvent {
        /// The event with all its fields.
        event: Event,
        /// Whether to mute it.
        muted: bool,
    },
    /// Mutes or unmutes an interest. A muted interest has no effect on lists.
    MuteInterest {
        /// The interest's id, from `Profile`.
        interest: String,
        /// Whether to mute it.
        muted: bool,
    },
    /// Sets the visitor's own name for an interest. An empty name restores the generated one.
    RenameInterest {
        /// The interest's id, from `Profile`.
        interest: String,
        /// The new name, or an empty string.
        name: String,
    },
    /// Deletes all events of an interest.
    DeleteInterest {
        /// The interest's id, from `Profile`.
        interest: String,
    },
    /// Sets how long typed texts are kept, and deletes older ones.
    KeepTexts {
        /// The number of days; 0 keeps them until the visitor deletes them.
        days: u32,
    },
    /// Requests the whole log as text, to keep it or move it to another device.
    Export,
    /// Adds an exported log. A text that cannot be read changes nothing.
    Import {
        /// The text from `Export`.
        profile: String,
    },
    /// Requests why an item has its place in an open shelf.
    Explain {
        /// The page's name for the shelf.
        shelf: String,
        /// The item's id.
        item: String,
    },
    /// Requests the effective scene of an open shelf, for the page's developer.
    Scene {
        /// The page's name for the shelf.
        shelf: String,
    },
    /// Requests problems of the catalogue and of the page's ids, for the page's developer.
    Diagnose,
    /// Requests what would bring an item into the list of an open shelf.
    WhyNot {
        /// The page's name for the shelf.
        shelf: String,
        /// The item's id.
        item: String,
    },
    /// Requests the model's attention to the words of an item's text.
    Attention {
        /// The item's id.
        item: String,
    },
    /// Deletes the log, the profile and everything derived from them.
    Forget,
    /// Requests the catalogue in two dimensions.
    Map {
        /// The ids of recommended items, which are marked as such.
        recommended: Vec<String>,
    },
    /// Reads the log from the store again, because another tab has changed or deleted it.
    Reload {
        /// Whether the log was deleted. Then entries that this page has not stored yet are deleted, too.
        #[serde(default)]
        forgotten: bool,
    },
}

impl Command {
    /// An `Open` for a program that gives the session its catalogue and its model, so that nothing is fetched.
    pub fn open_local() -> Self {
        Self::Open {
            version: super::VERSION,
            catalog: String::new(),
            model: None,
            encoder: EncoderChoice::Static,
            device: DeviceChoice::Cpu,
            persist: false,
            pictures: PictureSource::Shop,
        }
    }

    /// Whether the answer is better with the model: something was typed, or the page asks for the model.
    pub fn needs_model(&self) -> bool {
        match self {
            Self::Prepare { asked } => *asked,
            Self::Track { event } => event.text.as_ref().is_some_and(|text| !text.trim().is_empty()),
            Self::Search { query, .. } => !query.trim().is_empty(),
            Self::Attention { .. } => true,
            _ => false,
        }
    }

    /// Wraps the command in an envelope with id 0, for programs that need no ids.
    pub fn at(self, now_ms: f64, lang: &str) -> Envelope {
        Envelope { id: 0, now_ms, lang: lang.to_owned(), command: self }
    }

    /// Whether the command changes the log. Other tabs of the shop then have to reload it.
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
            | Self::Prepare { .. }
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

/// When the model is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum EncoderChoice {
    /// When a text has to be encoded, or when the page is idle and connection and memory allow it.
    #[default]
    Auto,
    /// Never.
    Static,
    /// As soon as the catalogue is loaded.
    Bert,
}

/// The device to run the model on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The fastest device that computes correctly.
    #[default]
    Auto,
    /// Always the CPU.
    Cpu,
    /// The GPU, even if it is slower; the CPU if the GPU does not compute correctly.
    Gpu,
}

/// The source of the pictures on cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PictureSource {
    /// The image URLs of the items. Their host can tell what is recommended.
    #[default]
    Shop,
    /// Only the small pictures in the catalogue, which every visitor fetches in the same order.
    Private,
}

/// What the list of a shelf should contain. Scene, filter and rules are JSON as the shop writes it. An error in one of
/// them is reported, and the list is ranked without it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct ShelfRequest {
    /// The built-in scene to use if `scene` is absent.
    pub kind: ShelfKind,
    /// The item that "more like this" or "goes with" refers to.
    pub item: Option<String>,
    /// The most cards of the list. Values above 1,000 count as 1,000.
    pub limit: usize,
    /// BCP 47 tag of the page: `en`, `zh-CN`.
    pub lang: String,
    /// The name of a built-in scene, or a scene (`docs/reference/scenes.md`).
    #[cfg_attr(test, ts(type = "string | Scene | null"))]
    pub scene: Option<Value>,
    /// The context that the page states.
    pub context: Option<Context>,
    /// A filter (`docs/reference/scenes.md`) in addition to the scene's.
    #[cfg_attr(test, ts(type = "Filter | null"))]
    pub filter: Option<Value>,
    /// Rules (`docs/reference/scenes.md`) in addition to the scene's.
    #[cfg_attr(test, ts(type = "Rules | null"))]
    pub rules: Option<Value>,
    /// Ids of items that are already on the page and must not be in the list.
    pub exclude: Vec<String>,
    /// The random seed for a scene that explores. Equal seeds give equal lists.
    pub seed: u32,
}
