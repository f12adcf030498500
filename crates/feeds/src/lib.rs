//! Product feeds of every common format to clean items: parsers, cleaning, and a report of what was wrong.
//!
//! Bytes in through [`Read`], items and a report out, the same natively and in a page. Memory is bounded by a row, not by
//! the feed; only Magento's variants wait until their product comes, WordPress's products for their pictures, and
//! JSON:API's for what they refer to, each within a stated bound. Must not know files, the network, models or visitors.
//!
//! ```text
//! bytes -> source (gzip, encoding) -> a parser -> Raw rows -> clean -> variants folded -> spool, by id -> Items
//! ```

#![warn(missing_docs)]

pub mod clean; //    a raw row -> an item, and what was wrong with it
pub mod columns; //  what the names of columns, keys and tags mean
pub mod format; //   the formats and their names
pub mod import; //   the whole way, for one feed or several
pub mod parse; //    formats -> raw rows
pub mod raw; //      one row as the feed words it
pub mod report; //   what was wrong, counted by kind with examples
pub mod source; //   bytes -> UTF-8 text, within a budget a row
pub mod value; //    texts, prices, dates, languages, availability
pub mod variants; // variants of a product folded into one item

use std::{io, io::Read};

pub use clean::{ids::MakeIds, link::LinkPattern};
pub use columns::Columns;
pub use format::Format;
pub use import::{Import, Items, Options, Progress};
pub use parse::Feed;
pub use raw::{Field, Raw};
pub use report::{Kind, Report};
pub use source::encoding::Label;
pub use variants::Variants;

/// What ends the reading of a feed. A single row that is wrong does not: it is counted in the report.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A row is longer than [`source::MOST_ROW_BYTES`].
    #[error(
        "{feed}: row {row} is longer than {} MB: this is no feed of the format {format}; name the right one with --format",
        source::MOST_ROW_BYTES >> 20
    )]
    TooLong {
        /// The name of the feed, as the caller gave it.
        feed: String,
        /// The row that was being read, from 1.
        row: u64,
        /// The format that the feed was read as.
        format: Format,
    },
    /// The bytes end within the feed, or its gzipped data is damaged.
    #[error("{feed}: it ends in the middle, after row {row}: {why}; download it again")]
    CutOff {
        /// The name of the feed.
        feed: String,
        /// The row that was being read, from 1; 0 where the feed ended before its first row.
        row: u64,
        /// What shows that the end is missing, for people.
        why: String,
    },
    /// The bytes are not in the format that the feed was read as.
    #[error("{feed}: not a feed of the format {format}, at row {row}: {why}")]
    Broken {
        /// The name of the feed.
        feed: String,
        /// The row that was being read, from 1.
        row: u64,
        /// The format that the feed was read as.
        format: Format,
        /// What does not fit the format, for people.
        why: String,
    },
    /// The feed has no text at all, or only white space.
    #[error("{feed}: it is empty")]
    Empty {
        /// The name of the feed.
        feed: String,
    },
    /// The feed was read to its end and had no row.
    #[error("{feed}: there is no product in it: {why}")]
    NoProducts {
        /// The name of the feed.
        feed: String,
        /// What was tried, for people.
        why: String,
    },
    /// A column map that [`Columns::parse`] does not understand: the pair that is wrong.
    #[error("the column map {0:?} is not understood: write field=Column, with commas between, as in title=Name,price=Preis; fields are {fields}", fields = columns::FIELD_NAMES)]
    Columns(String),
    /// The feed could not be read, or the spool could not be written or read again.
    #[error("reading or writing failed: {0}")]
    Io(#[from] io::Error),
}

/// A feed's bytes, wherever they come from.
pub type Bytes<'a> = Box<dyn Read + 'a>;
