//! Files kept for the next visit, by address and digest. Without storage everything is fetched again, and nothing else.
//!
//! ```text
//! URL?sha256=DIGEST           a whole file
//! URL?sha256=DIGEST&from=N    a part of a slow download that is not at its end, from byte N
//! ```

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Cache, Request, Response};

use super::scope::scope;

const CACHE: &str = "nearmind-files-1";

/// The browser's cache of our files, or nothing where it must not or cannot be used.
pub struct Kept(Option<Cache>);

impl Kept {
    pub async fn open(allowed: bool) -> Self {
        let Some(caches) = scope().caches().ok().filter(|caches| allowed && !caches.is_undefined()) else {
            return Self(None);
        };
        Self(JsFuture::from(caches.open(CACHE)).await.ok().map(JsCast::unchecked_into))
    }

    pub async fn find(&self, url: &str, sha256: &str) -> Option<Uint8Array> {
        self.get(&key(url, sha256)).await
    }

    /// What earlier visits have of a file, from its beginning to the first gap.
    pub async fn parts(&self, url: &str, sha256: &str, mut take: impl FnMut(&Uint8Array)) {
        let mut at = 0;
        while let Some(part) = self.get(&part_key(url, sha256, at)).await.filter(|part| part.length() > 0) {
            take(&part);
            at += part.length();
        }
    }

    /// Keeps a part, without waiting for it.
    pub fn put_part(&self, url: &str, sha256: &str, from: u32, bytes: Uint8Array) {
        let Some(cache) = self.0.clone() else { return };
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(&bytes)) else { return };
        let putting = cache.put_with_str(&part_key(url, sha256, from), &response);
        spawn_local(async move { drop(JsFuture::from(putting).await) });
    }

    /// Lets go of a file and its parts.
    pub async fn remove(&self, url: &str, sha256: &str) {
        self.clear(|kept| kept.starts_with(&key(url, sha256))).await;
    }

    /// Keeps a file and lets go of its parts and its earlier versions. A full disk is no reason to fail: the bytes are here.
    pub async fn put(&self, url: &str, sha256: &str, bytes: &Uint8Array) {
        let Some(cache) = &self.0 else { return };
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(bytes)) else { return };
        let own = key(url, sha256);
        JsFuture::from(cache.put_with_str(&own, &response)).await.ok();
        self.clear(|kept| kept.starts_with(&key(url, "")) && kept != own).await;
    }

    async fn get(&self, key: &str) -> Option<Uint8Array> {
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(key)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        Some(Uint8Array::new(&JsFuture::from(response.array_buffer().ok()?).await.ok()?))
    }

    async fn clear(&self, goes: impl Fn(&str) -> bool) {
        let Some(cache) = &self.0 else { return };
        let Ok(keys) = JsFuture::from(cache.keys()).await else { return };
        for request in keys.unchecked_into::<Array>().iter() {
            let kept = request.unchecked_into::<Request>().url();
            if goes(&kept) {
                JsFuture::from(cache.delete_with_str(&kept)).await.ok();
            }
        }
    }
}

/// `url` is absolute, so that it is equal to what the cache gives back.
fn key(url: &str, sha256: &str) -> String {
    format!("{url}?sha256={sha256}")
}

fn part_key(url: &str, sha256: &str, from: u32) -> String {
    format!("{}&from={from}", key(url, sha256))
}
