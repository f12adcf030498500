//! Downloads: streamed with progress, verified by their digests, cached for the next visit.
//!
//! A file is verified before it is used or cached as complete. So a server that answers every URL with an HTML page, an
//! interrupted download and an altered file all end in an error here. Must not know what a file is for.

mod download;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    error::fatal,
    file_cache::FileCache,
    scope::{scope, sleep},
};
use download::{Download, Failure};
use nearmind_core::protocol::Problem;

/// Attempts for one file. The wait before each further attempt doubles.
const ATTEMPTS: u32 = 3;
const FIRST_WAIT_MS: i32 = 400;

/// A file to fetch, whose size and digest are known from a manifest.
pub struct FileRequest {
    pub url: String,
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Whether the browser's cache may be used.
    pub keep: bool,
    pub priority: Priority,
}

/// Which downloads of the page go first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// As the browser decides.
    Normal,
    /// All others go first.
    Low,
}

/// The bytes of a file in JavaScript's memory. Wasm memory never shrinks, so callers copy only the parts that they use.
pub struct File(Uint8Array);

impl File {
    /// Copies the whole file into wasm memory.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    pub fn array(&self) -> &Uint8Array {
        &self.0
    }
}

/// Fetches a file without a known digest, such as a manifest. Such files are small or verify themselves when parsed.
pub async fn fetch_unverified(url: &str) -> Result<File, Problem> {
    let mut attempt = 0;
    loop {
        let mut download = Download::of_unknown_length();
        match download.resume(url, attempt > 0, &|_| {}, |_, _| {}).await {
            Ok(()) => return Ok(File(download.bytes())),
            Err(failure) => wait_before_retry(url, &mut attempt, failure).await?,
        }
    }
}

/// Fetches a file and verifies its size and digest; uses the cached file if it passes the same check. An interrupted
/// download is resumed where it stopped, also in a later visit. `progress` gets the number of bytes received so far.
pub async fn fetch_verified(request: FileRequest, progress: impl Fn(f64)) -> Result<File, Problem> {
    let FileRequest { url, sha256, .. } = &request;
    let cache = FileCache::open(request.keep).await;
    if let Some(bytes) = cache.find(url, sha256).await {
        if digest(&bytes).await? == *sha256 {
            progress(request.bytes as f64);
            return Ok(File(bytes));
        }
        cache.remove(url, sha256).await;
    }
    let mut download = Download::of_length(request.bytes, request.priority);
    cache.parts(url, sha256, |part| download.append_saved(part)).await;
    let mut attempt = 0;
    loop {
        let save_part = |from, bytes: Uint8Array| cache.put_part(url, sha256, from, bytes);
        let failure = match download.resume(url, attempt > 0, &progress, save_part).await {
            Ok(()) => match verify(&download.bytes(), &request).await? {
                None => break,
                Some(why) => {
                    // The saved parts may come from two versions of the file: start again.
                    download.discard();
                    cache.remove(url, sha256).await;
                    Failure::Transient(why)
                }
            },
            Err(failure) => failure,
        };
        wait_before_retry(url, &mut attempt, failure).await?;
    }
    let bytes = download.bytes();
    let file = File(bytes.clone());
    spawn_local(async move { cache.put(&request.url, &request.sha256, &bytes).await }); // without waiting for the disk
    Ok(file)
}

/// Counts the failed attempt and waits before the next one. Returns an error if there is none.
async fn wait_before_retry(url: &str, attempt: &mut u32, failure: Failure) -> Result<(), Problem> {
    *attempt += 1;
    match failure {
        Failure::Transient(_) if *attempt < ATTEMPTS => sleep(FIRST_WAIT_MS << (*attempt - 1)).await,
        Failure::Transient(why) | Failure::Permanent(why) => {
            return Err(fatal("download", format!("{url}: {why}")));
        }
    }
    Ok(())
}

/// Compares the bytes with the manifest. Returns what is wrong, or `None` if size and digest are right.
async fn verify(bytes: &Uint8Array, expected: &FileRequest) -> Result<Option<String>, Problem> {
    if u64::from(bytes.length()) != expected.bytes {
        let why =
            format!("it has {} bytes instead of {}: it was cut short or replaced", bytes.length(), expected.bytes);
        return Ok(Some(why));
    }
    let altered = digest(bytes).await? != expected.sha256;
    let why = "its SHA-256 is not the one in the manifest: it was altered, or belongs to another version";
    Ok(altered.then(|| why.to_owned()))
}

/// Returns the SHA-256 in lower-case hexadecimal. Web Crypto computes it on another thread.
async fn digest(bytes: &Uint8Array) -> Result<String, Problem> {
    let insecure = |_| fatal("insecure", "");
    let subtle = scope().crypto().map_err(insecure)?.subtle();
    if subtle.is_undefined() {
        return Err(insecure(JsValue::UNDEFINED));
    }
    let digest = subtle.digest_with_str_and_buffer_source("SHA-256", bytes).map_err(insecure)?;
    let digest = Uint8Array::new(&JsFuture::from(digest).await.map_err(insecure)?);
    Ok(digest.to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}
