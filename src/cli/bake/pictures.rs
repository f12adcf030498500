//! Small pictures laid inside the catalogue: which ones a visitor's browser asks for would tell the host what the
//! visitor was recommended. Must not know vectors.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::catalog::Item;

/// Larger ones stay where they are: every visitor would download all of them.
const MOST_BYTES: usize = 8 * 1024;

/// Replaces the address of a small SVG under `site` by the picture itself. Whether no picture stays outside.
pub fn inline(item: &mut Item, site: &Path) -> Result<bool> {
    let path = site.join(&item.image);
    if item.image.is_empty() {
        return Ok(true);
    }
    if !item.image.ends_with(".svg") || item.image.contains("..") || !path.is_file() {
        return Ok(false);
    }
    let picture = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    if picture.len() > MOST_BYTES {
        return Ok(false);
    }
    item.image = data_url(&picture);
    Ok(true)
}

/// Text, not base64: it compresses better. Only what ends or breaks an address is escaped.
fn data_url(svg: &str) -> String {
    let lines: Vec<&str> = svg.lines().map(str::trim).collect();
    format!("data:image/svg+xml,{}", lines.join(" ").replace('%', "%25").replace('#', "%23"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_same_after_a_browser_has_decoded_its_address() {
        let url = data_url("<svg fill=\"#a1b2c3\">\n  <text>半 100%</text></svg>\n");
        assert_eq!(url, "data:image/svg+xml,<svg fill=\"%23a1b2c3\"> <text>半 100%25</text></svg>");
    }
}
