//! Removes WordPress shortcodes from a text: `[vc_row el_class="x"]Tea[/vc_row]` becomes "Tea". A word in brackets is kept.
//!
//! Must not know what a shortcode does.

use std::collections::BTreeSet;

/// A tag in brackets: its byte range, its name, and the text after the name.
struct Tag<'t> {
    start: usize,
    end: usize,
    name: &'t str,
    rest: &'t str,
    closes: bool,
}

/// Removes the shortcodes from a text and keeps the text between them.
pub fn strip_shortcodes(text: &str) -> String {
    let tags: Vec<Tag> = text.match_indices('[').filter_map(|(at, _)| parse_tag(text, at)).collect();
    let closed: BTreeSet<&str> = tags.iter().filter(|tag| tag.closes).map(|tag| tag.name).collect();
    let is_shortcode =
        |tag: &Tag| tag.closes || tag.rest.contains('=') || tag.name.contains('_') || closed.contains(tag.name);
    let (mut stripped, mut from) = (String::with_capacity(text.len()), 0);
    for tag in tags.iter().filter(|tag| is_shortcode(tag)) {
        if tag.start >= from {
            stripped.push_str(&text[from..tag.start]);
            stripped.push(' ');
            from = tag.end;
        }
    }
    stripped.push_str(&text[from..]);
    stripped
}

/// Parses the tag that begins with the `[` at `start`.
fn parse_tag(text: &str, start: usize) -> Option<Tag<'_>> {
    /// The maximum length of a tag; the attributes of page builders are long.
    const MAX_BYTES: usize = 4096;
    let limit = text.floor_char_boundary(text.len().min(start + MAX_BYTES));
    let inside = &text[start + 1..limit];
    let inside = &inside[..inside.find(['[', ']']).filter(|at| inside[*at..].starts_with(']'))?];
    let end = start + 1 + inside.len() + 1;
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let (name, rest) = inside.split_at(inside.find(|c| !is_name(c)).unwrap_or(inside.len()));
    let fits =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && (rest.is_empty() || rest.starts_with([' ', '\n', '/']));
    fits.then_some(Tag { start, end, name, rest, closes })
}

#[cfg(test)]
mod tests {
    use super::strip_shortcodes;

    #[test]
    fn shortcodes_go_but_text_and_other_brackets_stay() {
        for (text, expect) in [
            ("[vc_row el_class=\"x\"][vc_column]Tea[/vc_column][/vc_row]", "Tea"),
            ("A [gallery ids=\"1,2\"] B", "A B"),
            ("[caption]Cup[/caption] and [sic] and [2024] and [A, B]", "Cup and [sic] and [2024] and [A, B]"),
            ("[broken attribute=\"", "[broken attribute=\""),
            ("a[0] = b[i]", "a[0] = b[i]"),
        ] {
            let words: Vec<String> = strip_shortcodes(text).split_whitespace().map(str::to_owned).collect();
            assert_eq!(words.join(" "), expect, "{text}");
        }
        let many = "[".repeat(100_000) + &"[a]".repeat(100_000);
        assert_eq!(strip_shortcodes(&many), many);
    }
}
