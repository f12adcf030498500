//! Files over the network: streamed with progress, checked against their digests, kept for the next visit.
//!
//! Nothing is used or kept before it is checked: a server that answers every address with a page, a download
//! that was cut and a file that was altered all end in an error here. Must not know what a file is for.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, RequestCache, RequestInit, Response};

use super::{
    error::{fatal, words},
    kept::Kept,
    scope::{scope, sleep},
};
use crate::protocol::Problem;

/// A connection that breaks is tried again this often, after a wait that doubles.
const ATTEMPTS: u32 = 3;
const FIRST_WAIT_MS: i32 = 400;
/// Memory that is taken on a server's word, before the bytes are there.
const MOST_BYTES_UNSEEN: f64 = 64e6;

/// What a manifest says of a file.
pub struct Expected {
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// Fetched bytes, outside of the wasm memory, which never shrinks: callers copy in what they use, part by part.
#[derive(Clone)] // another handle on the same bytes
pub struct File(Uint8Array);

impl File {
    pub fn len(&self) -> usize {
        self.0.length() as usize
    }

    /// Copies the part that starts at `at`; the caller stays within the length.
    pub fn copy(&self, at: usize, into: &mut [u8]) {
        self.0.subarray(at as u32, (at + into.len()) as u32).copy_to(into);
    }

    pub fn all(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    pub fn array(&self) -> &Uint8Array {
        &self.0
    }
}

/// Why an attempt failed.
enum Failure {
    /// It may go better next time.
    Passing(String),
    Lasting(String),
}

/// A small file, or one that checks itself.
pub async fn whole(url: &str) -> Result<File, Problem> {
    attempts(url, None, &|_| {}).await
}

/// A file that must be what its manifest says; from the cache where it was kept (and checked again). `progress` hears
/// how many bytes are here.
pub async fn checked(url: String, expected: Expected, keep: bool, progress: impl Fn(f64)) -> Result<File, Problem> {
    let kept = Kept::open(keep).await;
    if let Some(bytes) = kept.find(&url, &expected.sha256).await {
        if digest(&bytes).await? == expected.sha256 {
            progress(expected.bytes as f64);
            return Ok(File(bytes));
        }
        kept.remove(&url, &expected.sha256).await;
    }
    let file = attempts(&url, Some(&expected), &progress).await?;
    let bytes = file.0.clone();
    spawn_local(async move { kept.put(&url, &expected.sha256, &bytes).await }); // nobody waits for the disk
    Ok(file)
}

async fn attempts(url: &str, expected: Option<&Expected>, progress: &impl Fn(f64)) -> Result<File, Problem> {
    let mut attempt = 0;
    loop {
        let failure = match download(url, expected, attempt > 0, progress).await {
            Ok(bytes) => match verify(&bytes, expected).await? {
                None => return Ok(File(bytes)),
                Some(why) => Failure::Passing(why),
            },
            Err(failure) => failure,
        };
        attempt += 1;
        match failure {
            Failure::Passing(_) if attempt < ATTEMPTS => sleep(FIRST_WAIT_MS << (attempt - 1)).await,
            Failure::Passing(why) | Failure::Lasting(why) => {
                return Err(fatal("download", format!("{url} cannot be used: {why}.")));
            }
        }
    }
}

/// Why the bytes are not those of the manifest.
async fn verify(bytes: &Uint8Array, expected: Option<&Expected>) -> Result<Option<String>, Problem> {
    let Some(expected) = expected else { return Ok(None) };
    if u64::from(bytes.length()) != expected.bytes {
        let why =
            format!("it has {} bytes instead of {}: it was cut short or replaced", bytes.length(), expected.bytes);
        return Ok(Some(why));
    }
    let altered = digest(bytes).await? != expected.sha256;
    Ok(altered.then(|| "its content is not what the manifest says: it was altered on the way".to_owned()))
}

/// `fresh` asks past the browser's own cache, which may hold what was wrong the first time.
async fn download(
    url: &str,
    expected: Option<&Expected>,
    fresh: bool,
    progress: &impl Fn(f64),
) -> Result<Uint8Array, Failure> {
    let passing = |thrown: JsValue| Failure::Passing(words(&thrown));
    let init = RequestInit::new();
    if fresh {
        init.set_cache(RequestCache::Reload);
    }
    let response = JsFuture::from(scope().fetch_with_str_and_init(url, &init)).await.map_err(passing)?;
    let response: Response = response.unchecked_into();
    match response.status() {
        200 => {}
        status @ (408 | 429 | 500..) => return Err(Failure::Passing(format!("the server answers {status}"))),
        status => return Err(Failure::Lasting(format!("the server answers {status}"))),
    }
    let total = match expected {
        Some(expected) => expected.bytes as f64,
        None => length(&response),
    };
    let body = response.body().ok_or_else(|| Failure::Passing("the answer is empty".to_owned()))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    // One array of the right size where that is known: chunks that are put together later need the memory twice.
    let (mut bytes, mut done) = (Uint8Array::new_with_length(total.min(MOST_BYTES_UNSEEN) as u32), 0);
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(passing)?;
        let value = Reflect::get(&part, &"value".into()).unwrap_or(JsValue::UNDEFINED);
        let Ok(chunk) = value.dyn_into::<Uint8Array>() else { break };
        let end = done + chunk.length();
        if expected.is_some_and(|expected| u64::from(end) > expected.bytes) {
            JsFuture::from(reader.cancel()).await.ok();
            return Err(Failure::Passing("it is longer than the manifest says: it was replaced".to_owned()));
        }
        if end > bytes.length() {
            let larger = Uint8Array::new_with_length(end.max(2 * bytes.length()));
            larger.set(&bytes.subarray(0, done), 0);
            bytes = larger;
        }
        bytes.set(&chunk, done);
        done = end;
        progress(f64::from(done));
    }
    Ok(if done == bytes.length() { bytes } else { bytes.slice(0, done) })
}

/// The length that the server announces, unless it is that of a compressed form; 0 where it is not known.
fn length(response: &Response) -> f64 {
    let header = |name| response.headers().get(name).ok().flatten();
    let length = header("content-length").filter(|_| header("content-encoding").is_none());
    length.and_then(|length| length.parse().ok()).unwrap_or(0.0)
}

/// SHA-256 by the browser: off this thread, and with the processor's own instructions.
async fn digest(bytes: &Uint8Array) -> Result<String, Problem> {
    let insecure = |_| fatal("insecure", "The page must come over https, or what it downloads cannot be checked.");
    let subtle = scope().crypto().map_err(insecure)?.subtle();
    if subtle.is_undefined() {
        return Err(insecure(JsValue::UNDEFINED));
    }
    let digest = subtle.digest_with_str_and_buffer_source("SHA-256", bytes).map_err(insecure)?;
    let digest = Uint8Array::new(&JsFuture::from(digest).await.map_err(insecure)?);
    Ok(digest.to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}
