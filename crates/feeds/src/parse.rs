//! Parses the feed formats into raw rows, one at a time. Must not know how rows are cleaned.
//!
//! A row that cannot be read is returned as a [`RowError`], and parsing continues with the next one. An error that ends the
//! feed is a [`FeedError`].

pub mod assign; // assigns values to fields
pub mod html; //   pages: JSON-LD, microdata, Open Graph
pub mod json; //   arrays, wrapped arrays, JSON Lines
pub mod jsonld; // schema.org's Product
pub mod names; //  names of JSON keys and XML elements
pub mod nested; // attributes within one column or key
pub mod object; // JSON objects of any shop system
pub mod recognise; // detects the format from the first characters
pub mod records; // records of a CSV or TSV file
pub mod scalar; // JSON values as text
pub mod shopify; // products.json, and what the CSV shares with it
pub mod stock; //  tracked and untracked stock
pub mod table; //  CSV and TSV, with the layouts of shop systems
pub mod xml; //    RSS, Atom and similar formats

use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, BufReader},
    rc::Rc,
};

use super::{
    Bytes, FeedError, Format,
    columns::ColumnMap,
    parse::html::site::{Site, SitePage},
    raw::{RawRow, RowError},
    source::{HEAD_BYTES, ReadState, Source, encoding::EncodingLabel},
};

/// The decoded text of a feed, which parsers read.
pub type TextReader<'a> = BufReader<Source<'a>>;

/// A parser of one format. Must not be called again after `None` or a [`ParseError`].
pub trait RowReader {
    /// Reads the next row; `None` at the end of the feed. An error means that no further row can be read.
    fn next(&mut self) -> Result<Option<RowResult>, ParseError>;

    /// The number of the current row, from 1.
    fn row(&self) -> u64;

    /// The language that the feed declares, if any, as a primary subtag.
    fn lang(&self) -> Option<String> {
        None
    }

    /// How each column, key or tag was used, by name; empty if it was left out.
    fn column_uses(&self) -> BTreeMap<String, String>;
}

/// A row, or why it could not be read.
pub type RowResult = Result<RawRow, RowError>;

/// Why a parser cannot go on.
#[derive(Debug)]
pub enum ParseError {
    /// The source could not be read.
    Io(io::Error),
    /// The feed ends within a row; why, for people.
    CutOff(String),
    /// The text is not in the parser's format; why, for people.
    Broken(String),
}

impl From<io::Error> for ParseError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads one feed, row by row.
pub struct FeedReader<'a> {
    name: String,
    /// The format, given or detected.
    pub format: Format,
    state: Rc<ReadState>,
    rows: Box<dyn RowReader + 'a>,
    ended: bool,
}

impl<'a> FeedReader<'a> {
    /// Opens a feed. `name` is used in messages. `format` and `encoding` are detected if `None`.
    pub fn open(
        name: &str,
        reader: Bytes<'a>,
        format: Option<Format>,
        encoding: Option<EncodingLabel>,
        columns: &ColumnMap,
    ) -> Result<Self, FeedError> {
        let state = Rc::new(ReadState::default());
        let source = Source::open(reader, encoding, &state).map_err(|error| {
            let why = state.cut_off.borrow().clone();
            match why {
                Some(why) => FeedError::CutOff { feed: name.to_owned(), row: 0, why },
                None => FeedError::Io(error),
            }
        })?;
        if source.head().trim().is_empty() {
            return Err(FeedError::Empty { feed: name.to_owned() });
        }
        let format = format.unwrap_or_else(|| recognise::recognise_format(source.head()));
        let columns = columns.clone();
        let delimiter = records::detect_delimiter(source.head());
        let text = BufReader::with_capacity(HEAD_BYTES, source);
        let (name, ended) = (name.to_owned(), false);
        let rows: Result<Box<dyn RowReader + 'a>, ParseError> = match format {
            Format::Table => table::open(text, delimiter, columns, &state),
            Format::Xml => Ok(Box::new(xml::Xml::new(text, columns, &state))),
            Format::Json => Ok(Box::new(json::Json::new(text, columns, &state))),
            Format::JsonLines => Ok(Box::new(json::Lines::new(text, columns, &state))),
            Format::Html => html::Html::open(text, columns).map(|html| Box::new(html) as _),
        };
        match rows {
            Ok(rows) => Ok(Self { name, format, state, rows, ended }),
            Err(stop) => Err(feed_error(&name, format, &state, 1, stop)),
        }
    }

    /// Opens a site, whose pages are read one after another. `name` is used in messages.
    pub fn open_site(name: &str, pages: impl Iterator<Item = io::Result<SitePage>> + 'a) -> Self {
        let (name, state, rows) = (name.to_owned(), Rc::<ReadState>::default(), Box::new(Site::new(pages)));
        state.encoding.set("UTF-8");
        Self { name, format: Format::Html, state, rows, ended: false }
    }

    /// Bytes read so far, before unpacking.
    pub fn bytes(&self) -> u64 {
        self.state.bytes.get()
    }

    /// The state of reading: the encoding, and the lines that are not in it.
    pub fn state(&self) -> &ReadState {
        &self.state
    }

    /// The language that the feed declares, as a primary subtag such as `de`; `None` if it declares none.
    pub fn lang(&self) -> Option<String> {
        self.rows.lang()
    }

    /// How each column, key or tag was used, by name; empty if it was left out.
    pub fn column_uses(&self) -> BTreeMap<String, String> {
        self.rows.column_uses()
    }
}

impl Iterator for FeedReader<'_> {
    type Item = Result<RowResult, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.rows.next() {
            Ok(Some(row)) => {
                self.state.start_row();
                Some(Ok(row))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(stop) => {
                self.ended = true;
                Some(Err(feed_error(&self.name, self.format, &self.state, self.rows.row(), stop)))
            }
        }
    }
}

fn feed_error(feed: &str, format: Format, state: &ReadState, row: u64, stop: ParseError) -> FeedError {
    let feed = feed.to_owned();
    if state.too_long.get() {
        return FeedError::TooLong { feed, row, format };
    }
    if let Some(why) = state.cut_off.borrow().clone() {
        return FeedError::CutOff { feed, row, why };
    }
    match stop {
        ParseError::Io(error) => FeedError::Io(error),
        ParseError::CutOff(why) => FeedError::CutOff { feed, row, why },
        ParseError::Broken(why) => FeedError::Broken { feed, row, format, why },
    }
}

/// Rows that are ready, such as the variants of one product or the products of one page.
pub type RowQueue = VecDeque<RowResult>;
