//! WordPress's export (WXR): published products of WooCommerce and published posts. It holds everything else of a site
//! as well, drafts, orders and the people who made them, and nothing of that may become an item: what is not known to
//! be published is left out.
//!
//! ```text
//! wp:category, wp:term            categories with their parents
//! item  wp:post_type attachment   a picture: wp:post_id, wp:attachment_url
//! item  wp:post_type product      wp:postmeta: _price, _regular_price, _sku, _stock, _stock_status, _thumbnail_id
//!       category domain nicename  product_cat, product_tag, pa_colour, product_visibility
//! ```
//! A picture may come after the product that shows it: such products wait for it, within [`MOST_BYTES`]. Must not know
//! how elements are read.

use std::collections::{HashMap, VecDeque};

use super::{categories::Categories, element::Element, shortcodes::strip};
use crate::{
    columns::Columns,
    parse::assign::assign,
    raw::{Field, Raw, Withheld},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// What the namespace's address begins with; the version follows.
pub const NAMESPACE: &str = "http://wordpress.org/export/";
/// What waiting products may take, and what the addresses of pictures may. When there is no room, the product that has
/// waited longest goes on without a picture, and further addresses are not kept.
const MOST_BYTES: usize = 32 << 20;
/// What is an item where it is published. Pages are the shop's cart, terms and imprint.
const TYPES: [&str; 2] = ["product", "post"];

/// What is known of an export so far.
pub struct Export {
    /// Addresses of pictures by the number of their item.
    pictures: HashMap<Box<str>, Box<str>>,
    picture_bytes: usize,
    /// Products whose picture has not come yet, with its number.
    waiting: VecDeque<(Raw, Box<str>)>,
    waiting_bytes: usize,
    most_bytes: usize,
}

impl Default for Export {
    fn default() -> Self {
        let (pictures, waiting) = (HashMap::new(), VecDeque::new());
        Self { pictures, picture_bytes: 0, waiting, waiting_bytes: 0, most_bytes: MOST_BYTES }
    }
}

/// `wp:category` and `wp:term`, which stand before all items.
pub fn learn(term: Element, categories: &mut Categories) {
    let get = |name: &str| term.child_text(name);
    let (taxonomy, slug, parent, name) = match term.local() {
        "category" => ("category", get("category_nicename"), get("category_parent"), get("cat_name")),
        _ => (get("term_taxonomy"), get("term_slug"), get("term_parent"), get("term_name")),
    };
    let parent = if parent.is_empty() { String::new() } else { key(taxonomy, parent) };
    categories.add(&key(taxonomy, slug), &parent, name);
}

fn key(taxonomy: &str, slug: &str) -> String {
    format!("{taxonomy}/{slug}")
}

impl Export {
    /// The row of an item, and rows that need not wait any longer.
    pub fn rows(
        &mut self,
        row: u64,
        item: Element,
        columns: &Columns,
        categories: &Categories,
        ready: &mut impl Extend<Raw>,
    ) {
        let mut raw = Raw::new(row);
        raw.offer(Field::Id, 1, item.child_text("post_id"));
        if let Some(withheld) = withheld(item) {
            if item.child_text("post_type") == "attachment" {
                self.picture(item.child_text("post_id"), item.child_text("attachment_url"));
            }
            raw.withheld = Some(withheld);
            return ready.extend([raw]);
        }
        let meta = Meta::of(item);
        words(&mut raw, item, categories);
        goods(&mut raw, &meta);
        // Custom fields that the shop names, and no others.
        for (key, value) in &meta.0 {
            assign(&mut raw, columns.meaning_or(key, || None).as_ref(), value);
        }
        let gallery = meta.get("_product_image_gallery").split(',').next().unwrap_or_default().trim();
        let picture = [meta.get("_thumbnail_id"), gallery].into_iter().find(|id| !id.is_empty());
        match picture {
            None => ready.extend([raw]),
            Some(id) => match self.pictures.get(id) {
                Some(address) => {
                    raw.set(Field::Image, &**address);
                    ready.extend([raw]);
                }
                None => {
                    self.waiting_bytes += raw.size_bytes();
                    self.waiting.push_back((raw, id.into()));
                    while self.waiting_bytes > self.most_bytes {
                        let Some((raw, _)) = self.waiting.pop_front() else { break };
                        self.waiting_bytes -= raw.size_bytes();
                        ready.extend([raw]);
                    }
                }
            },
        }
    }

    /// All items have come: what still waits gets the pictures that came after it.
    pub fn end(&mut self) -> impl Iterator<Item = Raw> {
        let pictures = std::mem::take(&mut self.pictures);
        std::mem::take(&mut self.waiting).into_iter().map(move |(mut raw, id)| {
            raw.offer(Field::Image, 1, pictures.get(&id).map_or("", |address| address));
            raw
        })
    }

    fn picture(&mut self, id: &str, address: &str) {
        let bytes = id.len() + address.len() + size_of::<[Box<str>; 2]>();
        if !id.is_empty() && !address.is_empty() && self.picture_bytes + bytes <= self.most_bytes {
            self.picture_bytes += bytes;
            self.pictures.insert(id.into(), address.into());
        }
    }
}

/// Why an item is none for the public. Each of several types, states and passwords must allow it.
fn withheld(item: Element) -> Option<Withheld> {
    let all = |name: &'static str| {
        item.children().filter(move |child| child.local() == name).map(|child| child.text().trim())
    };
    if let Some(other) = all("post_type").find(|kind| !TYPES.contains(kind)) {
        return Some(Withheld::NotProduct(other.to_owned()));
    }
    if all("post_type").next().is_none() {
        return Some(Withheld::NotProduct("without a type".into()));
    }
    let state = |state: &str| Some(Withheld::Unpublished(state.to_owned()));
    if let Some(other) = all("status").find(|status| *status != "publish") {
        return state(other);
    }
    if all("status").next().is_none() {
        return state("without a status");
    }
    if all("post_password").any(|password| !password.is_empty()) {
        return state("password");
    }
    // Hidden from the shop's catalogue and from its search; older shops say it in one word.
    let visibility = |slug: &str| {
        let mut terms = item.children().filter(|child| child.local() == "category");
        terms.any(|term| {
            term.attribute("domain") == Some("product_visibility") && term.attribute("nicename") == Some(slug)
        })
    };
    let hidden = visibility("exclude-from-catalog") && visibility("exclude-from-search");
    (hidden || Meta::of(item).get("_visibility") == "hidden").then(|| Withheld::Unpublished("hidden".into()))
}

/// The custom fields of an item. One key may have several values.
struct Meta<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Meta<'t> {
    fn of(item: Element<'t>) -> Self {
        let fields = item.children().filter(|child| child.local() == "postmeta");
        Self(fields.map(|field| (field.child_text("meta_key"), field.child_text("meta_value"))).collect())
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &'t str> {
        self.0.iter().filter(move |(own, value)| *own == key && !value.is_empty()).map(|(_, value)| *value)
    }

    fn get(&self, key: &str) -> &'t str {
        self.all(key).next().unwrap_or_default()
    }
}

/// Title, texts, address, categories, tags, brand and the attributes that the shop shows.
fn words(raw: &mut Raw, item: Element, categories: &Categories) {
    for child in item.children() {
        let text = child.text().trim();
        match child.name() {
            "title" => raw.offer(Field::Title, 1, text),
            "link" => raw.offer(Field::Url, 1, text),
            "pubDate" => raw.offer(Field::Date, 1, text),
            "excerpt:encoded" => raw.offer(Field::Description, 1, &strip(text)),
            name if name.ends_with(":encoded") => raw.offer(Field::Description, 2, &strip(text)),
            _ => {}
        }
    }
    let mut path: Vec<&str> = Vec::new();
    for term in item.children().filter(|child| child.name() == "category") {
        let (name, slug) = (term.text().trim(), term.attribute("nicename").unwrap_or_default());
        match term.attribute("domain").unwrap_or("category") {
            domain @ ("category" | "product_cat") if slug != "uncategorized" => {
                let known = categories.path(&key(domain, slug));
                let own = if known.is_empty() { vec![name] } else { known };
                if own.len() > path.len() {
                    path = own;
                }
            }
            "post_tag" | "product_tag" => raw.tags.push(name.to_owned()),
            "product_brand" => raw.offer(Field::Brand, 1, name),
            domain => {
                if let Some(attribute) = domain.strip_prefix("pa_") {
                    match raw.attributes.iter_mut().find(|(own, _)| own == attribute) {
                        Some((_, values)) => values.extend([", ", name]),
                        None => raw.attribute(attribute, name),
                    }
                }
            }
        }
    }
    raw.set(Field::Category, path.join(PATH_SEPARATOR));
}

/// Price, stock, SKU and ratings. `_price` is what is paid now: `_sale_price` may be one that has not begun.
fn goods(raw: &mut Raw, meta: &Meta) {
    let number = |price: &&str| price.parse::<f64>().unwrap_or(f64::INFINITY);
    let paid = meta.all("_price").min_by(|a, b| number(a).total_cmp(&number(b))).unwrap_or_default();
    let regular = meta.get("_regular_price");
    raw.offer(Field::Price, 1, regular);
    raw.offer(Field::Price, 2, paid);
    let sale = if paid.is_empty() { meta.get("_sale_price") } else { paid };
    if sale != regular && !regular.is_empty() {
        raw.offer(Field::SalePrice, 1, sale);
    }
    raw.offer(Field::Id, 2, meta.get("_sku"));
    raw.offer(Field::Id, 3, meta.get("_global_unique_id"));
    raw.offer(Field::Availability, 1, meta.get("_stock_status"));
    // Without it the number is one that the shop once had.
    if meta.get("_manage_stock") == "yes" {
        raw.offer(Field::Stock, 1, meta.get("_stock"));
    }
    raw.offer(Field::Rating, 1, meta.get("_wc_average_rating"));
    raw.offer(Field::RatingCount, 1, meta.get("_wc_review_count"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_that_wait_for_pictures_stay_within_their_bound() {
        let mut export = Export { most_bytes: 20_000, ..Export::default() };
        let mut ready: Vec<Raw> = Vec::new();
        for row in 0..100 {
            let mut raw = Raw::new(row);
            raw.set(Field::Description, "x".repeat(1000));
            export.waiting_bytes += raw.size_bytes();
            export.waiting.push_back((raw, "7".into()));
        }
        let item = super::super::element::tests::parse(
            "<item><post_id>1</post_id><post_type>product</post_type>\
            <status>publish</status><postmeta><meta_key>_thumbnail_id</meta_key><meta_value>7</meta_value></postmeta></item>",
        );
        export.rows(100, item.root(), &Columns::default(), &Categories::default(), &mut ready);
        assert!(export.waiting_bytes <= 20_000 && !export.waiting.is_empty());
        assert_eq!(ready.len() + export.waiting.len(), 101, "none is lost");
        for id in 0..1000 {
            export.picture(&id.to_string(), "https://shop.example/picture.jpg");
        }
        assert!(export.picture_bytes <= 20_000);
        assert!(export.end().all(|raw| raw[Field::Image].ends_with("picture.jpg")));
    }
}
