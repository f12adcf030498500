//! Small pictures laid inside the catalogue: which ones a visitor's browser asks for would tell the host what the
//! visitor was recommended. Must not know vectors.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::catalog::Item;

/// Larger ones stay where they are: every visitor would download all of them.
const MOST_BYTES: usize = 8 * 1024;

/// Replaces the address of each small SVG under `site` by the picture itself. Gives back how many stay outside.
pub fn inline(items: &mut [Item], site: &Path) -> Result<usize> {
    let mut outside = 0;
    for item in items.iter_mut().filter(|item| !item.image.is_empty()) {
        let path = site.join(&item.image);
        if !item.image.ends_with(".svg") || item.image.contains("..") || !path.is_file() {
            outside += 1;
            continue;
        }
        let picture = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        if picture.len() > MOST_BYTES {
            outside += 1;
            continue;
        }
        item.image = data_url(&picture);
    }
    Ok(outside)
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
