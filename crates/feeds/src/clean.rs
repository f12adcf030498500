//! A raw row to an item, and what was wrong with the row. Must not know feeds, nor what becomes of the notes.
//!
//! Two things can only be said when the whole feed is known, and are left open here: the language of a text that is
//! too short to tell ([`UNTOLD`]), and whether ratings go up to 5, 10 or 100.

pub mod ids; //  for rows that have none
pub mod link; // of a pattern, for rows that have none
mod money; //    price, sale and currency
mod words; //    title, description, category by language

use super::{
    Options,
    columns::normal,
    raw::{Field, Raw},
    report::Kind,
    value::{self, date, lang::Languages, text},
    variants::{HIGHEST_PRICE, MOST, Variants},
};
use nearmind_core::catalog::{Availability, Item};

/// The language of words that are too short to tell, until the feed is read.
pub const UNTOLD: &str = "";

/// What was found in a row, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is wrong.
    pub kind: Kind,
    /// The id of the item, where there is one, and the value that is wrong.
    pub text: String,
}

/// What is the same for all rows.
#[derive(Default)]
pub struct Cleaner {
    languages: Languages,
    options: Options,
    /// The last description, raw and clean: variants of a product repeat it.
    last: (String, text::Plain),
}

/// One row, cleaned.
pub struct Cleaned {
    /// The item; its language may still be [`UNTOLD`], and its rating on a scale of up to 100.
    pub item: Item,
    /// The id as it is in the feed has other characters around or in it.
    pub trimmed: bool,
    /// What else it is called.
    pub names: Vec<String>,
    /// What else its product is called, where it is a variant.
    pub group_names: Vec<String>,
    /// The picture of that product.
    pub group_image: String,
}

impl Cleaner {
    /// A cleaner for all rows of the feeds that are read with these options.
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// `None` for a row that cannot become an item; the last note then says why. `notes` are added to.
    pub fn clean(&mut self, raw: &Raw, notes: &mut Vec<Note>) -> Option<Cleaned> {
        let (mut id, odd) = text::tidy(&raw[Field::Id]);
        let trimmed = id.len() != raw[Field::Id].len();
        if let Some(make_ids) = self.options.make_ids.filter(|_| id.is_empty()) {
            id = make_ids.id_of(raw);
        }
        let mut note = |kind: Kind, text: &str| {
            let text = if id.is_empty() { text.to_owned() } else { format!("{id}: {text}") };
            notes.push(Note { kind, text });
        };
        if id.is_empty() {
            note(Kind::NoId, &raw[Field::Title]);
            return None;
        }
        if value::published(&raw[Field::Published]) == Some(false) {
            note(Kind::Unpublished, &raw[Field::Published]);
            return None;
        }
        let (words, invisible) = self.words(raw, &mut note)?;
        if odd || invisible {
            note(Kind::Invisible, &raw[Field::Title].escape_debug().to_string());
        }
        let mut item = Item { words, ..Item::default() };
        money::fill(&mut item, raw, self.options.currency.as_deref(), &mut note);
        stock(&mut item, raw, &mut note);
        rating(&mut item, raw, &mut note);
        item.date = date::days(&raw[Field::Date]);
        if item.date.is_none() && !raw[Field::Date].is_empty() {
            note(Kind::DateUnreadable, &raw[Field::Date]);
        }
        let group = text::tidy(&raw[Field::Group]).0;
        item.group = (!group.is_empty()).then_some(group);
        let group_image = address(&raw.group_image);
        item.image = address(&raw[Field::Image]);
        item.url = address(&raw[Field::Url]);
        if let Some(link) = self.options.link.as_ref().filter(|_| item.url.is_empty()) {
            let folded = item.group.as_deref().filter(|_| self.options.variants == Variants::Fold);
            item.url = link.fill(folded.unwrap_or(&id), &raw.link_parts).unwrap_or_default();
        }
        for (own, field, kind) in [(&item.url, Field::Url, Kind::NoUrl), (&item.image, Field::Image, Kind::NoImage)] {
            if own.is_empty() && (field != Field::Image || group_image.is_empty()) {
                let kind = if raw[field].trim().is_empty() { kind } else { Kind::UnsafeUrl };
                note(kind, &raw[field]);
            }
        }
        item.brand = text::plain(&raw[Field::Brand]).text;
        for tag in raw.tags.iter().map(|tag| text::plain(tag).text) {
            if !tag.is_empty() && item.tags.len() < MOST && !item.tags.contains(&tag) {
                item.tags.push(tag);
            }
        }
        for (name, value) in raw.attributes.iter().take(MOST) {
            let (name, value) = (normal(&text::tidy(name).0), text::plain(value).text);
            if !name.is_empty() && !value.is_empty() {
                item.attributes.entry(name).or_insert(value);
            }
        }
        // A highest price that is no other than the price says nothing.
        let same = |highest: &String| highest.parse().ok() == item.price;
        if item.attributes.get(HIGHEST_PRICE).is_some_and(same) {
            item.attributes.remove(HIGHEST_PRICE);
        }
        item.id = id;
        let names =
            |raw: &[String]| raw.iter().map(|name| text::tidy(name).0).filter(|name| !name.is_empty()).collect();
        let (names, group_names) = (names(&raw.names), names(&raw.group_names));
        Some(Cleaned { item, trimmed, names, group_names, group_image })
    }

    fn plain_description(&mut self, description: &str) -> text::Plain {
        if self.last.0 != description {
            self.last = (description.to_owned(), text::plain(description));
        }
        self.last.1.clone()
    }
}

fn stock(item: &mut Item, raw: &Raw, note: &mut impl FnMut(Kind, &str)) {
    let (said, pieces) = (&raw[Field::Availability], raw[Field::Stock].trim());
    item.availability = value::availability(said);
    // "WooCommerce" counts in pieces or says nothing; others write the availability into the stock.
    item.stock = value::count(pieces);
    if item.stock.is_none() && !pieces.is_empty() {
        // An oversold product has a negative stock.
        if pieces.starts_with('-') && value::count(&pieces[1..]).is_some() {
            item.stock = Some(0);
        } else if let Some(availability) = value::availability(pieces) {
            item.availability = item.availability.or(Some(availability));
        } else {
            note(Kind::StockUnreadable, pieces);
        }
    }
    if item.availability.is_none() && !said.is_empty() {
        match value::count(said) {
            // Others write the pieces into the availability.
            Some(count) => item.stock = item.stock.or(Some(count)),
            None => note(Kind::AvailabilityUnknown, said),
        }
    }
    if item.availability == Some(Availability::OutOfStock) && item.stock.is_some_and(|pieces| pieces > 0) {
        note(Kind::StockContradiction, &format!("{said}, {pieces} pieces"));
    }
    if item.availability.is_none() {
        let known = |pieces: u32| if pieces > 0 { Availability::InStock } else { Availability::OutOfStock };
        item.availability = item.stock.map(known);
    }
}

/// Ratings on a scale that the row names are put on 0..5; others stay as they are until the feed is known.
fn rating(item: &mut Item, raw: &Raw, note: &mut impl FnMut(Kind, &str)) {
    item.rating_count = value::count(&raw[Field::RatingCount]).filter(|count| *count > 0);
    let said = raw[Field::Rating].trim();
    if said.is_empty() {
        return;
    }
    let number = |text: &str| text.trim().replace(',', ".").parse::<f32>().ok().filter(|n| n.is_finite() && *n >= 0.0);
    let best = number(&raw[Field::RatingBest]).filter(|best| *best > 0.0);
    match (number(said), best) {
        // Shops write 0 for what nobody has rated.
        (Some(0.0), _) => {}
        (Some(rating), Some(best)) if rating <= best => item.rating = Some(rating / best * 5.0),
        (Some(rating), None) if rating <= 100.0 => item.rating = Some(rating),
        _ => note(Kind::RatingUnreadable, said),
    }
}

/// An address that a page may link to or show: of the web, or within the shop.
pub(super) fn address(text: &str) -> String {
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
