//! Reads a JavaScript file in chunks, so that it is never in memory as a whole. Must not know its contents.

use std::io::{self, Read};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The chunk size, large enough that calls into JavaScript cost less than copying.
const CHUNK_BYTES: f64 = 262_144.0;

/// A reader that gets chunks from a JavaScript function `(offset, length) => Uint8Array`.
pub struct ChunkReader {
    read: Function,
    /// The offset of the next chunk.
    offset: f64,
    chunk: Vec<u8>,
    /// How much of `chunk` has been read.
    position: usize,
}

impl ChunkReader {
    pub fn new(read: Function) -> Self {
        Self { read, offset: 0.0, chunk: Vec::new(), position: 0 }
    }

    fn load_chunk(&mut self) -> io::Result<()> {
        let chunk = self.read.call2(&JsValue::NULL, &self.offset.into(), &CHUNK_BYTES.into());
        let chunk = chunk.and_then(|chunk| chunk.dyn_into::<Uint8Array>());
        let chunk = chunk.map_err(|_| io::Error::other("the file can no longer be read: it was moved or changed"))?;
        (self.chunk, self.position) = (chunk.to_vec(), 0);
        self.offset += self.chunk.len() as f64;
        Ok(())
    }
}

impl Read for ChunkReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.position == self.chunk.len() {
            self.load_chunk()?;
        }
        let size = out.len().min(self.chunk.len() - self.position);
        out[..size].copy_from_slice(&self.chunk[self.position..self.position + size]);
        self.position += size;
        Ok(size)
    }
}
