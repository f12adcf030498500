//! Small SVGs, which become part of their item as `data:` URLs. Must not know where they come from.

/// Larger SVGs are not included, since every visitor would download all of them.
pub const MAX_BYTES: usize = 8 * 1024;

/// The `data:` URL of an SVG. It is text and not base64, because text compresses better. Only `%` and `#` need escaping.
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
    fn special_characters_survive_in_a_data_url() {
        let url = data_url("<svg fill=\"#a1b2c3\">\n  <text>半 100%</text></svg>\n");
        assert_eq!(url, "data:image/svg+xml,<svg fill=\"%23a1b2c3\"> <text>半 100%25</text></svg>");
    }

    #[test]
    fn svg_files_are_recognised_by_their_first_tag() {
        for svg in ["<svg/>", "\u{feff}<?xml version=\"1.0\"?>\n<svg>", "<!-- made by hand -->\n<svg>"] {
            assert!(is_svg(svg.as_bytes()), "{svg}");
        }
        for other in [b"\xff\xd8\xff\xe0" as &[u8], b"<!doctype html><p>", b"", b"GIF89a<svg"] {
            assert!(!is_svg(other));
        }
    }
}
