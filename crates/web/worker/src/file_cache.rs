//! Downloaded files in the Cache API, by URL and digest. Without storage, every visit fetches all files again.
//!
//! ```text
//! URL?sha256=DIGEST           a whole file
//! URL?sha256=DIGEST&from=N    a part of an unfinished slow download, from byte N on
//! ```

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, Request, Response};

use super::scope::{scope, within};

const CACHE: &str = "nearmind-files-1";
/// How long to wait for one answer. Without one the file is fetched from the network: storage that never answers must not
/// hold up a list. Enough for the model on a slow disk.
const ANSWER_TIMEOUT_MS: i32 = 5000;

/// The cache of our files; `None` if the page does not allow storage or the browser has none.
pub struct FileCache(Option<Cache>);

impl FileCache {
    /// Opens the cache if storage is allowed.
    pub async fn open(allowed: bool) -> Self {
        let Some(caches) = scope().caches().ok().filter(|caches| allowed && !caches.is_undefined()) else {
            return Self(None);
        };
        Self(answer(caches.open(CACHE)).await.map(JsCast::unchecked_into))
    }

    /// Returns a whole file.
    pub async fn find(&self, url: &str, sha256: &str) -> Option<Uint8Array> {
        self.get(&key(url, sha256)).await
    }

    /// Whether a whole file is in the cache.
    pub async fn has(&self, url: &str, sha256: &str) -> bool {
        let Some(cache) = &self.0 else { return false };
        answer(cache.match_with_str(&key(url, sha256))).await.is_some_and(|found| !found.is_undefined())
    }

    /// Whether there is any file of a folder. `folder` is its absolute URL.
    pub async fn has_any(&self, folder: &str) -> bool {
        self.urls().await.iter().any(|url| url.starts_with(folder))
    }

    /// Passes to `append` the parts of a file that earlier visits saved, from the start of the file to the first gap.
    pub async fn parts(&self, url: &str, sha256: &str, mut append: impl FnMut(&Uint8Array)) {
        let mut from = 0;
        while let Some(part) = self.get(&part_key(url, sha256, from)).await.filter(|part| part.length() > 0) {
            append(&part);
            from += part.length();
        }
    }

    /// Saves a part, without waiting until it is written.
    pub fn put_part(&self, url: &str, sha256: &str, from: u32, bytes: Uint8Array) {
        let Some(cache) = self.0.clone() else { return };
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(&bytes)) else { return };
        let putting = cache.put_with_str(&part_key(url, sha256, from), &response);
        spawn_local(async move { drop(JsFuture::from(putting).await) });
    }

    /// Deletes a file and its parts.
    pub async fn remove(&self, url: &str, sha256: &str) {
        self.delete_where(|entry| entry.starts_with(&key(url, sha256))).await;
    }

    /// Saves a file and deletes its parts and its earlier versions. Errors, such as a full disk, are ignored: the bytes are
    /// in memory.
    pub async fn put(&self, url: &str, sha256: &str, bytes: &Uint8Array) {
        let Some(cache) = &self.0 else { return };
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(bytes)) else { return };
        let own = key(url, sha256);
        answer(cache.put_with_str(&own, &response)).await;
        self.delete_where(|entry| entry.starts_with(&key(url, "")) && entry != own).await;
    }

    async fn get(&self, key: &str) -> Option<Uint8Array> {
        let found = answer(self.0.as_ref()?.match_with_str(key)).await?;
        let response: Response = found.dyn_into().ok()?;
        Some(Uint8Array::new(&answer(response.array_buffer().ok()?).await?))
    }

    /// Deletes the entries whose URL satisfies the predicate.
    async fn delete_where(&self, predicate: impl Fn(&str) -> bool) {
        let Some(cache) = &self.0 else { return };
        for entry in self.urls().await {
            if predicate(&entry) {
                answer(cache.delete_with_str(&entry)).await;
            }
        }
    }

    /// Returns the URLs of all entries, with their queries.
    async fn urls(&self) -> Vec<String> {
        let Some(cache) = &self.0 else { return Vec::new() };
        let Some(keys) = answer(cache.keys()).await else { return Vec::new() };
        keys.unchecked_into::<Array>().iter().map(|request| request.unchecked_into::<Request>().url()).collect()
    }
}

/// Waits for one answer of the cache, at most [`ANSWER_TIMEOUT_MS`]; `None` on an error, too.
async fn answer(request: Promise) -> Option<JsValue> {
    within(ANSWER_TIMEOUT_MS, JsFuture::from(request)).await?.ok()
}

/// `url` must be absolute: the cache returns its keys as absolute URLs.
fn key(url: &str, sha256: &str) -> String {
    format!("{url}?sha256={sha256}")
}

fn part_key(url: &str, sha256: &str, from: u32) -> String {
    format!("{}&from={from}", key(url, sha256))
}
