//! One file on its way: the bytes so far, and how to go on from there after the connection broke.
//!
//! Goes on by a range request (RFC 9110, 14.2), to which browsers ask for bytes that are not compressed; a server that
//! answers with the whole file is as good. Whether parts of two versions were put together only a digest tells. Must
//! not know digests or where parts are kept.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStreamDefaultReader, RequestCache, RequestInit, Response};

use crate::{
    error::words,
    scope::{now_ms, scope},
};

/// Memory that is taken on a server's word, before the bytes are there.
const MOST_BYTES_UNSEEN: f64 = 64e6;
/// A file whose length nobody has stated, such as a manifest, is not read beyond this.
const MOST_BYTES_UNSTATED: u32 = 8 << 20;
/// Who waits longer than this may leave before it is all here: what came is handed on in parts of this size, so that
/// the next visit goes on with it. A quick download is not written twice.
const SLOW_MS: f64 = 2_000.0;
const PART_BYTES: u32 = 1 << 20;

/// Why an attempt failed.
pub enum Failure {
    /// It may go better next time.
    Passing(String),
    Lasting(String),
}

pub struct Download {
    /// Of the right size where that is known: chunks that are put together later need the memory twice.
    bytes: Uint8Array,
    done: u32,
    /// What the manifest says.
    expected: Option<u64>,
    /// Up to here it was handed on in parts.
    handed_on: u32,
}

impl Download {
    pub fn of(expected_bytes: u64) -> Self {
        let room = (expected_bytes as f64).min(MOST_BYTES_UNSEEN) as u32;
        Self { bytes: Uint8Array::new_with_length(room), done: 0, expected: Some(expected_bytes), handed_on: 0 }
    }

    /// One that can only begin anew.
    pub fn of_any_length() -> Self {
        Self { bytes: Uint8Array::new_with_length(0), done: 0, expected: None, handed_on: 0 }
    }

    /// What is here.
    pub fn bytes(&self) -> Uint8Array {
        if self.done == self.bytes.length() { self.bytes.clone() } else { self.bytes.slice(0, self.done) }
    }

    /// Forgets what is here.
    pub fn discard(&mut self) {
        (self.done, self.handed_on) = (0, 0);
    }

    /// The next bytes, of an earlier visit. Whether they fit the file is not known yet.
    pub fn add(&mut self, part: &Uint8Array) {
        if self.append(part).is_ok() {
            self.handed_on = self.done;
        }
    }

    /// Fetches what is missing. `fresh` asks past the browser's own cache, which may hold what was wrong the first time;
    /// `progress` hears how many bytes are here, `part` where each part of a slow download begins.
    pub async fn go_on(
        &mut self,
        url: &str,
        fresh: bool,
        progress: &impl Fn(f64),
        part: impl Fn(u32, Uint8Array),
    ) -> Result<(), Failure> {
        if self.done > 0 && self.expected == Some(u64::from(self.done)) {
            return Ok(());
        }
        let passing = |thrown: JsValue| Failure::Passing(words(&thrown));
        let response = self.ask(url, fresh).await.map_err(passing)?;
        match response.status() {
            206 if self.is_next(&response) => {}
            200 | 206 => self.discard(),
            416 => {
                self.discard();
                return Err(Failure::Passing("the file on the server is shorter than before".to_owned()));
            }
            status @ (408 | 429 | 500..) => return Err(Failure::Passing(format!("the server answers {status}"))),
            status => return Err(Failure::Lasting(format!("the server answers {status}"))),
        }
        if self.expected.is_none() {
            self.bytes = Uint8Array::new_with_length(length(&response).clamp(0.0, MOST_BYTES_UNSTATED.into()) as u32);
        }
        let body = response.body().ok_or_else(|| Failure::Passing("the answer is empty".to_owned()))?;
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        let started = now_ms();
        loop {
            let read = JsFuture::from(reader.read()).await.map_err(passing)?;
            let value = Reflect::get(&read, &"value".into()).unwrap_or(JsValue::UNDEFINED);
            let Ok(chunk) = value.dyn_into::<Uint8Array>() else { break };
            if let Err(failure) = self.append(&chunk) {
                JsFuture::from(reader.cancel()).await.ok();
                self.discard();
                return Err(failure);
            }
            progress(f64::from(self.done));
            if now_ms() - started > SLOW_MS && self.done - self.handed_on >= PART_BYTES {
                part(self.handed_on, self.bytes.subarray(self.handed_on, self.done));
                self.handed_on = self.done;
            }
        }
        match self.expected {
            Some(expected) if u64::from(self.done) < expected => {
                let why = format!("it has {} bytes instead of {expected}: it was cut short or replaced", self.done);
                Err(Failure::Passing(why))
            }
            _ => Ok(()),
        }
    }

    async fn ask(&self, url: &str, fresh: bool) -> Result<Response, JsValue> {
        let init = RequestInit::new();
        if fresh {
            init.set_cache(RequestCache::Reload);
        }
        if self.done > 0 {
            let headers = Headers::new()?;
            headers.set("range", &format!("bytes={}-", self.done))?;
            init.set_headers(&headers);
        }
        Ok(JsFuture::from(scope().fetch_with_str_and_init(url, &init)).await?.unchecked_into())
    }

    /// Whether a partial answer begins where we ended. Another origin's header may be hidden from us: then it does.
    fn is_next(&self, response: &Response) -> bool {
        let range = response.headers().get("content-range").ok().flatten();
        range.is_none_or(|range| range.starts_with(&format!("bytes {}-", self.done)))
    }

    fn append(&mut self, chunk: &Uint8Array) -> Result<(), Failure> {
        let end = self.done.saturating_add(chunk.length());
        if self.expected.is_none() && end > MOST_BYTES_UNSTATED {
            return Err(Failure::Lasting(format!("it is longer than {} MB", MOST_BYTES_UNSTATED >> 20)));
        }
        if self.expected.is_some_and(|expected| u64::from(end) > expected) {
            return Err(Failure::Passing("it is longer than the manifest says: it was replaced".to_owned()));
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

/// The length that the server announces, unless it is that of a compressed form; 0 where it is not known.
fn length(response: &Response) -> f64 {
    let header = |name| response.headers().get(name).ok().flatten();
    let length = header("content-length").filter(|_| header("content-encoding").is_none());
    length.and_then(|length| length.parse().ok()).unwrap_or(0.0)
}
