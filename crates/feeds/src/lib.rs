//! Reads product feeds of every common format into clean items, and reports the problems found in them.
//!
//! The input is anything that implements [`Read`]; the output is items and a report. It works the same natively and in the
//! browser. Memory use is bounded by the size of a row, not of the feed. The exceptions wait for rows that come later, each
//! within a stated limit: Magento variants for their product, WordPress products for their pictures, and JSON:API
//! resources for the resources they refer to. Must not know files, the network, models or visitors.
//!
//! ```text
//! bytes -> source (gzip, encoding) -> parser -> raw rows -> clean -> fold variants -> spool, sorted by id -> Items
//! ```

#![warn(missing_docs)]

pub mod clean; //    a raw row -> an item and its problems
pub mod columns; //  the meaning of column, key and tag names
pub mod format; //   feed formats and their names
pub mod import; //   the whole pipeline, for one or several feeds
pub mod parse; //    formats -> raw rows
pub mod raw; //      one row, as the feed has it
pub mod report; //   problems, counted by kind, with examples
pub mod source; //   bytes -> UTF-8 text, with a size limit for each row
pub mod value; //    parsing of texts, prices, dates, languages, availability
pub mod variants; // folding the variants of a product into one item

use std::{io, io::Read};

pub use clean::{ids::IdSource, link::LinkPattern};
pub use columns::ColumnMap;
pub use format::Format;
pub use import::{Import, Items, Options, Progress};
pub use parse::{FeedReader, html::site::SitePage};
pub use raw::{Field, RawRow};
pub use report::{ProblemKind, Report};
pub use source::encoding::EncodingLabel;
pub use variants::Variants;

/// An error that ends the reading of a feed. A single bad row does not: it is counted in the report.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A row is longer than [`source::MAX_ROW_BYTES`].
    #[error(
        "{feed}: row {row} is longer than {} MB, so this is probably not a {format} feed; name the right format with --format",
        source::MAX_ROW_BYTES >> 20
    )]
    TooLong {
        /// The name of the feed, as given by the caller.
        feed: String,
        /// The row that was being read, from 1.
        row: u64,
        /// The format that the feed was read as.
        format: Format,
    },
    /// The feed is truncated, or its gzip data is damaged.
    #[error("{feed}: the feed is truncated after row {row}: {why}; download it again")]
    CutOff {
        /// The name of the feed.
        feed: String,
        /// The row that was being read, from 1; 0 where the feed ended before its first row.
        row: u64,
        /// Why the feed seems to be truncated, for people.
        why: String,
    },
    /// The bytes are not in the format that the feed was read as.
    #[error("{feed}: cannot be read as {format}, at row {row}: {why}")]
    Broken {
        /// The name of the feed.
        feed: String,
        /// The row that was being read, from 1.
        row: u64,
        /// The format that the feed was read as.
        format: Format,
        /// What is invalid, for people.
        why: String,
    },
    /// The feed has no text, or only white space.
    #[error("{feed}: the feed is empty")]
    Empty {
        /// The name of the feed.
        feed: String,
    },
    /// The feed was read to its end and has no rows.
    #[error("{feed}: the feed has no products: {why}")]
    NoProducts {
        /// The name of the feed.
        feed: String,
        /// How the feed was read, for people.
        why: String,
    },
    /// The pair that [`ColumnMap::parse`] cannot parse.
    #[error("cannot parse {0:?} in the column map: write field=Column pairs separated by commas, as in title=Name,price=Preis; the fields are {fields}", fields = columns::FIELD_NAMES)]
    ColumnMap(String),
    /// The feed could not be read, or the spool could not be written or read back.
    #[error("reading the feed or writing its temporary file failed: {0}")]
    Io(#[from] io::Error),
}

/// The bytes of a feed, from any source.
pub type Bytes<'a> = Box<dyn Read + 'a>;
