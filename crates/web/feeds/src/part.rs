//! A file that JavaScript holds, read part by part: it is never in memory as a whole. Must not know what is in it.

use std::io::{self, Read};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// A call into JavaScript takes longer than the copying of this much.
const PART_BYTES: f64 = 262_144.0;

pub struct Parts {
    read: Function,
    at: f64,
    part: Vec<u8>,
    taken: usize,
}

impl Parts {
    pub fn new(read: Function) -> Self {
        Self { read, at: 0.0, part: Vec::new(), taken: 0 }
    }

    fn next(&mut self) -> io::Result<()> {
        let part = self.read.call2(&JsValue::NULL, &self.at.into(), &PART_BYTES.into());
        let part = part.and_then(|part| part.dyn_into::<Uint8Array>());
        let part = part.map_err(|_| io::Error::other("the file cannot be read any more: it was moved or changed"))?;
        (self.part, self.taken) = (part.to_vec(), 0);
        self.at += self.part.len() as f64;
        Ok(())
    }
}

impl Read for Parts {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.part.len() {
            self.next()?;
        }
        let size = out.len().min(self.part.len() - self.taken);
        out[..size].copy_from_slice(&self.part[self.taken..self.taken + size]);
        self.taken += size;
        Ok(size)
    }
}
