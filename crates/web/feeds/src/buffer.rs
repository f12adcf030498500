//! Memory for the items of a feed, used like a file. It is bounded, because the memory of a wasm module never shrinks, and
//! browsers close a page that uses too much without a message. Must not know its contents.

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};

/// The maximum size, enough for a few hundred thousand products.
const MAX_BYTES: u64 = 256 << 20;

/// A buffer of at most [`MAX_BYTES`]. Writing more fails with [`ErrorKind::StorageFull`].
#[derive(Default)]
pub struct BoundedBuffer(Cursor<Vec<u8>>);

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.position() + bytes.len() as u64 > MAX_BYTES {
            return Err(ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for BoundedBuffer {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for BoundedBuffer {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
