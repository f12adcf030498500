//! Converts HTML to plain text and removes invisible characters. Must not know which field a text belongs to.
//!
//! Most texts are already plain: a text without `<`, `&` and unusual characters is returned as it is after one scan.

use scraper::{ElementRef, Html, Node, node::Element};

/// A plain text, and what was removed from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainText {
    /// The text without markup, with single spaces between words; from at most [`MAX_BYTES`] of the original.
    pub text: String,
    /// Whether it had tags, comments or scripts.
    pub markup: bool,
    /// Whether it had control, zero-width or direction-changing characters.
    pub invisible: bool,
    /// Whether it was cut off because it was longer than [`MAX_BYTES`].
    pub cut: bool,
}

/// The maximum length of a text; the rest of a longer description adds little.
pub const MAX_BYTES: usize = 64 << 10;
/// Elements whose content is not text.
const NON_TEXT_ELEMENTS: [&str; 6] = ["script", "style", "noscript", "template", "iframe", "svg"];
/// Elements that do not end a word.
const INLINE_ELEMENTS: [&str; 14] =
    ["a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"];

/// Converts a text to plain text: removes tags, decodes entities (also those encoded twice), collapses white space.
pub fn to_plain_text(text: &str) -> PlainText {
    let text = text.trim();
    let mut plain = PlainText { cut: text.len() > MAX_BYTES, ..PlainText::default() };
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    if !has_html(text) {
        (plain.text, plain.invisible) = clean_text(text);
        return plain;
    }
    let (mut out, markup) = strip_tags(text);
    plain.markup = markup;
    if has_html(&out) {
        let (again, markup) = strip_tags(&out);
        (out, plain.markup) = (again, plain.markup || markup);
    }
    (plain.text, plain.invisible) = clean_text(&out);
    plain
}

/// Whether a text may contain HTML: a `<` or `&` followed by a character that can begin a tag or an entity.
fn has_html(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next = |at: usize| bytes.get(at + 1).copied().unwrap_or(b' ');
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'<' => next(at).is_ascii_alphabetic() || matches!(next(at), b'/' | b'!' | b'?'),
        b'&' => next(at).is_ascii_alphabetic() || next(at) == b'#',
        _ => false,
    })
}

/// Returns the text of an HTML fragment, and whether it had an element or a comment.
fn strip_tags(html: &str) -> (String, bool) {
    let tree = Html::parse_fragment(html);
    // The root element of the fragment is added by the parser.
    let markup =
        tree.root_element().descendants().skip(1).any(|node| node.value().is_element() || node.value().is_comment());
    (text_within(tree.root_element(), |_| false), markup)
}

/// The text of the nodes within `root`, without scripts, styles and the elements for which `is_skipped` is true. Words of
/// different blocks are separated by spaces.
pub fn text_within(root: ElementRef, is_skipped: impl Fn(&Element) -> bool) -> String {
    let (root, mut text) = (*root, String::new());
    // The walk is not recursive, so any depth is safe.
    let mut node = root;
    loop {
        let mut enter = true;
        match node.value() {
            Node::Text(part) => text.push_str(part),
            Node::Element(element) if node != root => {
                enter = !NON_TEXT_ELEMENTS.contains(&element.name()) && !is_skipped(element);
                separate_words(&mut text, element.name());
            }
            _ => {}
        }
        if let Some(child) = node.first_child().filter(|_| enter) {
            node = child;
            continue;
        }
        loop {
            if node == root {
                return text;
            }
            if let Node::Element(element) = node.value() {
                separate_words(&mut text, element.name());
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return text,
            }
        }
    }
}

/// Adds a space unless the element is inline: `<li>A</li><li>B</li>` becomes "A B", `<b>A</b>B` becomes "AB".
fn separate_words(text: &mut String, element: &str) {
    if !INLINE_ELEMENTS.contains(&element) {
        text.push(' ');
    }
}

/// Collapses white space and removes invisible characters. Returns whether any were removed.
pub fn clean_text(text: &str) -> (String, bool) {
    let plain_ascii = |pair: &[u8]| matches!(pair[0], 0x21..=0x7e) || (pair[0] == b' ' && pair[1] != b' ');
    let trimmed = text.trim();
    if trimmed.is_ascii() && trimmed.as_bytes().windows(2).all(plain_ascii) && !trimmed.ends_with('\u{7f}') {
        return (trimmed.to_owned(), false);
    }
    let (mut out, mut invisible) = (String::with_capacity(text.len()), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_joiner(c)
            && out.ends_with(|c: char| !c.is_ascii())
            && characters.peek().is_some_and(|c| !c.is_ascii())
        {
            // Part of an emoji, or of a letter in Persian and the scripts of India.
            out.push(c);
        } else if is_invisible(c) {
            invisible = true;
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    (out, invisible)
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a character is a control character, soft hyphen, zero-width, a direction mark, or a noncharacter.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x061C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB
            | 0xFFFE | 0xFFFF | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(to_plain_text(text).text, expect, "{text}");
    }

    #[test]
    fn markup_is_removed_and_its_text_kept() {
        check("<p>Soft &amp; warm</p><ul><li>red</li><li>blue</li></ul>", "Soft & warm red blue");
        check("un<b>believ</b>able<br>price", "unbelievable price");
        check("Tom &amp;amp; Jerry&#39;s &lt;3", "Tom & Jerry's <3");
        check("&lt;p&gt;encoded twice&lt;/p&gt;", "encoded twice");
        check("<script>alert('Tea')</script>Tea<style>p{}</style><!-- no -->", "Tea");
        check("<img src=x onerror=alert(1)>Cup", "Cup");
        check("A<b", "A");
        check("caf&eacute;&nbsp;noir", "café noir");
        assert!(to_plain_text("<b>x</b>").markup && !to_plain_text("a &amp; b").markup);
    }

    #[test]
    fn signs_that_are_not_markup_are_kept() {
        let title = "\"If x < y\": Maths & Magic for Curious Kids' Minds";
        assert_eq!(to_plain_text(title), PlainText { text: title.into(), ..PlainText::default() });
        check("I <3 tea & cake; R&D", "I <3 tea & cake; R&D");
        check("5 > 3 & 2 < 4", "5 > 3 & 2 < 4");
    }

    #[test]
    fn invisible_characters_go_and_right_to_left_text_stays() {
        check("  a\t\r\n b\u{a0}\u{3000}c ", "a b c");
        for text in ["Te\u{200b}a", "\u{202e}Te\u{202c}a", "T\u{0}e\u{7}a", "\u{feff}Tea", "Te\u{ad}a", "Tea\u{7f}"] {
            assert_eq!(
                to_plain_text(text),
                PlainText { text: "Tea".into(), invisible: true, ..PlainText::default() },
                "{text:?}"
            );
        }
        for text in ["שולחן עץ", "سترة مطر", "👩‍🚀 suit", "می‌خواهم", "夹克"] {
            assert_eq!(to_plain_text(text), PlainText { text: text.into(), ..PlainText::default() });
        }
    }

    #[test]
    fn deep_and_long_markup_is_read_within_limits() {
        let deep = "<div>".repeat(20_000) + "x";
        assert!(to_plain_text(&deep).cut);
        assert_eq!(to_plain_text(&"ab ".repeat(50_000)).text.len(), MAX_BYTES);
        check(&("<p>".repeat(5_000) + "deep"), "deep");
    }
}
