//! Product feeds of every common format to clean items: parsers, cleaning, and a report of what was wrong.
//!
//! Bytes in through [`Read`], items and a report out, the same natively and in a page. Memory is bounded by a row, not by
//! the feed; only Magento's variants wait until their product comes, WordPress's products for their pictures, and
//! JSON:API's for what they refer to, each within a stated bound. Must not know files, the network, models or visitors.
//!
//! ```text
//! bytes -> source (gzip, encoding) -> a parser -> Raw rows -> clean -> variants folded -> spool, by id -> Items
//! ```

pub mod clean; //    a raw row -> an item, and what was wrong with it
pub mod columns; //  what the names of columns, keys and tags mean
pub mod format; //   the formats, and how they are recognised
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
    #[error(
        "{feed}: row {row} is longer than {} MB: this is no feed of the format {format}; name the right one with --format",
        source::MOST_ROW_BYTES >> 20
    )]
    TooLong { feed: String, row: u64, format: Format },
    #[error("{feed}: it ends in the middle, after row {row}: {why}; download it again")]
    CutOff { feed: String, row: u64, why: String },
    #[error("{feed}: not a feed of the format {format}, at row {row}: {why}")]
    Broken { feed: String, row: u64, format: Format, why: String },
    #[error("{feed}: it is empty")]
    Empty { feed: String },
    #[error("{feed}: there is no product in it: {why}")]
    NoProducts { feed: String, why: String },
    #[error("the column map {0:?} is not understood: write field=Column, with commas between, as in title=Name,price=Preis; fields are {fields}", fields = columns::FIELD_NAMES)]
    Columns(String),
    #[error("reading or writing failed: {0}")]
    Io(#[from] io::Error),
}

/// A feed's bytes, wherever they come from.
pub type Bytes<'a> = Box<dyn Read + 'a>;
