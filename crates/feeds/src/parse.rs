//! Formats to raw rows, one at a time. Must not know what makes an item good.
//!
//! A row that cannot be read is [`Unread`] and the next one follows; what ends a feed is a [`FeedError`].

pub mod assign; // a value to where its column belongs
pub mod html; //   pages: JSON-LD, microdata, Open Graph
pub mod json; //   arrays, wrapped arrays, lines
pub mod jsonld; // schema.org's Product
pub mod names; //  of JSON keys and XML elements
pub mod nested; // attributes within one column or key
pub mod object; // JSON objects of any shop
pub mod recognise; // the format, by the first characters
pub mod records; // of a CSV or TSV file
pub mod scalar; // a JSON value as text
pub mod shopify; // products.json
pub mod stock; //  pieces, tracked or not
pub mod table; //  CSV and TSV, and what is particular to each maker's
pub mod xml; //    RSS, Atom and their like

use std::{
    collections::{BTreeMap, VecDeque},
    io::{self, BufReader},
    rc::Rc,
};

use super::{
    Bytes, FeedError, Format,
    columns::Columns,
    raw::{Raw, Unread},
    source::{HEAD_BYTES, Shared, Source, encoding::Label},
};

/// What a parser reads from.
pub type Text<'a> = BufReader<Source<'a>>;

/// A parser. After `None` or a [`Stop`] it is not asked again.
pub trait Rows {
    /// The next row; `None` at the end of the feed. The error says why no row can follow.
    fn next(&mut self) -> Result<Option<Row>, Stop>;

    /// Number of the row that is being read, from 1.
    fn row(&self) -> u64;

    /// The language that the feed declares, if it does.
    fn lang(&self) -> Option<String> {
        None
    }

    /// What was made of each column, key or tag; empty where nothing was.
    fn used(&self) -> BTreeMap<String, String>;
}

/// A row, or why this one could not be read.
pub type Row = Result<Raw, Unread>;

/// Why a parser cannot go on.
#[derive(Debug)]
pub enum Stop {
    /// The source could not be read.
    Io(io::Error),
    /// The feed ends within a row.
    Ends(String),
    /// What comes is not in the parser's format: why, for people.
    Broken(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// One feed, being read.
pub struct Feed<'a> {
    name: String,
    /// The format that was named or recognised.
    pub format: Format,
    shared: Rc<Shared>,
    rows: Box<dyn Rows + 'a>,
    ended: bool,
}

impl<'a> Feed<'a> {
    /// `name` is for messages. A `format` and an `encoding` that are not named are recognised.
    pub fn open(
        name: &str,
        reader: Bytes<'a>,
        format: Option<Format>,
        encoding: Option<Label>,
        columns: &Columns,
    ) -> Result<Self, FeedError> {
        let shared = Rc::new(Shared::default());
        let source = Source::open(reader, encoding, &shared).map_err(|error| {
            let why = shared.cut_off.borrow().clone();
            match why {
                Some(why) => FeedError::CutOff { feed: name.to_owned(), row: 0, why },
                None => FeedError::Io(error),
            }
        })?;
        if source.head().trim().is_empty() {
            return Err(FeedError::Empty { feed: name.to_owned() });
        }
        let format = format.unwrap_or_else(|| recognise::recognise(source.head()));
        let columns = columns.clone();
        let delimiter = records::delimiter(source.head());
        let text = BufReader::with_capacity(HEAD_BYTES, source);
        let (name, ended) = (name.to_owned(), false);
        let rows: Result<Box<dyn Rows + 'a>, Stop> = match format {
            Format::Table => table::open(text, delimiter, columns, &shared),
            Format::Xml => Ok(Box::new(xml::Xml::new(text, columns, &shared))),
            Format::Json => Ok(Box::new(json::Json::new(text, columns, &shared))),
            Format::JsonLines => Ok(Box::new(json::Lines::new(text, columns, &shared))),
            Format::Html => html::Html::open(text, columns).map(|html| Box::new(html) as _),
        };
        match rows {
            Ok(rows) => Ok(Self { name, format, shared, rows, ended }),
            Err(stop) => Err(error(&name, format, &shared, 1, stop)),
        }
    }

    /// Bytes read so far, as the feed comes.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.get()
    }

    /// What the reading has found so far: the encoding, and the lines that are not in it.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The language that the feed declares, as a primary subtag such as `de`; `None` where it declares none.
    pub fn lang(&self) -> Option<String> {
        self.rows.lang()
    }

    /// What was made of each column, key or tag, by its name; empty where nothing was.
    pub fn used(&self) -> BTreeMap<String, String> {
        self.rows.used()
    }
}

impl Iterator for Feed<'_> {
    type Item = Result<Row, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.rows.next() {
            Ok(Some(row)) => {
                self.shared.new_row();
                Some(Ok(row))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(stop) => {
                self.ended = true;
                Some(Err(error(&self.name, self.format, &self.shared, self.rows.row(), stop)))
            }
        }
    }
}

fn error(feed: &str, format: Format, shared: &Shared, row: u64, stop: Stop) -> FeedError {
    let feed = feed.to_owned();
    if shared.too_long.get() {
        return FeedError::TooLong { feed, row, format };
    }
    if let Some(why) = shared.cut_off.borrow().clone() {
        return FeedError::CutOff { feed, row, why };
    }
    match stop {
        Stop::Io(error) => FeedError::Io(error),
        Stop::Ends(why) => FeedError::CutOff { feed, row, why },
        Stop::Broken(why) => FeedError::Broken { feed, row, format, why },
    }
}

/// Rows that one element of the feed gives: a product's variants, the products of a page.
pub type Queue = VecDeque<Row>;
