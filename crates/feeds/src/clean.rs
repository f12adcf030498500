//! Cleans a raw row into an item, and notes the problems of the row. Must not know feeds, nor what happens to the problems.
//!
//! Two things are only known once the whole feed has been read, and stay open here: the language of texts that are too
//! short for detection ([`UNKNOWN_LANG`]), and whether ratings go up to 5, 10 or 100.

pub mod ids; //  ids for rows that have none
pub mod link; // links from a pattern, for rows that have none
mod prices; //   price, sale and currency
mod words; //    title, description, category by language

use super::{
    Options,
    columns::normalize_name,
    raw::{Field, RawRow},
    report::ProblemKind,
    value::{self, date, lang::LanguageDetector, text},
    variants::{MAX_PRICE_ATTRIBUTE, MAX_TAGS_OR_ATTRIBUTES, Variants},
};
use nearmind_core::catalog::{Availability, Item};

/// The language of texts that are too short for detection, until the feed has been read.
pub const UNKNOWN_LANG: &str = "";

/// A problem found in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The id of the item, if there is one, and the bad value.
    pub text: String,
}

/// Cleans the rows of feeds that are read with the same options.
#[derive(Default)]
pub struct Cleaner {
    languages: LanguageDetector,
    options: Options,
    /// The last description, raw and cleaned, because variants of a product repeat it.
    last_description: (String, text::PlainText),
}

/// A cleaned row.
pub struct CleanRow {
    /// The item. Its language may still be [`UNKNOWN_LANG`], and its rating may be on a scale up to 100.
    pub item: Item,
    /// Whether characters were removed from around or inside the id.
    pub trimmed: bool,
    /// The identifiers of the item.
    pub names: Vec<String>,
    /// The identifiers of the product, if the item is a variant.
    pub group_names: Vec<String>,
    /// The picture address of that product.
    pub group_image: String,
}

impl Cleaner {
    /// Creates a cleaner for all rows of the feeds that are read with these options.
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// Cleans a row and adds its problems to `problems`. Returns `None` for a row that cannot become an item; the last problem
    /// then says why.
    pub fn clean(&mut self, raw: &RawRow, problems: &mut Vec<Problem>) -> Option<CleanRow> {
        let (mut id, odd) = text::clean_text(&raw[Field::Id]);
        let trimmed = id.len() != raw[Field::Id].len();
        if let Some(make_ids) = self.options.make_ids.filter(|_| id.is_empty()) {
            id = make_ids.make_id(raw);
        }
        let mut note = |kind: ProblemKind, text: &str| {
            let text = if id.is_empty() { text.to_owned() } else { format!("{id}: {text}") };
            problems.push(Problem { kind, text });
        };
        if id.is_empty() {
            note(ProblemKind::NoId, &raw[Field::Title]);
            return None;
        }
        if value::parse_published(&raw[Field::Published]) == Some(false) {
            note(ProblemKind::Unpublished, &raw[Field::Published]);
            return None;
        }
        let (words, invisible) = self.clean_words(raw, &mut note)?;
        if odd || invisible {
            note(ProblemKind::Invisible, &raw[Field::Title].escape_debug().to_string());
        }
        let mut item = Item { words, ..Item::default() };
        prices::fill_prices(&mut item, raw, self.options.currency.as_deref(), &mut note);
        fill_stock(&mut item, raw, &mut note);
        fill_rating(&mut item, raw, &mut note);
        item.date = date::parse_days(&raw[Field::Date]);
        if item.date.is_none() && !raw[Field::Date].is_empty() {
            note(ProblemKind::DateUnreadable, &raw[Field::Date]);
        }
        let group = text::clean_text(&raw[Field::Group]).0;
        item.group = (!group.is_empty()).then_some(group);
        let group_image = safe_address(&raw.group_image);
        item.image = safe_address(&raw[Field::Image]);
        item.url = safe_address(&raw[Field::Url]);
        if let Some(link) = self.options.link.as_ref().filter(|_| item.url.is_empty()) {
            let folded = item.group.as_deref().filter(|_| self.options.variants == Variants::Fold);
            item.url = link.fill(folded.unwrap_or(&id), &raw.link_parts).unwrap_or_default();
        }
        for (own, field, kind) in
            [(&item.url, Field::Url, ProblemKind::NoUrl), (&item.image, Field::Image, ProblemKind::NoImage)]
        {
            if own.is_empty() && (field != Field::Image || group_image.is_empty()) {
                let kind = if raw[field].trim().is_empty() { kind } else { ProblemKind::UnsafeUrl };
                note(kind, &raw[field]);
            }
        }
        item.brand = text::to_plain_text(&raw[Field::Brand]).text;
        fill_tags_and_attributes(&mut item, raw);
        item.id = id;
        let names =
            |raw: &[String]| raw.iter().map(|name| text::clean_text(name).0).filter(|name| !name.is_empty()).collect();
        let (names, group_names) = (names(&raw.names), names(&raw.group_names));
        Some(CleanRow { item, trimmed, names, group_names, group_image })
    }

    fn plain_description(&mut self, description: &str) -> text::PlainText {
        if self.last_description.0 != description {
            self.last_description = (description.to_owned(), text::to_plain_text(description));
        }
        self.last_description.1.clone()
    }
}

/// Fills in tags and attributes, and removes a maximum price that equals the price.
fn fill_tags_and_attributes(item: &mut Item, raw: &RawRow) {
    for tag in raw.tags.iter().map(|tag| text::to_plain_text(tag).text) {
        if !tag.is_empty() && item.tags.len() < MAX_TAGS_OR_ATTRIBUTES && !item.tags.contains(&tag) {
            item.tags.push(tag);
        }
    }
    for (name, value) in raw.attributes.iter().take(MAX_TAGS_OR_ATTRIBUTES) {
        let (name, value) = (normalize_name(&text::clean_text(name).0), text::to_plain_text(value).text);
        if !name.is_empty() && !value.is_empty() {
            item.attributes.entry(name).or_insert(value);
        }
    }
    // A maximum price that equals the price adds nothing.
    let same = |highest: &String| highest.parse().ok() == item.price;
    if item.attributes.get(MAX_PRICE_ATTRIBUTE).is_some_and(same) {
        item.attributes.remove(MAX_PRICE_ATTRIBUTE);
    }
}

/// Fills in availability and stock, each from the other column if need be.
fn fill_stock(item: &mut Item, raw: &RawRow, note: &mut impl FnMut(ProblemKind, &str)) {
    let (availability_text, pieces) = (&raw[Field::Availability], raw[Field::Stock].trim());
    item.availability = value::parse_availability(availability_text);
    // Some shops write the availability into the stock column.
    item.stock = value::parse_count(pieces);
    if item.stock.is_none() && !pieces.is_empty() {
        // An oversold product has a negative stock.
        if pieces.starts_with('-') && value::parse_count(&pieces[1..]).is_some() {
            item.stock = Some(0);
        } else if let Some(availability) = value::parse_availability(pieces) {
            item.availability = item.availability.or(Some(availability));
        } else {
            note(ProblemKind::StockUnreadable, pieces);
        }
    }
    if item.availability.is_none() && !availability_text.is_empty() {
        match value::parse_count(availability_text) {
            // Others write the number of pieces into the availability column.
            Some(count) => item.stock = item.stock.or(Some(count)),
            None => note(ProblemKind::AvailabilityUnknown, availability_text),
        }
    }
    if item.availability == Some(Availability::OutOfStock) && item.stock.is_some_and(|pieces| pieces > 0) {
        note(ProblemKind::StockContradiction, &format!("{availability_text}, {pieces} pieces"));
    }
    if item.availability.is_none() {
        let from_stock = |pieces: u32| if pieces > 0 { Availability::InStock } else { Availability::OutOfStock };
        item.availability = item.stock.map(from_stock);
    }
}

/// Fills in the rating. If the row names the scale it is converted to 0..5; otherwise it is kept until the scale of the feed
/// is known.
fn fill_rating(item: &mut Item, raw: &RawRow, note: &mut impl FnMut(ProblemKind, &str)) {
    item.rating_count = value::parse_count(&raw[Field::RatingCount]).filter(|count| *count > 0);
    let text = raw[Field::Rating].trim();
    if text.is_empty() {
        return;
    }
    let number = |text: &str| text.trim().replace(',', ".").parse::<f32>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let best = number(&raw[Field::RatingBest]).filter(|best| *best > 0.0);
    match (number(text), best) {
        // Shops write 0 for items without ratings.
        (Some(0.0), _) => {}
        (Some(rating), Some(best)) if rating <= best => item.rating = Some(rating / best * 5.0),
        (Some(rating), None) if rating <= 100.0 => item.rating = Some(rating),
        _ => note(ProblemKind::RatingUnreadable, text),
    }
}

/// Returns an address that is safe to link to or show: a web address, an image as data, or a path within the shop. Empty if
/// it is none of these.
pub(super) fn safe_address(text: &str) -> String {
    let text: String = text.trim().chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    if text.to_ascii_lowercase().starts_with("www.") {
        return format!("https://{text}");
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https") => text,
        Some(_) if text.to_ascii_lowercase().starts_with("data:image/") => text,
        Some(scheme) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) => {
            String::new()
        }
        _ => text,
    }
}
