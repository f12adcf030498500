//! Amounts in a text: `$20`, `19.99 euros`, `1,000`, `两百块`. Must not know limits.

use std::ops::Range;

/// Currencies by ISO 4217 code with their symbols and names. A symbol of several currencies has several codes.
const CURRENCIES: [(&str, &str); 8] = [
    ("USD", "us$ usd"),
    ("USD CAD AUD NZD SGD HKD MXN", "$ dollars dollar bucks"),
    ("EUR", "€ eur euros euro"),
    ("GBP", "£ gbp pounds pound quid"),
    ("CNY", "rmb cny yuan 人民币 块钱 元 块"),
    ("CNY JPY", "¥ ￥"),
    ("JPY", "jpy yen 日元 円"),
    ("HKD", "hk$ hkd 港币 港元"),
];
const CHINESE_DIGITS: &str = "零一二三四五六七八九";
const CHINESE_UNITS: [(char, f64); 4] = [('十', 10.0), ('百', 100.0), ('千', 1e3), ('万', 1e4)];

/// A number, with its currency if it is an amount of money.
pub struct Amount {
    /// Position of the number and its currency, in bytes.
    pub range: Range<usize>,
    pub value: f64,
    /// ISO 4217 codes of the currencies that are meant, with spaces between them. Empty if there is no currency.
    pub currencies: &'static str,
}

/// All numbers in the order of the text. Numbers in Chinese characters only if they have a currency: "一" alone is a word.
pub fn amounts(text: &str) -> Vec<Amount> {
    let mut found: Vec<Amount> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let continues_word = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let number = if continues_word { None } else { arabic(&text[at..]).or_else(|| chinese(&text[at..])) };
        let Some((value, length)) = number else {
            at += first.len_utf8();
            continue;
        };
        let end = at + length;
        let (before, after) = (text[..at].trim_end(), text[end..].trim_start());
        let prefix = currency(|name| ends_with_name(before, name));
        // In "$20 $30" the second symbol belongs to the second number.
        let suffix = if prefix.is_some() { None } else { currency(|name| starts_with_name(after, name)) };
        if first.is_ascii_digit() || suffix.is_some() {
            found.push(Amount {
                range: prefix.map_or(at, |(_, length)| before.len() - length)
                    ..suffix.map_or(end, |(_, length)| text.len() - after.len() + length),
                value,
                currencies: prefix.or(suffix).map_or("", |(codes, _)| codes),
            });
        }
        at = end;
    }
    found
}

/// The codes and the length in bytes of the longest name for which `holds`.
fn currency(holds: impl Fn(&str) -> bool) -> Option<(&'static str, usize)> {
    let all = CURRENCIES.iter().flat_map(|(codes, names)| names.split(' ').map(move |name| (*codes, name)));
    all.filter(|(_, name)| holds(name)).map(|(codes, name)| (codes, name.len())).max_by_key(|(_, length)| *length)
}

fn starts_with_name(text: &str, name: &str) -> bool {
    let head = text.get(..name.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(name)) && !continues(name, text[name.len()..].chars().next())
}

fn ends_with_name(text: &str, name: &str) -> bool {
    let Some(start) = text.len().checked_sub(name.len()) else { return false };
    let tail = text.get(start..);
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(name)) && !continues(name, text[..start].chars().next_back())
}

/// Whether `name` is a part of a longer word with this neighbour.
fn continues(name: &str, neighbour: Option<char>) -> bool {
    name.ends_with(|c: char| c.is_ascii_alphabetic()) && neighbour.is_some_and(|c| c.is_ascii_alphanumeric())
}

/// The number that the text begins with, and its length in bytes: `1,000.50`, `19,99`, `2k`, `3千`.
fn arabic(text: &str) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while is_digit(length) || length > 0 && matches!(bytes.get(length), Some(b'.' | b',')) && is_digit(length + 1) {
        length += 1;
    }
    let number = Some(&text[..length]).filter(|number| !number.is_empty())?;
    let decimals = number.rsplit(['.', ',']).next().filter(|last| last.len() < number.len() && last.len() != 3);
    let digits = number.bytes().filter(u8::is_ascii_digit);
    let without_point = digits.fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit - b'0'));
    // Divided once, so that 19.99 is the same number as a price of 19.99.
    let value = without_point / decimals.unwrap_or_default().bytes().fold(1.0, |power, _| power * 10.0);
    let mut rest = text[length..].chars();
    match rest.next() {
        Some('k' | 'K') if !rest.next().is_some_and(char::is_alphanumeric) => Some((value * 1e3, length + 1)),
        Some(unit) => {
            let factor = CHINESE_UNITS.iter().find(|(character, _)| *character == unit);
            Some(factor.map_or((value, length), |(_, factor)| (value * factor, length + unit.len_utf8())))
        }
        None => Some((value, length)),
    }
}

/// The number in Chinese characters that the text begins with, and its length in bytes: `两百五十`, `一千`, `一万二`.
fn chinese(text: &str) -> Option<(f64, usize)> {
    let (mut sum, mut digit, mut last_unit, mut length) = (0.0, None, 1.0, 0);
    for character in text.chars() {
        let as_digit = CHINESE_DIGITS.chars().position(|one| one == character).or((character == '两').then_some(2));
        if let Some(value) = as_digit {
            digit = Some(value as f64);
        } else if let Some((_, unit)) = CHINESE_UNITS.iter().find(|(one, _)| *one == character) {
            if *unit > last_unit && sum > 0.0 {
                sum = (sum + digit.unwrap_or(0.0)) * unit; // 十五万
            } else {
                sum += digit.unwrap_or(1.0) * unit;
            }
            (digit, last_unit) = (None, *unit);
        } else {
            break;
        }
        length += character.len_utf8();
    }
    // "一百五" is 150: a digit after a unit counts tenths of that unit, unless a zero comes before it ("一百零五").
    let has_zero = text[..length].contains('零');
    let rest = digit.unwrap_or(0.0) * if sum > 0.0 && last_unit > 10.0 && !has_zero { last_unit / 10.0 } else { 1.0 };
    (length > 0).then_some((sum + rest, length))
}
