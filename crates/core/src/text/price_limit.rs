//! Price limits in a text, such as "a gift under 20 dollars" or "100元以内的礼物".
//!
//! Simple limits in English and Chinese are found by patterns: an amount of money with a cue before or after it. A number
//! without a currency counts only where nothing but a price makes sense: "a gift under 20", but neither "under 20 minutes"
//! nor "for kids under 12". Must not know items.

mod amount;

use std::ops::Range;

use self::amount::{Amount, amounts};
use super::language::is_han;

/// Cues of an upper limit before an amount.
const UPPER_BEFORE: &str = "under|below|less than|cheaper than|up to|at most|max|max.|maximum|within|budget|budget is|\
    budget of|budget:|低于|不超过|不要超过|别超过|少于|最多|不高于|预算|预算是|预算在|小于|不到";
/// Cues of a lower limit before an amount. After a negation they are cues of an upper limit.
const LOWER_BEFORE: &str = "over|above|more than|exceeding|exceed|高于|超过|大于";
/// Cues of a lower limit before an amount that contain a negation, or make no sense with one.
const LOWER_ONLY_BEFORE: &str =
    "at least|from|starting at|starting from|minimum|no less than|not less than|不低于|至少|不少于";
const UPPER_AFTER: &str = "or less|or under|or cheaper|or below|max|maximum|tops|at most|以下|以内|之内|之下|内|封顶";
const LOWER_AFTER: &str = "or more|or above|or over|and up|and above|and over|以上|往上";
/// Cues of an upper limit after a number that need no currency.
const UPPER_AFTER_NUMBER: &str = "以下|以内|之内";
/// What stands between the two amounts of a range.
const RANGE_JOINTS: [&str; 9] = ["-", "–", "—", "~", "～", "to", "到", "至", "and"];
/// Words that make an upper limit of a cue of a lower one: "nothing over 30 dollars".
const NEGATIONS: &str = "not no nothing never don't dont won't can't cannot";
/// The most words between such a word and the cue.
const NEGATION_DISTANCE: usize = 4;
/// Words before a cue that belong to the limit: "that costs less than".
const CONNECTIVES: &str = "for priced price prices costing costs cost that which at with a of is my the budget i want to spend pay be \
    something anything nothing not no don't dont do never i'm";
/// Words before a cue that make the number an age or a count: "for kids under 12".
const NOT_PRICED: &str = "kid kids child children boy boys girl girls toddler toddlers baby babies age aged ages adults \
    people anyone teens son daughter";
/// Words that may follow a price without a currency.
const FOLLOWERS: &str = "for and but please that which with if or";
/// Punctuation that may follow a price without a currency, and is dropped around a limit.
const PUNCTUATION: &[char] = &['.', ',', ';', ':', '!', '?', ')', '(', '。', '，', '、', '；', '！', '？', '：'];

/// The prices that a text allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceLimit {
    /// The lowest price; 0 if there is no lower limit.
    pub from: f64,
    /// The highest price; infinity if there is no upper limit.
    pub to: f64,
    /// ISO 4217 codes of the currencies that the text may mean, with spaces between them. Empty if it names none.
    pub currencies: &'static str,
}

impl PriceLimit {
    /// Splits a text into the rest and its first price limit.
    pub fn split(text: &str) -> (String, Option<Self>) {
        let amounts = amounts(text);
        let found =
            (0..amounts.len()).find_map(|nth| range(text, &amounts[nth..]).or_else(|| bound(text, &amounts[nth])));
        found.map_or_else(|| (text.to_owned(), None), |(limit, range)| (without(text, range), Some(limit)))
    }

    /// Whether an amount in this currency can be compared with the limit.
    pub fn is_in(&self, currency: &str) -> bool {
        self.currencies.is_empty() || self.currencies.split(' ').any(|code| code == currency)
    }

    /// Whether the limit allows this price. An unknown price is not allowed; one in another currency is.
    pub fn allows(&self, price: Option<f64>, currency: &str) -> bool {
        !self.is_in(currency) || price.is_some_and(|price| price > 0.0 && (self.from..=self.to).contains(&price))
    }
}

/// A limit with two amounts: "between 20 and 50 dollars", "$20-50".
fn range(text: &str, amounts: &[Amount]) -> Option<(PriceLimit, Range<usize>)> {
    let [first, second, ..] = amounts else { return None };
    // None where both numbers claim one symbol: "20 $ 30".
    let joint = text.get(first.range.end..second.range.start)?.trim().to_ascii_lowercase();
    let before = text[..first.range.start].trim_end();
    let between = cue_before(before, "between");
    let currencies = [second.currencies, first.currencies].into_iter().find(|codes| !codes.is_empty())?;
    let is_range = RANGE_JOINTS.contains(&joint.as_str()) && (joint != "and" || between.is_some());
    let start = between.or_else(|| cue_before(before, "from")).map_or(first.range.start, |at| phrase_start(text, at));
    let limit = PriceLimit { from: first.value.min(second.value), to: first.value.max(second.value), currencies };
    is_range.then_some((limit, start..second.range.end))
}

/// A limit with one amount.
fn bound(text: &str, amount: &Amount) -> Option<(PriceLimit, Range<usize>)> {
    let Amount { ref range, value, currencies } = *amount;
    let (before, after) = (text[..range.start].trim_end(), text[range.end..].trim_start());
    let is_money = !currencies.is_empty();
    let (upper, lower) =
        (PriceLimit { from: 0.0, to: value, currencies }, PriceLimit { from: value, to: f64::INFINITY, currencies });
    // The longest cue decides: "不超过" contains "超过".
    let cues = [(UPPER_BEFORE, true), (LOWER_BEFORE, false), (LOWER_ONLY_BEFORE, false)];
    let found = cues.into_iter().filter_map(|(cues, is_upper)| Some((cue_before(before, cues)?, cues, is_upper)));
    if let Some((at, cues, is_upper)) = found.min_by_key(|(at, ..)| *at) {
        let start = phrase_start(text, at);
        let is_negated = cues == LOWER_BEFORE && has_negation(&text[..at]);
        let is_upper = is_upper || is_negated;
        let is_price = is_money || is_upper && may_be_price(&text[..at], after);
        return is_price.then_some((if is_upper { upper } else { lower }, start..range.end));
    }
    let end = |length: usize| text.len() - after.len() + length;
    let start = phrase_start(text, range.start);
    if let Some(length) = cue_after(after, if is_money { UPPER_AFTER } else { UPPER_AFTER_NUMBER }) {
        return Some((upper, start..end(length)));
    }
    cue_after(after, LOWER_AFTER).filter(|_| is_money).map(|length| (lower, start..end(length)))
}

/// Where a cue begins that `before` ends with: the longest of those in `cues`, with `|` between them.
fn cue_before(before: &str, cues: &str) -> Option<usize> {
    let lower = before.to_ascii_lowercase();
    let starts = cues.split('|').filter_map(|cue| {
        let rest = lower.strip_suffix(cue)?;
        let is_whole = cue.starts_with(is_han) || !rest.ends_with(char::is_alphanumeric);
        is_whole.then_some(rest.len())
    });
    starts.min()
}

/// The length of the longest cue that `after` begins with.
fn cue_after(after: &str, cues: &str) -> Option<usize> {
    let lower = after.to_ascii_lowercase();
    let lengths = cues.split('|').filter_map(|cue| {
        let rest = lower.strip_prefix(cue)?;
        let is_whole = cue.starts_with(is_han) || !rest.starts_with(char::is_alphanumeric);
        is_whole.then_some(cue.len())
    });
    lengths.max()
}

/// The words of `text` in lower case with their positions, last word first.
fn words_backwards(text: &str) -> impl Iterator<Item = (usize, String)> {
    let words = text.split_whitespace().rev();
    words.map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word.to_ascii_lowercase().replace('’', "'")))
}

fn is_one_of(word: &str, list: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

/// Where the phrase begins whose cue or amount begins at `at`.
fn phrase_start(text: &str, at: usize) -> usize {
    let connectives = words_backwards(&text[..at]).take_while(|(_, word)| is_one_of(word, CONNECTIVES));
    connectives.last().map_or(at, |(start, _)| start)
}

fn has_negation(before: &str) -> bool {
    words_backwards(before).take(NEGATION_DISTANCE).any(|(_, word)| is_one_of(&word, NEGATIONS))
}

/// Whether a number without a currency may be a price, by the text before its cue and the text after the number.
fn may_be_price(before: &str, after: &str) -> bool {
    let counted = words_backwards(before).next().is_some_and(|(_, word)| is_one_of(&word, NOT_PRICED));
    let next = after.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let ends = after.is_empty() || after.starts_with(PUNCTUATION) || after.starts_with('的');
    !counted && (ends || is_one_of(&next, FOLLOWERS))
}

/// The text without the bytes of `range`, and without what only joined them to the rest. Punctuation before or after them
/// still divides the rest.
fn without(text: &str, range: Range<usize>) -> String {
    let is_edge = |c: char| c.is_whitespace() || PUNCTUATION.contains(&c);
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let (first, last) = (before.trim_end_matches(is_edge), after.trim_start_matches(is_edge));
    let edges = before[first.len()..].chars().chain(after[..after.len() - last.len()].chars());
    let punctuation = edges.into_iter().find(|c| PUNCTUATION.contains(c));
    let last = last.strip_prefix('的').unwrap_or(last);
    let joint = match punctuation {
        _ if first.is_empty() || last.is_empty() => String::new(),
        Some(mark) if mark.is_ascii() => format!("{mark} "),
        Some(mark) => mark.to_string(),
        None if first.ends_with(is_han) => String::new(),
        None => " ".to_owned(),
    };
    format!("{first}{joint}{last}").trim_matches(is_edge).to_owned()
}

#[cfg(test)]
mod tests;
