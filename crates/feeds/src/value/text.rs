//! Plain text out of HTML, entities and characters that nobody sees. Must not know which field a text is of.
//!
//! Most texts are plain already: a scan that finds no `<`, no `&` and nothing odd gives them back as they are.

use scraper::{Html, Node};

/// A text that a person can read, and what had to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// Without markup, with single spaces between words; at most [`MOST_BYTES`] of the original.
    pub text: String,
    /// Tags, comments or scripts were in it.
    pub markup: bool,
    /// Control, zero-width or direction-changing characters were in it.
    pub invisible: bool,
    /// It was longer than [`MOST_BYTES`].
    pub cut: bool,
}

/// What a description may have; the rest of a longer one says nothing more of the product.
pub const MOST_BYTES: usize = 64 << 10;
/// Elements whose content is not text of the page.
const SILENT: [&str; 6] = ["script", "style", "noscript", "template", "iframe", "svg"];
/// Elements that do not end a word.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u"];

/// Tags out, entities decoded (also those that were encoded twice), white space to single spaces.
pub fn plain(text: &str) -> Plain {
    let text = text.trim();
    let mut plain = Plain { cut: text.len() > MOST_BYTES, ..Plain::default() };
    let text = &text[..text.floor_char_boundary(MOST_BYTES)];
    if !has_html(text) {
        (plain.text, plain.invisible) = tidy(text);
        return plain;
    }
    let (mut out, markup) = strip(text);
    plain.markup = markup;
    if has_html(&out) {
        let (again, markup) = strip(&out);
        (out, plain.markup) = (again, plain.markup || markup);
    }
    (plain.text, plain.invisible) = tidy(&out);
    plain
}

/// Entities need a `;` or what HTML takes without one; a tag needs a letter after its `<`.
fn has_html(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next = |at: usize| bytes.get(at + 1).copied().unwrap_or(b' ');
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'<' => next(at).is_ascii_alphabetic() || matches!(next(at), b'/' | b'!' | b'?'),
        b'&' => next(at).is_ascii_alphabetic() || next(at) == b'#',
        _ => false,
    })
}

/// The text of an HTML fragment, and whether there was an element or a comment in it.
fn strip(html: &str) -> (String, bool) {
    let tree = Html::parse_fragment(html);
    let (mut text, mut markup) = (String::with_capacity(html.len()), false);
    // The fragment's root element is the parser's own; a walk without recursion survives any depth.
    let root = *tree.root_element();
    let mut node = root;
    loop {
        let mut enter = true;
        match node.value() {
            Node::Text(part) => text.push_str(part),
            Node::Comment(_) => markup = true,
            Node::Element(element) if node != root => {
                markup = true;
                enter = !SILENT.contains(&element.name());
                separate(&mut text, element.name());
            }
            _ => {}
        }
        if let Some(child) = node.first_child().filter(|_| enter) {
            node = child;
            continue;
        }
        loop {
            if node == root {
                return (text, markup);
            }
            if let Node::Element(element) = node.value() {
                separate(&mut text, element.name());
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return (text, markup),
            }
        }
    }
}

/// `<li>A</li><li>B</li>` reads "A B", `<b>A</b>B` reads "AB".
fn separate(text: &mut String, element: &str) {
    if !INLINE.contains(&element) {
        text.push(' ');
    }
}

/// White space to single spaces, invisible characters out; `true` where one of them was there.
pub fn tidy(text: &str) -> (String, bool) {
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
        } else if joins(c) && out.ends_with(|c: char| !c.is_ascii()) && characters.peek().is_some_and(|c| !c.is_ascii())
        {
            // Part of an emoji, or of a letter in Persian and the scripts of India.
            out.push(c);
        } else if unseen(c) {
            invisible = true;
        } else {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    (out, invisible)
}

fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Controls, soft hyphen, zero-width, marks that turn the direction of the text, and what is no character at all.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xAD | 0x061C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB
            | 0xFFFE | 0xFFFF | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(plain(text).text, expect, "{text}");
    }

    #[test]
    fn markup_goes_and_its_text_stays() {
        check("<p>Soft &amp; warm</p><ul><li>red</li><li>blue</li></ul>", "Soft & warm red blue");
        check("un<b>believ</b>able<br>price", "unbelievable price");
        check("Tom &amp;amp; Jerry&#39;s &lt;3", "Tom & Jerry's <3");
        check("&lt;p&gt;encoded twice&lt;/p&gt;", "encoded twice");
        check("<script>alert('Tea')</script>Tea<style>p{}</style><!-- no -->", "Tea");
        check("<img src=x onerror=alert(1)>Cup", "Cup");
        check("A<b", "A");
        check("caf&eacute;&nbsp;noir", "café noir");
        assert!(plain("<b>x</b>").markup && !plain("a &amp; b").markup);
    }

    #[test]
    fn signs_that_are_no_markup_stay() {
        let title = "\"If x < y\": Maths & Magic for Curious Kids' Minds";
        assert_eq!(plain(title), Plain { text: title.into(), ..Plain::default() });
        check("I <3 tea & cake; R&D", "I <3 tea & cake; R&D");
        check("5 > 3 & 2 < 4", "5 > 3 & 2 < 4");
    }

    #[test]
    fn what_nobody_sees_goes_and_what_is_read_from_the_right_stays() {
        check("  a\t\r\n b\u{a0}\u{3000}c ", "a b c");
        for text in ["Te\u{200b}a", "\u{202e}Te\u{202c}a", "T\u{0}e\u{7}a", "\u{feff}Tea", "Te\u{ad}a", "Tea\u{7f}"] {
            assert_eq!(plain(text), Plain { text: "Tea".into(), invisible: true, ..Plain::default() }, "{text:?}");
        }
        for text in ["שולחן עץ", "سترة مطر", "👩‍🚀 suit", "می‌خواهم", "夹克"] {
            assert_eq!(plain(text), Plain { text: text.into(), ..Plain::default() });
        }
    }

    #[test]
    fn deep_and_long_markup_is_read_within_bounds() {
        let deep = "<div>".repeat(20_000) + "x";
        assert!(plain(&deep).cut);
        assert_eq!(plain(&"ab ".repeat(50_000)).text.len(), MOST_BYTES);
        check(&("<p>".repeat(5_000) + "deep"), "deep");
    }
}
