//! What can go wrong in a session. Must not know how it is worded.

use nearmind_core::protocol::{Problem, Update};

/// An error that the page is sent, by its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionError {
    /// The page was made for another version of the protocol.
    Version,
    /// The store could not be read or written: the log is kept in memory.
    Store,
    /// A change of the log could not be stored, and was not made.
    Unchanged,
    /// The stored log could not be erased.
    Forget,
    /// The scene, filter or rules of a request could not be read: the list is made without them.
    Scene,
    /// A command names a shelf that is not open, or an item that is not in the catalogue.
    Unknown,
    /// The text to import is not an exported profile.
    Import,
    /// The catalogue was made with another model than the page's.
    OtherModel,
    /// The model failed on this device.
    Encoder,
}

impl SessionError {
    /// For the page: `detail` says what was found and where, or is empty.
    pub fn update(self, detail: &str) -> Update {
        let code = match self {
            Self::Version => "protocol-version",
            Self::Store => "store",
            Self::Unchanged => "unchanged",
            Self::Forget => "forget",
            Self::Scene => "scene",
            Self::Unknown => "unknown",
            Self::Import => "import",
            Self::OtherModel => "other-model",
            Self::Encoder => "encoder",
        };
        let fatal = matches!(self, Self::Version);
        Update::Error(Problem { code: code.to_owned(), detail: detail.to_owned(), fatal })
    }
}
