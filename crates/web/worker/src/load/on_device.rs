//! A catalogue that the visitor's own device holds: imported on a page, kept in the browser's cache, never fetched.
//!
//! ```text
//! the address       kept:NAME/
//! the cache         "nearmind-catalog-NAME"
//!   its entries     /nearmind-kept/manifest.json, and beside it the files that it names
//! ```
//! Must not know how it came there.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Response};

use crate::{error::fatal, scope::scope};
use nearmind_core::{
    catalog::{Catalog, Manifest, PackError},
    protocol::Problem,
};

const SCHEME: &str = "kept:";
const CACHES: &str = "nearmind-catalog-";
const FOLDER: &str = "/nearmind-kept/";

/// The name of a catalogue on the device, where the address is that of one.
pub fn name(address: &str) -> Option<&str> {
    address.strip_prefix(SCHEME).map(|name| name.trim_end_matches('/'))
}

pub async fn catalog(name: &str) -> Result<Catalog, Problem> {
    let gone = || fatal("catalog-gone", "The catalogue is not on this device any more: import it again.");
    let bad = |error: PackError| fatal("catalog", error.to_string());
    let caches = scope().caches().map_err(|_| gone())?;
    // Looked for, not opened: that would make an empty one.
    let there = JsFuture::from(caches.has(&format!("{CACHES}{name}"))).await.map_err(|_| gone())?;
    if !there.is_truthy() {
        return Err(gone());
    }
    let cache = JsFuture::from(caches.open(&format!("{CACHES}{name}"))).await.map_err(|_| gone())?.unchecked_into();
    let manifest = Manifest::parse(&file(&cache, "manifest.json").await.ok_or_else(gone)?).map_err(bad)?;
    let mut files = Vec::new();
    for part in manifest.files() {
        files.push(file(&cache, &part.file).await.ok_or_else(gone)?);
    }
    manifest.open(&files).map_err(bad)
}

async fn file(cache: &Cache, name: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(&format!("{FOLDER}{name}"))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}
