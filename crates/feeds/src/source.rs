//! The bytes of a feed as UTF-8: decompressed if they are gzipped, decoded by the WHATWG Encoding Standard, with a size
//! limit for each row.
//!
//! The encoding is the one that the user names, else that of the byte order mark, else the declared one. Without these a
//! feed is UTF-8; if its lines are not, the encoding is detected from the bytes. If only some lines are not UTF-8, each of
//! them is decoded on its own, as GBK or windows-1252, and counted, because some feeds are joined from several sources.
//! Must not know formats.

pub mod encoding; // which encoding a feed has
mod legacy; //      single lines that are not UTF-8

use std::{
    cell::{Cell, RefCell},
    io::{self, Read},
    rc::Rc,
};

use encoding_rs::{CoderResult, Decoder, UTF_8};
use flate2::read::MultiGzDecoder;

use self::encoding::{EncodingLabel, EncodingOrigin, Guess, Utf8Lines, choose_encoding, classify_utf8};
use super::Bytes;

/// The maximum size of a row. Without it, a feed read as the wrong format could be read into memory as one row.
pub const MAX_ROW_BYTES: u64 = 16 << 20;
/// Bytes from the beginning that are used to detect the encoding and the format.
pub const HEAD_BYTES: usize = 64 << 10;
/// Lines in another encoding that are kept as examples.
const EXAMPLES: usize = 5;

/// The state of reading a source, shared by the source, the parser and the importer.
#[derive(Debug, Default)]
pub struct ReadState {
    /// Bytes of the feed read so far, before unpacking.
    pub bytes: Cell<u64>,
    /// Bytes of text read since the current row began.
    row_bytes: Cell<u64>,
    /// Whether reading has stopped because a row has more than [`MAX_ROW_BYTES`].
    pub too_long: Cell<bool>,
    /// Why the feed seems to be truncated, if it does.
    pub cut_off: RefCell<Option<String>>,
    /// The name of the feed's encoding in the Encoding Standard; empty until the source is open.
    pub encoding: Cell<&'static str>,
    /// How the encoding was determined.
    pub origin: Cell<EncodingOrigin>,
    /// The number of lines that are not in the feed's encoding.
    pub misencoded_lines: Cell<u64>,
    /// The first 5 of these lines: the line number, from 1, and the beginning of the line.
    pub misencoded_examples: RefCell<Vec<(u64, String)>>,
}

impl ReadState {
    /// Starts a new row for the size limit. Parsers call this after each complete row.
    pub fn start_row(&self) {
        self.row_bytes.set(0);
    }

    fn note_misencoded(&self, line: u64, text: &str) {
        self.misencoded_lines.set(self.misencoded_lines.get() + 1);
        let mut examples = self.misencoded_examples.borrow_mut();
        if examples.len() < EXAMPLES {
            examples.push((line, super::raw::excerpt(text.trim_end())));
        }
    }
}

/// Reads a feed as UTF-8, whatever its encoding.
pub struct Source<'a> {
    inner: Bytes<'a>,
    state: Rc<ReadState>,
    decoder: Option<Decoder>,
    /// Bytes read but not yet decoded.
    raw: Vec<u8>,
    /// Decoded text, already returned up to `at`.
    text: Vec<u8>,
    at: usize,
    line: u64,
    legacy: legacy::LegacyDecoder,
    /// For a feed without a declaration whose lines are not UTF-8.
    guess: Option<Guess>,
    ended: bool,
}

impl<'a> Source<'a> {
    /// Opens a source. `chosen` is the encoding named by the user.
    ///
    /// Fails if the bytes cannot be read or decompressed, or are a ZIP archive.
    pub fn open(reader: Bytes<'a>, chosen: Option<EncodingLabel>, state: &Rc<ReadState>) -> io::Result<Self> {
        let mut counted: Bytes<'a> = Box::new(ByteCounter { inner: reader, state: state.clone() });
        let mut magic = Vec::new();
        counted.by_ref().take(4).read_to_end(&mut magic)?;
        if magic == *b"PK\x03\x04" {
            return Err(io::Error::other("the feed is a ZIP archive: unpack it first"));
        }
        let gzip = magic.starts_with(&[0x1f, 0x8b]);
        let all = io::Cursor::new(magic).chain(counted);
        let mut inner: Bytes<'a> = if gzip { Box::new(MultiGzDecoder::new(all)) } else { Box::new(all) };
        let mut head = Vec::new();
        inner.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| note_cut_off(state, error))?;
        let (encoding, origin, mark) = choose_encoding(&head, chosen);
        head.drain(..mark);
        state.encoding.set(encoding.name());
        state.origin.set(origin);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let legacy = legacy::LegacyDecoder::default();
        let (state, text) = (state.clone(), Vec::new());
        let mut source =
            Self { inner, state, decoder, raw: head, text, at: 0, line: 0, legacy, guess: None, ended: false };
        source.decode(false);
        Ok(source)
    }

    /// The beginning of the text, about [`HEAD_BYTES`] of the input.
    pub fn head(&self) -> &str {
        let text = &self.text[self.at..];
        std::str::from_utf8(text)
            .unwrap_or_else(|error| std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default())
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.at == self.text.len() && !self.ended {
            let start = self.raw.len();
            self.raw.resize(start + HEAD_BYTES, 0);
            let read = self.inner.read(&mut self.raw[start..]).map_err(|error| note_cut_off(&self.state, error));
            self.raw.truncate(start + *read.as_ref().unwrap_or(&0));
            self.ended = read? == 0;
            (self.at, _) = (0, self.text.clear());
            self.decode(self.ended);
        }
        Ok(())
    }

    /// Decodes complete lines from `raw` into `text`, or complete characters of a very long line.
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
                count_lines(&self.state, &mut self.line, &self.text[start..], broken);
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
        match classify_utf8(chunk, self.guess.is_some()) {
            Utf8Lines::All => {
                self.text.extend_from_slice(chunk);
                count_lines(&self.state, &mut self.line, chunk, false);
            }
            Utf8Lines::None => {
                let encoding = self.guess.get_or_insert_default().update(chunk);
                self.state.encoding.set(encoding.name());
                self.state.origin.set(EncodingOrigin::Detected);
                let (text, broken) = encoding.decode_without_bom_handling(chunk);
                self.text.extend_from_slice(text.as_bytes());
                count_lines(&self.state, &mut self.line, &self.text[before..], broken);
            }
            Utf8Lines::Some => {
                for line in chunk.split_inclusive(|&byte| byte == b'\n') {
                    self.line += 1;
                    match std::str::from_utf8(line) {
                        Ok(line) => self.text.extend_from_slice(line.as_bytes()),
                        Err(_) => {
                            let text = self.legacy.decode(line);
                            self.state.note_misencoded(self.line, &text);
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
        let row_bytes = self.state.row_bytes.get() + size as u64;
        if row_bytes > MAX_ROW_BYTES {
            self.state.too_long.set(true);
            return Err(io::Error::other("a row is too long"));
        }
        self.state.row_bytes.set(row_bytes);
        out[..size].copy_from_slice(&self.text[self.at..self.at + size]);
        self.at += size;
        Ok(size)
    }
}

/// Counts the lines of a decoded text and, if `broken`, notes those with bytes that are invalid in the encoding.
fn count_lines(state: &ReadState, line: &mut u64, text: &[u8], broken: bool) {
    if broken {
        for (nth, text) in
            String::from_utf8_lossy(text).lines().enumerate().filter(|(_, text)| text.contains('\u{fffd}'))
        {
            state.note_misencoded(*line + nth as u64 + 1, text);
        }
    }
    *line += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
}

/// Records that the feed is truncated, if the error is of gzip data that ends early or has a wrong checksum.
fn note_cut_off(state: &ReadState, error: io::Error) -> io::Error {
    if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) {
        *state.cut_off.borrow_mut() = Some(format!("the gzipped data is damaged ({error})"));
    }
    error
}

/// Counts the bytes that are read through it.
struct ByteCounter<'a> {
    inner: Bytes<'a>,
    state: Rc<ReadState>,
}

impl Read for ByteCounter<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.state.bytes.set(self.state.bytes.get() + read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
