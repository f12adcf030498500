//! Files kept for the next visit, by address and digest. Without storage everything is fetched again, and nothing else.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
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
        let found = JsFuture::from(self.0.as_ref()?.match_with_str(&key(url, sha256))).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        Some(Uint8Array::new(&JsFuture::from(response.array_buffer().ok()?).await.ok()?))
    }

    pub async fn remove(&self, url: &str, sha256: &str) {
        if let Some(cache) = &self.0 {
            JsFuture::from(cache.delete_with_str(&key(url, sha256))).await.ok();
        }
    }

    /// Keeps a file and lets go of its earlier versions. A full disk is no reason to fail: the bytes are here.
    pub async fn put(&self, url: &str, sha256: &str, bytes: &Uint8Array) {
        let Some(cache) = &self.0 else { return };
        let Ok(response) = Response::new_with_opt_js_u8_array(Some(bytes)) else { return };
        let key = key(url, sha256);
        JsFuture::from(cache.put_with_str(&key, &response)).await.ok();
        let Ok(keys) = JsFuture::from(cache.keys()).await else { return };
        for request in keys.unchecked_into::<Array>().iter() {
            let old = request.unchecked_into::<Request>().url();
            if old.starts_with(&self::key(url, "")) && old != key {
                JsFuture::from(cache.delete_with_str(&old)).await.ok();
            }
        }
    }
}

/// `url` is absolute, so that it is equal to what the cache gives back.
fn key(url: &str, sha256: &str) -> String {
    format!("{url}?sha256={sha256}")
}
