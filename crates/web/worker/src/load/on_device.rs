//! Loads a catalogue from the visitor's device: one that a page imported and stored in the Cache API. Fetches nothing.
//!
//! ```text
//! address      kept:NAME/
//! cache        "nearmind-catalog-NAME"
//!   entries    /nearmind-kept/manifest.json, and in the same folder the files that it names
//! ```
//! `www/demo/import` writes them. Must not know how a catalogue is imported.

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

/// Returns the name of the catalogue if the address is that of one on the device.
pub fn catalog_name(address: &str) -> Option<&str> {
    address.strip_prefix(SCHEME).map(|name| name.trim_end_matches('/'))
}

/// Loads the catalogue with this name.
pub async fn load_catalog(name: &str) -> Result<Catalog, Problem> {
    let missing = || fatal("catalog-gone", name);
    let problem = |error: PackError| fatal("catalog", error.to_string());
    let caches = scope().caches().map_err(|_| missing())?;
    // `open` would create an empty cache.
    let exists = JsFuture::from(caches.has(&format!("{CACHES}{name}"))).await.map_err(|_| missing())?;
    if !exists.is_truthy() {
        return Err(missing());
    }
    let cache = JsFuture::from(caches.open(&format!("{CACHES}{name}"))).await.map_err(|_| missing())?.unchecked_into();
    let manifest = Manifest::parse(&read_file(&cache, "manifest.json").await.ok_or_else(missing)?).map_err(problem)?;
    let mut files = Vec::new();
    for part in manifest.files() {
        files.push(read_file(&cache, &part.file).await.ok_or_else(missing)?);
    }
    manifest.open(&files).map_err(problem)
}

/// Returns the bytes of a file in the cache.
async fn read_file(cache: &Cache, name: &str) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(&format!("{FOLDER}{name}"))).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let bytes = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}
