//! Finds the title that the variants of a product share, without their options: `Shirt - Red / L` and `Shirt - Blue / L`
//! become `Shirt`. Must not know feeds.

use std::collections::BTreeMap;

/// Characters between a title and an option, and between options.
const SEPARATORS: [char; 16] = [' ', '-', '–', '—', ',', '/', '|', ':', ';', '(', ')', '[', ']', '·', '+', '，'];
/// Names of options in titles, besides the names of attributes.
#[rustfmt::skip]
const LABELS: [&str; 21] = [
    "größe", "farbe", "talla", "tamaño", "taille", "couleur", "taglia", "colore", "tamanho", "cor", "maat", "kleur", "rozmiar",
    "kolor", "размер", "цвет", "尺码", "颜色", "model", "colour", "size",
];

type Attributes = BTreeMap<String, String>;

/// Returns the common part of titles `a` and `b`, if they differ only in options: values of these attributes, or text after
/// a separator.
pub fn shared_title(a: &str, b: &str, attributes: &[&Attributes; 2]) -> Option<String> {
    let options = Options::new(attributes);
    let start = common_start(a, b);
    let end = common_end(&a[start..], &b[start..]);
    // Options are mostly at the end of a title, including those that do not differ: try without a common end first.
    for end in [0, end] {
        let (rest_a, rest_b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
        let only_options = options.are_all(rest_a) && options.are_all(rest_b);
        let separated = end == 0
            && [rest_a, rest_b]
                .iter()
                .all(|rest| rest.trim().is_empty() || is_separated(options.without_label(&a[..start]), rest));
        if only_options || separated {
            let before = options.without_last(&a[..start], rest_a);
            let title = match (before, a[a.len() - end..].trim_start_matches(SEPARATORS)) {
                (before, "") => before.to_owned(),
                ("", after) => after.to_owned(),
                (before, after) => format!("{before} {after}"),
            };
            return title.chars().any(char::is_alphanumeric).then_some(title);
        }
    }
    None
}

/// The length of the common start in bytes, ending at a word boundary.
fn common_start(a: &str, b: &str) -> usize {
    let same =
        a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b).map_or(a.len().min(b.len()), |((at, _), _)| at);
    let splits = |at: usize| splits_word(a, at) || splits_word(b, at);
    (0..=same).rev().find(|&at| a.is_char_boundary(at) && !splits(at)).unwrap_or(0)
}

/// The length of the common end in bytes, starting at a word boundary.
fn common_end(a: &str, b: &str) -> usize {
    let same: usize = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let splits = |end: usize| splits_word(a, a.len() - end) || splits_word(b, b.len() - end);
    (0..=same).rev().find(|&end| a.is_char_boundary(a.len() - end) && !splits(end)).unwrap_or(0)
}

/// Whether `at` is inside a word. In scripts without spaces every position is a word boundary.
fn splits_word(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_ideograph(c));
    in_word(before) && in_word(after)
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF)
}

/// Whether a separator other than a space is between both: `Lamp - red`, `Lamp (red)`, `Lamp, red`.
fn is_separated(before: &str, rest: &str) -> bool {
    let around = |c: char| SEPARATORS.contains(&c) && c != ' ';
    let signs = rest.len() - rest.trim_start_matches(SEPARATORS).len();
    let trailing = before.len() - before.trim_end_matches(SEPARATORS).len();
    before.chars().any(char::is_alphanumeric)
        && (rest[..signs].chars().any(around) || before[before.len() - trailing..].chars().any(around))
}

/// The values and names of options.
struct Options {
    /// In lower case, longest first.
    values: Vec<String>,
    names: Vec<String>,
}

impl Options {
    fn new(attributes: &[&Attributes; 2]) -> Self {
        let all = attributes.iter().flat_map(|attributes| attributes.iter());
        let mut values: Vec<String> = all
            .clone()
            .filter(|(name, _)| !name.starts_with("price ") && !name.ends_with(" price"))
            .flat_map(|(_, values)| values.split(", ").chain([values.as_str()]))
            .map(str::to_lowercase)
            .filter(|value| !value.is_empty())
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { values, names: all.map(|(name, _)| name.to_lowercase()).collect() }
    }

    /// Whether `text` consists only of option values, option names and separators.
    fn are_all(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let mut rest = lower.trim_start_matches(SEPARATORS);
        while !rest.is_empty() {
            let begins = |word: &&String| rest.starts_with(word.as_str()) && !splits_word(rest, word.len());
            match self.values.iter().chain(&self.names).find(begins) {
                Some(word) => rest = rest[word.len()..].trim_start_matches(SEPARATORS),
                None => {
                    match LABELS.iter().find(|label| rest.starts_with(**label) && !splits_word(rest, label.len())) {
                        Some(label) => rest = rest[label.len()..].trim_start_matches(SEPARATORS),
                        None => return false,
                    }
                }
            }
        }
        true
    }

    /// Removes an option name from the end of `before`, and the last option if `rest` continues with another one.
    fn without_last<'t>(&self, before: &'t str, rest: &str) -> &'t str {
        let is_joiner = |c: char| matches!(c, '/' | '|' | '+' | ',');
        let before = self.without_label(before);
        let continues = before.trim_end().ends_with(is_joiner) || rest.trim_start().starts_with(is_joiner);
        let kept = before.trim_end_matches(SEPARATORS);
        let last = self.values.iter().find(|value| continues && ends_with_word(kept, value));
        match last.map(|value| self.without_label(&kept[..kept.len() - value.len()])) {
            // "Red Shirt, L": a word separated only by a space is part of the title.
            Some(shorter) if shorter.trim_end().ends_with(SEPARATORS) => shorter.trim_end_matches(SEPARATORS),
            _ => kept,
        }
    }

    /// Removes an option name from the end: `Shirt, size `.
    fn without_label<'t>(&self, text: &'t str) -> &'t str {
        let kept = text.trim_end_matches([' ', ':']);
        let last = kept.rsplit(SEPARATORS).next().unwrap_or_default();
        let lower = last.to_lowercase();
        let shorter = &kept[..kept.len() - last.len()];
        let label = LABELS.contains(&lower.as_str()) || self.names.contains(&lower);
        if label && shorter.chars().any(char::is_alphanumeric) { shorter } else { text }
    }
}

fn ends_with_word(text: &str, lower: &str) -> bool {
    let Some(start) = text.len().checked_sub(lower.len()) else { return false };
    text.is_char_boundary(start) && text[start..].to_lowercase() == lower && !splits_word(text, start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: (&str, &[(&str, &str)]), b: (&str, &[(&str, &str)]), expect: Option<&str>) {
        let attributes = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Attributes>()
        };
        let (first, second) = (attributes(a.1), attributes(b.1));
        assert_eq!(shared_title(a.0, b.0, &[&first, &second]).as_deref(), expect, "{} and {}", a.0, b.0);
        assert_eq!(shared_title(b.0, a.0, &[&second, &first]).as_deref(), expect, "{} and {}", b.0, a.0);
    }

    #[test]
    fn the_shared_title_has_no_options() {
        let size = |size| [("size", size)];
        check(("Camiseta Talla S", &size("S")), ("Camiseta Talla XS", &size("XS")), Some("Camiseta"));
        check(("Camiseta - Talla S", &[]), ("Camiseta - Talla M", &[]), Some("Camiseta"));
        check(("Camiseta", &size("S")), ("Camiseta Talla M", &size("M")), Some("Camiseta"));
        let (red, blue) = ([("color", "Red"), ("size", "L")], [("color", "Blue"), ("size", "L")]);
        check(("Shirt - Red / L", &red), ("Shirt - Blue / L", &blue), Some("Shirt"));
        check(("Shirt - L / Red", &red), ("Shirt - L / Blue", &blue), Some("Shirt"));
        check(("Shirt (Red)", &red), ("Shirt (Blue)", &blue), Some("Shirt"));
        check(("Red Shirt, cotton", &red), ("Blue Shirt, cotton", &blue), Some("Shirt, cotton"));
        check(("Lamp, red", &[]), ("Lamp, white", &[]), Some("Lamp"));
        check(("龙井茶 50克", &size("50克")), ("龙井茶 100克", &size("100克")), Some("龙井茶"));
        check(("衬衫红色", &[("颜色", "红色")]), ("衬衫蓝色", &[("颜色", "蓝色")]), Some("衬衫"));
        check(("Tee M", &size("S, M")), ("Tee L", &size("L")), Some("Tee"));
    }

    #[test]
    fn titles_that_differ_in_more_than_options_share_nothing() {
        check(("Linen Shirt", &[("size", "S")]), ("Cotton Trousers", &[("size", "M")]), None);
        check(("Red", &[("color", "Red")]), ("Blue", &[("color", "Blue")]), None);
        check(("Lamp one", &[]), ("Lamp two", &[]), None);
    }
}
