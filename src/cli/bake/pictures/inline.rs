//! A small SVG becomes part of the item itself, as a `data:` address. Must not know where it comes from.

/// Larger ones stay where they are: every visitor would download all of them.
pub const MOST_BYTES: usize = 8 * 1024;

/// Text, not base64: it compresses better. Only what ends or breaks an address is escaped.
pub fn data_url(svg: &str) -> String {
    let lines: Vec<&str> = svg.lines().map(str::trim).collect();
    format!("data:image/svg+xml,{}", lines.join(" ").replace('%', "%25").replace('#', "%23"))
}

/// Whether these bytes are an SVG file.
pub fn is_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with("<svg") || (head.starts_with("<?xml") || head.starts_with("<!")) && head.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_same_after_a_browser_has_decoded_its_address() {
        let url = data_url("<svg fill=\"#a1b2c3\">\n  <text>半 100%</text></svg>\n");
        assert_eq!(url, "data:image/svg+xml,<svg fill=\"%23a1b2c3\"> <text>半 100%25</text></svg>");
    }

    #[test]
    fn svg_files_are_known_by_their_first_tag() {
        for svg in ["<svg/>", "\u{feff}<?xml version=\"1.0\"?>\n<svg>", "<!-- made by hand -->\n<svg>"] {
            assert!(is_svg(svg.as_bytes()), "{svg}");
        }
        for other in [b"\xff\xd8\xff\xe0" as &[u8], b"<!doctype html><p>", b"", b"GIF89a<svg"] {
            assert!(!is_svg(other));
        }
    }
}
