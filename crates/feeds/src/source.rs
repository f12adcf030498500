//! The bytes of a feed as UTF-8: unpacked where they are gzipped, decoded by the web's rules, within a budget a row.
//!
//! A person's word, a byte order mark or a declaration decides the encoding. Without one a feed is UTF-8, unless its lines
//! are something else throughout, which is then found out from their bytes. Where only some lines are something else,
//! each is decoded by itself, as GBK or windows-1252, and counted: feeds are glued from several sources. Must not know
//! formats.

pub mod encoding; // which encoding a feed is in
mod legacy; //      single lines that are not UTF-8

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
};

use encoding_rs::{CoderResult, Decoder, UTF_8};
use flate2::read::MultiGzDecoder;

use self::encoding::{Guess, Label, Origin, Utf8, choose, utf8};
use super::Bytes;

/// What one row may have; a feed of another format would otherwise be read into memory as one row.
pub const MOST_ROW_BYTES: u64 = 16 << 20;
/// Bytes that are looked at to recognise the encoding and the format.
pub const HEAD_BYTES: usize = 64 << 10;
/// Lines in another encoding that are remembered as examples.
const EXAMPLES: usize = 5;

/// What the reading has found so far; the parser's end and the importer's end of the same source.
#[derive(Debug, Default)]
pub struct Shared {
    /// Of the feed as it comes, before unpacking.
    pub bytes: Cell<u64>,
    /// Handed out since the last row began.
    row_bytes: Cell<u64>,
    /// A row has more than [`MOST_ROW_BYTES`], so reading has stopped.
    pub too_long: Cell<bool>,
    /// Why the bytes end before the feed does.
    pub cut_off: RefCell<Option<String>>,
    /// The name of the feed's encoding by the Encoding Standard; empty until the source is open.
    pub encoding: Cell<&'static str>,
    /// How that is known.
    pub origin: Cell<Origin>,
    /// Lines that are not in the feed's encoding, and the first of them.
    pub strange_lines: Cell<u64>,
    /// At most 5 such lines: the number, from 1, and how the line begins.
    pub strange: RefCell<Vec<(u64, String)>>,
}

impl Shared {
    /// To be called when a row is complete.
    pub fn new_row(&self) {
        self.row_bytes.set(0);
    }

    fn note_strange(&self, line: u64, text: &str) {
        self.strange_lines.set(self.strange_lines.get() + 1);
        let mut examples = self.strange.borrow_mut();
        if examples.len() < EXAMPLES {
            examples.push((line, super::raw::excerpt(text.trim_end())));
        }
    }
}

/// UTF-8, whatever the feed is in.
pub struct Source<'a> {
    inner: Bytes<'a>,
    shared: Rc<Shared>,
    decoder: Option<Decoder>,
    /// Read, not decoded.
    raw: Vec<u8>,
    /// Decoded; given out up to `at`.
    text: Vec<u8>,
    at: usize,
    line: u64,
    legacy: legacy::Legacy,
    /// Of a feed without a declaration whose lines are not UTF-8.
    guess: Option<Guess>,
    ended: bool,
}

impl<'a> Source<'a> {
    /// `chosen` is what a person says that the encoding is.
    pub fn open(reader: Bytes<'a>, chosen: Option<Label>, shared: &Rc<Shared>) -> io::Result<Self> {
        let mut counted: Bytes<'a> = Box::new(Counted { inner: reader, shared: shared.clone() });
        let mut magic = Vec::new();
        counted.by_ref().take(4).read_to_end(&mut magic)?;
        if magic == *b"PK\x03\x04" {
            return Err(io::Error::other("it is a ZIP archive: unpack it first"));
        }
        let gzip = magic.starts_with(&[0x1f, 0x8b]);
        let all = io::Cursor::new(magic).chain(counted);
        let mut inner: Bytes<'a> = if gzip { Box::new(MultiGzDecoder::new(all)) } else { Box::new(all) };
        let mut head = Vec::new();
        inner.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| cut_off(shared, error))?;
        let (encoding, origin, mark) = choose(&head, chosen);
        head.drain(..mark);
        shared.encoding.set(encoding.name());
        shared.origin.set(origin);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let legacy = legacy::Legacy::default();
        let (shared, text) = (shared.clone(), Vec::new());
        let mut source =
            Self { inner, shared, decoder, raw: head, text, at: 0, line: 0, legacy, guess: None, ended: false };
        source.decode(false);
        Ok(source)
    }

    /// The beginning of the text, as far as it was looked at.
    pub fn head(&self) -> &str {
        let text = &self.text[self.at..];
        std::str::from_utf8(text)
            .unwrap_or_else(|error| std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default())
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.at == self.text.len() && !self.ended {
            let start = self.raw.len();
            self.raw.resize(start + HEAD_BYTES, 0);
            let read = self.inner.read(&mut self.raw[start..]).map_err(|error| cut_off(&self.shared, error));
            self.raw.truncate(start + *read.as_ref().unwrap_or(&0));
            self.ended = read? == 0;
            (self.at, _) = (0, self.text.clear());
            self.decode(self.ended);
        }
        Ok(())
    }

    /// Moves what is whole from `raw` to `text`: whole lines, or whole characters of a line that is very long.
    fn decode(&mut self, last: bool) {
        if let Some(decoder) = &mut self.decoder {
            let mut from = 0;
            loop {
                let start = self.text.len();
                let room = decoder.max_utf8_buffer_length(self.raw.len() - from).unwrap_or(HEAD_BYTES);
                self.text.resize(start + room, 0);
                let (result, read, written, broken) =
                    decoder.decode_to_utf8(&self.raw[from..], &mut self.text[start..], last);
                self.text.truncate(start + written);
                from += read;
                count_broken(&self.shared, &mut self.line, &self.text[start..], broken);
                if result == CoderResult::InputEmpty {
                    break;
                }
            }
            return self.raw.clear();
        }
        let whole = match self.raw.iter().rposition(|&byte| byte == b'\n') {
            _ if last => self.raw.len(),
            Some(end) => end + 1,
            None => match self.raw.iter().rposition(u8::is_ascii) {
                Some(end) => end + 1,
                None => std::str::from_utf8(&self.raw).map_or_else(|error| error.valid_up_to(), str::len),
            },
        };
        let chunk = &self.raw[..whole];
        let before = self.text.len();
        match utf8(chunk, self.guess.is_some()) {
            Utf8::All => {
                self.text.extend_from_slice(chunk);
                count_broken(&self.shared, &mut self.line, chunk, false);
            }
            Utf8::None => {
                let encoding = self.guess.get_or_insert_default().see(chunk);
                self.shared.encoding.set(encoding.name());
                self.shared.origin.set(Origin::Detected);
                let (text, broken) = encoding.decode_without_bom_handling(chunk);
                self.text.extend_from_slice(text.as_bytes());
                count_broken(&self.shared, &mut self.line, &self.text[before..], broken);
            }
            Utf8::Some => {
                for line in chunk.split_inclusive(|&byte| byte == b'\n') {
                    self.line += 1;
                    match std::str::from_utf8(line) {
                        Ok(line) => self.text.extend_from_slice(line.as_bytes()),
                        Err(_) => {
                            let text = self.legacy.decode(line);
                            self.shared.note_strange(self.line, &text);
                            self.text.extend_from_slice(text.as_bytes());
                        }
                    }
                }
            }
        }
        self.raw.drain(..whole);
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let size = out.len().min(self.text.len() - self.at);
        let row_bytes = self.shared.row_bytes.get() + size as u64;
        if row_bytes > MOST_ROW_BYTES {
            self.shared.too_long.set(true);
            return Err(io::Error::other("a row is too long"));
        }
        self.shared.row_bytes.set(row_bytes);
        out[..size].copy_from_slice(&self.text[self.at..self.at + size]);
        self.at += size;
        Ok(size)
    }
}

/// Counts the lines of a decoded text, and those in which the encoding had no character for some bytes, if there are any.
fn count_broken(shared: &Shared, line: &mut u64, text: &[u8], broken: bool) {
    if broken {
        for (nth, text) in
            String::from_utf8_lossy(text).lines().enumerate().filter(|(_, text)| text.contains('\u{fffd}'))
        {
            shared.note_strange(*line + nth as u64 + 1, text);
        }
    }
    *line += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
}

/// A packed feed that ends too soon, or whose checksum is wrong, is remembered as cut off.
fn cut_off(shared: &Shared, error: io::Error) -> io::Error {
    if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) {
        *shared.cut_off.borrow_mut() = Some(format!("the gzipped data is damaged ({error})"));
    }
    error
}

struct Counted<'a> {
    inner: Bytes<'a>,
    shared: Rc<Shared>,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.shared.bytes.set(self.shared.bytes.get() + read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
