//! The download of one file: the bytes received so far, and how to resume after the connection broke.
//!
//! Resumes with a range request (RFC 9110, 14.2), for which browsers ask for an uncompressed answer. A server may also
//! answer with the whole file. Only the digest can show that parts of two versions were joined. Must not know digests or
//! where parts are saved.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStreamDefaultReader, RequestCache, RequestInit, Response};

use super::Priority;
use crate::{
    error::error_message,
    scope::{now_ms, scope},
};

/// The most memory that is allocated before the bytes arrive.
const MAX_PREALLOCATED_BYTES: f64 = 64e6;
/// The most bytes that are read of a file whose length is not known in advance, such as a manifest.
const MAX_BYTES_OF_UNKNOWN_LENGTH: u32 = 8 << 20;
/// A download that takes longer than this is saved in parts while it runs, because the visitor may leave before its end;
/// the next page resumes it. A faster download is written to the cache only once.
const SLOW_MS: f64 = 500.0;
/// The least size of a saved part: on a link of 1.6 Mbit/s a second and a quarter.
const PART_BYTES: u32 = 1 << 18;

/// Why an attempt failed.
pub enum Failure {
    /// Another attempt may succeed.
    Transient(String),
    /// Another attempt would fail, too.
    Permanent(String),
}

/// A file that is being downloaded.
pub struct Download {
    /// Has the file's size where that is known: joining chunks at the end would need the memory twice.
    bytes: Uint8Array,
    /// Number of bytes received.
    done: u32,
    /// The length in the manifest.
    expected: Option<u64>,
    /// Number of bytes that were saved in parts.
    saved: u32,
    priority: Priority,
}

impl Download {
    /// Creates a download of a file whose length is known.
    pub fn of_length(expected_bytes: u64, priority: Priority) -> Self {
        let allocated = (expected_bytes as f64).min(MAX_PREALLOCATED_BYTES) as u32;
        let bytes = Uint8Array::new_with_length(allocated);
        Self { bytes, done: 0, expected: Some(expected_bytes), saved: 0, priority }
    }

    /// Creates a download of a file whose length is not known. It cannot be resumed, only started again.
    pub fn of_unknown_length() -> Self {
        Self { bytes: Uint8Array::new_with_length(0), done: 0, expected: None, saved: 0, priority: Priority::Normal }
    }

    /// Returns the bytes received so far.
    pub fn bytes(&self) -> Uint8Array {
        if self.done == self.bytes.length() { self.bytes.clone() } else { self.bytes.slice(0, self.done) }
    }

    /// Discards the bytes received so far.
    pub fn discard(&mut self) {
        (self.done, self.saved) = (0, 0);
    }

    /// Appends the next bytes, saved by an earlier visit. They are not verified yet.
    pub fn append_saved(&mut self, part: &Uint8Array) {
        if self.append(part).is_ok() {
            self.saved = self.done;
        }
    }

    /// Fetches the missing bytes. `bypass_cache` skips the browser's HTTP cache, which may hold the answer that failed
    /// before. `progress` gets the number of bytes received so far; `save_part` gets each part of a slow download and the
    /// offset at which it starts.
    pub async fn resume(
        &mut self,
        url: &str,
        bypass_cache: bool,
        progress: &impl Fn(f64),
        save_part: impl Fn(u32, Uint8Array),
    ) -> Result<(), Failure> {
        if self.done > 0 && self.expected == Some(u64::from(self.done)) {
            return Ok(());
        }
        let transient = |thrown: JsValue| Failure::Transient(error_message(&thrown));
        let response = self.request(url, bypass_cache).await.map_err(transient)?;
        match response.status() {
            206 if self.is_next(&response) => {}
            200 | 206 => self.discard(),
            416 => {
                self.discard();
                return Err(Failure::Transient("the file on the server is shorter than before".to_owned()));
            }
            status @ (408 | 429 | 500..) => return Err(Failure::Transient(format!("the server answers {status}"))),
            status => return Err(Failure::Permanent(format!("the server answers {status}"))),
        }
        if self.expected.is_none() {
            let allocated = content_length(&response).clamp(0.0, MAX_BYTES_OF_UNKNOWN_LENGTH.into());
            self.bytes = Uint8Array::new_with_length(allocated as u32);
        }
        let body = response.body().ok_or_else(|| Failure::Transient("the server's answer has no body".to_owned()))?;
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let started = now_ms();
        loop {
            let read = JsFuture::from(reader.read()).await.map_err(transient)?;
            let value = Reflect::get(&read, &"value".into()).unwrap_or(JsValue::UNDEFINED);
            let Ok(chunk) = value.dyn_into::<Uint8Array>() else { break };
            if let Err(failure) = self.append(&chunk) {
                JsFuture::from(reader.cancel()).await.ok();
                self.discard();
                return Err(failure);
            }
            progress(f64::from(self.done));
            if now_ms() - started > SLOW_MS && self.done - self.saved >= PART_BYTES {
                save_part(self.saved, self.bytes.subarray(self.saved, self.done));
                self.saved = self.done;
            }
        }
        match self.expected {
            Some(expected) if u64::from(self.done) < expected => {
                let why = format!("it has {} bytes instead of {expected}: it was cut short or replaced", self.done);
                Err(Failure::Transient(why))
            }
            _ => Ok(()),
        }
    }

    /// Requests the file, or its rest if a part is here.
    async fn request(&self, url: &str, bypass_cache: bool) -> Result<Response, JsValue> {
        let init = RequestInit::new();
        if bypass_cache {
            init.set_cache(RequestCache::Reload);
        }
        if self.priority == Priority::Low {
            // Browsers without the Priority Hints of the Fetch Standard ignore it.
            Reflect::set(&init, &"priority".into(), &"low".into())?;
        }
        if self.done > 0 {
            let headers = Headers::new()?;
            headers.set("range", &format!("bytes={}-", self.done))?;
            init.set_headers(&headers);
        }
        Ok(JsFuture::from(scope().fetch_with_str_and_init(url, &init)).await?.unchecked_into())
    }

    /// Returns whether a partial answer starts where the download stopped. Assumes so if the header is missing: CORS hides
    /// it unless the other origin exposes it.
    fn is_next(&self, response: &Response) -> bool {
        let range = response.headers().get("content-range").ok().flatten();
        range.is_none_or(|range| range.starts_with(&format!("bytes {}-", self.done)))
    }

    fn append(&mut self, chunk: &Uint8Array) -> Result<(), Failure> {
        let end = self.done.saturating_add(chunk.length());
        if self.expected.is_none() && end > MAX_BYTES_OF_UNKNOWN_LENGTH {
            return Err(Failure::Permanent(format!("it is longer than {} MB", MAX_BYTES_OF_UNKNOWN_LENGTH >> 20)));
        }
        if self.expected.is_some_and(|expected| u64::from(end) > expected) {
            return Err(Failure::Transient("it is longer than the manifest says: it was replaced".to_owned()));
        }
        if end > self.bytes.length() {
            let larger = Uint8Array::new_with_length(end.max(2 * self.bytes.length()));
            larger.set(&self.bytes.subarray(0, self.done), 0);
            self.bytes = larger;
        }
        self.bytes.set(chunk, self.done);
        self.done = end;
        Ok(())
    }
}

/// Returns the announced length in bytes; 0 if there is none or the answer is compressed.
fn content_length(response: &Response) -> f64 {
    let header = |name| response.headers().get(name).ok().flatten();
    let length = header("content-length").filter(|_| header("content-encoding").is_none());
    length.and_then(|length| length.parse::<u64>().ok()).map_or(0.0, |length| length as f64)
}
