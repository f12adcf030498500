//! Memory for the items of a feed, as a file would be: bounded, for the memory of a wasm module never shrinks and a page
//! that takes too much is ended without a word. Must not know what is kept.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};

/// Some hundred thousand products.
const MOST_BYTES: u64 = 256 << 20;

#[derive(Default)]
pub struct Room(Cursor<Vec<u8>>);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.position() + bytes.len() as u64 > MOST_BYTES {
            return Err(ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Room {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for Room {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
