//! WordPress export (WXR): published WooCommerce products and published posts. An export also contains the rest of a site,
//! such as drafts, orders and customers, none of which may become an item. Anything that is not certainly published is left
//! out.
//!
//! ```text
//! wp:category, wp:term            categories with their parents
//! item  wp:post_type attachment   a picture: wp:post_id, wp:attachment_url
//! item  wp:post_type product      wp:postmeta: _price, _regular_price, _sku, _stock, _stock_status, _thumbnail_id
//!       category domain nicename  product_cat, product_tag, pa_colour, product_visibility
//! ```
//! A picture may come after its product; such products wait for it, within [`MAX_BYTES`]. Must not know how elements are
//! read.

use std::collections::{HashMap, VecDeque};

use super::{categories::Categories, element::Element, shortcodes::strip_shortcodes};
use crate::{
    columns::ColumnMap,
    parse::assign::assign,
    raw::{Exclusion, Field, RawRow},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// The beginning of the namespace address; the version follows.
pub const NAMESPACE: &str = "http://wordpress.org/export/";
/// The maximum size of waiting products, and of picture addresses. When it is reached, the product that has waited longest is
/// returned without a picture, and further addresses are ignored.
const MAX_BYTES: usize = 32 << 20;
/// Post types that become items. Pages are left out, because they are the shop's cart, terms and imprint.
const ITEM_TYPES: [&str; 2] = ["product", "post"];

/// Converts the items of an export into rows.
pub struct WxrReader {
    /// Picture addresses by the id of their item.
    pictures: HashMap<Box<str>, Box<str>>,
    picture_bytes: usize,
    /// Products whose picture has not been read yet, with the id of the picture.
    waiting: VecDeque<(RawRow, Box<str>)>,
    waiting_bytes: usize,
    most_bytes: usize,
}

impl Default for WxrReader {
    fn default() -> Self {
        let (pictures, waiting) = (HashMap::new(), VecDeque::new());
        Self { pictures, picture_bytes: 0, waiting, waiting_bytes: 0, most_bytes: MAX_BYTES }
    }
}

/// Adds a category from `wp:category` or `wp:term`, which come before all items.
pub fn add_category(term: Element, categories: &mut Categories) {
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

impl WxrReader {
    /// Adds the row of an item to `ready`, unless it has to wait for its picture, and rows that need not wait any longer.
    pub fn read_item(
        &mut self,
        row: u64,
        item: Element,
        columns: &ColumnMap,
        categories: &Categories,
        ready: &mut impl Extend<RawRow>,
    ) {
        let mut raw = RawRow::new(row);
        raw.offer(Field::Id, 1, item.child_text("post_id"));
        if let Some(exclusion) = exclusion(item) {
            if item.child_text("post_type") == "attachment" {
                self.add_picture(item.child_text("post_id"), item.child_text("attachment_url"));
            }
            raw.exclusion = Some(exclusion);
            return ready.extend([raw]);
        }
        let meta = CustomFields::from_item(item);
        fill_texts(&mut raw, item, categories);
        fill_offer(&mut raw, &meta);
        // Of the custom fields, use only those that the shop names.
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

    /// Returns the waiting rows, with their pictures, after the last item.
    pub fn end(&mut self) -> impl Iterator<Item = RawRow> {
        let pictures = std::mem::take(&mut self.pictures);
        std::mem::take(&mut self.waiting).into_iter().map(move |(mut raw, id)| {
            raw.offer(Field::Image, 1, pictures.get(&id).map_or("", |address| address));
            raw
        })
    }

    fn add_picture(&mut self, id: &str, address: &str) {
        let bytes = id.len() + address.len() + size_of::<[Box<str>; 2]>();
        if !id.is_empty() && !address.is_empty() && self.picture_bytes + bytes <= self.most_bytes {
            self.picture_bytes += bytes;
            self.pictures.insert(id.into(), address.into());
        }
    }
}

/// Returns why an item is not public, if it is not. If there are several types, statuses or passwords, all must allow it.
fn exclusion(item: Element) -> Option<Exclusion> {
    let all = |name: &'static str| {
        item.children().filter(move |child| child.local() == name).map(|child| child.text().trim())
    };
    if let Some(other) = all("post_type").find(|kind| !ITEM_TYPES.contains(kind)) {
        return Some(Exclusion::NotProduct(other.to_owned()));
    }
    if all("post_type").next().is_none() {
        return Some(Exclusion::NotProduct("without a type".into()));
    }
    let unpublished = |status: &str| Some(Exclusion::Unpublished(status.to_owned()));
    if let Some(other) = all("status").find(|status| *status != "publish") {
        return unpublished(other);
    }
    if all("status").next().is_none() {
        return unpublished("without a status");
    }
    if all("post_password").any(|password| !password.is_empty()) {
        return unpublished("password");
    }
    // Hidden from the shop's catalogue and its search; older shops have a single custom field for that.
    let visibility = |slug: &str| {
        let mut terms = item.children().filter(|child| child.local() == "category");
        terms.any(|term| {
            term.attribute("domain") == Some("product_visibility") && term.attribute("nicename") == Some(slug)
        })
    };
    let hidden = visibility("exclude-from-catalog") && visibility("exclude-from-search");
    (hidden || CustomFields::from_item(item).get("_visibility") == "hidden")
        .then(|| Exclusion::Unpublished("hidden".into()))
}

/// The custom fields of an item. A key may have several values.
struct CustomFields<'t>(Vec<(&'t str, &'t str)>);

impl<'t> CustomFields<'t> {
    fn from_item(item: Element<'t>) -> Self {
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

/// Fills in title, texts, link, categories, tags, brand and the attributes that the shop shows.
fn fill_texts(raw: &mut RawRow, item: Element, categories: &Categories) {
    for child in item.children() {
        let text = child.text().trim();
        match child.name() {
            "title" => raw.offer(Field::Title, 1, text),
            "link" => raw.offer(Field::Url, 1, text),
            "pubDate" => raw.offer(Field::Date, 1, text),
            "excerpt:encoded" => raw.offer(Field::Description, 1, &strip_shortcodes(text)),
            name if name.ends_with(":encoded") => raw.offer(Field::Description, 2, &strip_shortcodes(text)),
            _ => {}
        }
    }
    let mut path: Vec<&str> = Vec::new();
    for term in item.children().filter(|child| child.name() == "category") {
        let (name, slug) = (term.text().trim(), term.attribute("nicename").unwrap_or_default());
        match term.attribute("domain").unwrap_or("category") {
            domain @ ("category" | "product_cat") if slug != "uncategorized" => {
                let full_path = categories.path(&key(domain, slug));
                let steps = if full_path.is_empty() { vec![name] } else { full_path };
                if steps.len() > path.len() {
                    path = steps;
                }
            }
            "post_tag" | "product_tag" => raw.tags.push(name.to_owned()),
            "product_brand" => raw.offer(Field::Brand, 1, name),
            domain => {
                if let Some(attribute) = domain.strip_prefix("pa_") {
                    match raw.attributes.iter_mut().find(|(own, _)| own == attribute) {
                        Some((_, values)) => values.extend([", ", name]),
                        None => raw.add_attribute(attribute, name),
                    }
                }
            }
        }
    }
    raw.set(Field::Category, path.join(PATH_SEPARATOR));
}

/// Fills in price, stock, SKU and ratings. `_price` is the current price; `_sale_price` may be for a sale in the future.
fn fill_offer(raw: &mut RawRow, meta: &CustomFields) {
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
    // Without it the number is outdated.
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
    fn products_that_wait_for_pictures_stay_within_limits() {
        let mut export = WxrReader { most_bytes: 20_000, ..WxrReader::default() };
        let mut ready: Vec<RawRow> = Vec::new();
        for row in 0..100 {
            let mut raw = RawRow::new(row);
            raw.set(Field::Description, "x".repeat(1000));
            export.waiting_bytes += raw.size_bytes();
            export.waiting.push_back((raw, "7".into()));
        }
        let item = super::super::element::tests::parse(
            "<item><post_id>1</post_id><post_type>product</post_type>\
            <status>publish</status><postmeta><meta_key>_thumbnail_id</meta_key><meta_value>7</meta_value></postmeta></item>",
        );
        export.read_item(100, item.root(), &ColumnMap::default(), &Categories::default(), &mut ready);
        assert!(export.waiting_bytes <= 20_000 && !export.waiting.is_empty());
        assert_eq!(ready.len() + export.waiting.len(), 101, "none is lost");
        for id in 0..1000 {
            export.add_picture(&id.to_string(), "https://shop.example/picture.jpg");
        }
        assert!(export.picture_bytes <= 20_000);
        assert!(export.end().all(|raw| raw[Field::Image].ends_with("picture.jpg")));
    }
}
