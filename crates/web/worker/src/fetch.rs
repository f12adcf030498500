//! Files over the network: streamed with progress, checked against their digests, kept for the next visit.
//!
//! Nothing is used or kept as whole before it is checked: a server that answers every address with a page, a download
//! that was cut and a file that was altered all end in an error here. Must not know what a file is for.

mod download;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    error::fatal,
    kept::Kept,
    scope::{scope, sleep},
};
use download::{Download, Failure};
use nearmind_core::protocol::Problem;

/// A connection that breaks is tried again this often, after a wait that doubles.
const ATTEMPTS: u32 = 3;
const FIRST_WAIT_MS: i32 = 400;

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

/// A small file, or one that checks itself.
pub async fn whole(url: &str) -> Result<File, Problem> {
    let mut attempt = 0;
    loop {
        let mut download = Download::of_any_length();
        match download.go_on(url, attempt > 0, &|_| {}, |_, _| {}).await {
            Ok(()) => return Ok(File(download.bytes())),
            Err(failure) => again(url, &mut attempt, failure).await?,
        }
    }
}

/// A file that must be what its manifest says; from the cache where it was kept (and checked again). What breaks off is
/// gone on with from where it broke, also by a later visit, if it had been slow. `progress` hears how many bytes are
/// here.
pub async fn checked(url: String, expected: Expected, keep: bool, progress: impl Fn(f64)) -> Result<File, Problem> {
    let kept = Kept::open(keep).await;
    if let Some(bytes) = kept.find(&url, &expected.sha256).await {
        if digest(&bytes).await? == expected.sha256 {
            progress(expected.bytes as f64);
            return Ok(File(bytes));
        }
        kept.remove(&url, &expected.sha256).await;
    }
    let mut download = Download::of(expected.bytes);
    kept.parts(&url, &expected.sha256, |part| download.add(part)).await;
    let mut attempt = 0;
    loop {
        let part = |from, bytes: Uint8Array| kept.put_part(&url, &expected.sha256, from, bytes);
        let failure = match download.go_on(&url, attempt > 0, &progress, part).await {
            Ok(()) => match verify(&download.bytes(), &expected).await? {
                None => break,
                Some(why) => {
                    // Parts of two versions make no file: from the beginning.
                    download.discard();
                    kept.remove(&url, &expected.sha256).await;
                    Failure::Passing(why)
                }
            },
            Err(failure) => failure,
        };
        again(&url, &mut attempt, failure).await?;
    }
    let bytes = download.bytes();
    let file = File(bytes.clone());
    spawn_local(async move { kept.put(&url, &expected.sha256, &bytes).await }); // nobody waits for the disk
    Ok(file)
}

/// Waits before another attempt, if there is to be one.
async fn again(url: &str, attempt: &mut u32, failure: Failure) -> Result<(), Problem> {
    *attempt += 1;
    match failure {
        Failure::Passing(_) if *attempt < ATTEMPTS => sleep(FIRST_WAIT_MS << (*attempt - 1)).await,
        Failure::Passing(why) | Failure::Lasting(why) => {
            return Err(fatal("download", format!("{url} cannot be used: {why}.")));
        }
    }
    Ok(())
}

/// Why the bytes are not those of the manifest.
async fn verify(bytes: &Uint8Array, expected: &Expected) -> Result<Option<String>, Problem> {
    if u64::from(bytes.length()) != expected.bytes {
        let why =
            format!("it has {} bytes instead of {}: it was cut short or replaced", bytes.length(), expected.bytes);
        return Ok(Some(why));
    }
    let altered = digest(bytes).await? != expected.sha256;
    Ok(altered.then(|| "its content is not what the manifest says: it was altered on the way".to_owned()))
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
