//! What the names of columns, JSON keys and XML tags mean: one table for all formats.
//!
//! A name is compared in lower case, without a `g:` before it, and with one space for `_`, `-` and the like. Of two
//! columns for one field the one that stands earlier here wins. Must not know formats.

use std::collections::BTreeMap;

use super::{FeedError, raw::Field};

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The field, and its rank among the names of the field; the lower wins.
    Field(Field, u8),
    /// A price whose currency is in the column's name: `price_cny`.
    PriceIn(Field, &'static str),
    Tags,
    /// An attribute of this name.
    Attribute(String),
}

#[rustfmt::skip]
const NAMES: &[(Field, &[&str])] = &[
    (Field::Id, &["id", "item id", "product id", "productid", "offer id", "sku", "asin", "isbn", "handle", "slug", "编号", "商品编号", "商品id", "货号", "artikelnummer", "item", "variant id", "variant sku", "gtin", "gtin13", "ean", "ean13", "upc", "barcode", "mpn", "条形码", "条码"]),
    (Field::Group, &["item group id", "group id", "inproductgroupwithid", "parent sku", "parent id", "parent"]),
    (Field::Title, &["title", "name", "product name", "product title", "item name", "标题", "名称", "商品名称", "商品标题", "品名", "书名", "titel", "produktname", "titre", "nombre", "título"]),
    (Field::Description, &["description", "body html", "body (html)", "long description", "desc", "描述", "商品描述", "简介", "内容简介", "商品详情", "beschreibung", "descripción", "content", "content:encoded", "summary", "short description", "features", "overview"]),
    (Field::Url, &["link", "url", "permalink", "product url", "product link", "canonical url", "链接", "商品链接"]),
    (Field::Image, &["image link", "image", "image url", "image src", "img", "featured image", "picture", "thumbnail", "images", "photo", "图片", "主图", "bild", "thumb"]),
    (Field::Brand, &["brand", "brands", "vendor", "manufacturer", "brand name", "品牌", "厂商", "marke", "hersteller"]),
    (Field::Category, &["category", "categories", "category path", "product type", "product category", "google product category", "类目", "分类", "类别", "kategorie", "catégorie", "categoría"]),
    (Field::Price, &["price", "regular price", "variant price", "price amount", "价格", "售价", "现价", "preis", "prix", "precio"]),
    (Field::SalePrice, &["sale price", "special price", "促销价"]),
    (Field::ListPrice, &["compare at price", "variant compare at price", "list price", "market price", "msrp", "原价", "市场价", "划线价"]),
    (Field::Currency, &["currency", "price currency", "pricecurrency", "currency code", "币种", "货币"]),
    (Field::Availability, &["availability", "in stock", "in stock?", "stock status", "available", "库存状态"]),
    (Field::Stock, &["stock", "quantity", "inventory", "inventory quantity", "variant inventory qty", "stock quantity", "qty", "库存", "库存数量"]),
    (Field::Rating, &["rating", "average rating", "ratingvalue", "stars", "评分"]),
    (Field::RatingBest, &["best rating", "bestrating", "rating scale"]),
    (Field::RatingCount, &["rating count", "review count", "reviews", "reviews count", "number of ratings", "number of reviews", "ratingcount", "reviewcount", "votes", "评价数", "评论数"]),
    (Field::Date, &["date", "published at", "created at", "pubdate", "publish date", "publication date", "release date", "releasedate", "datepublished", "date added", "published", "updated", "pub date", "pub year", "year", "出版年", "上架时间", "日期"]),
    (Field::Lang, &["lang", "language", "content language", "locale", "inlanguage", "语言"]),
    (Field::Published, &["status", "visible"]),
];
const TAGS: &[&str] = &["tags", "tag", "keywords", "labels", "标签", "关键词"];

/// The fields that a column map may name.
pub const FIELD_NAMES: &str = "id, group, title, description, url, image, brand, category, price, sale-price, \
    list-price, currency, availability, stock, rating, rating-best, rating-count, date, lang, published, tags, attr.NAME";

/// Which column means what: a person's own map first, then the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(BTreeMap<String, Meaning>);

impl Columns {
    /// `title=Name,price=Preis,attr.color=Farbe`.
    pub fn parse(text: &str) -> Result<Self, FeedError> {
        let error = |pair: &str| FeedError::Columns(pair.to_owned());
        let mut own = BTreeMap::new();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (field, column) = pair.split_once('=').ok_or_else(|| error(pair))?;
            let meaning = match field.trim().to_ascii_lowercase().as_str() {
                "tags" => Meaning::Tags,
                name => match name.strip_prefix("attr.") {
                    Some(name) if !name.is_empty() => Meaning::Attribute(name.to_owned()),
                    _ => Meaning::Field(named(name).ok_or_else(|| error(pair))?, 0),
                },
            };
            if column.trim().is_empty() {
                return Err(error(pair));
            }
            own.insert(normal(column), meaning);
        }
        Ok(Self(own))
    }

    /// What a column of this name is for, where anything is known of it.
    pub fn meaning(&self, column: &str) -> Option<Meaning> {
        let name = normal(column);
        if let Some(own) = self.0.get(&name) {
            return Some(own.clone());
        }
        if TAGS.contains(&name.as_str()) {
            return Some(Meaning::Tags);
        }
        for (field, names) in NAMES {
            // Rank 0 is kept for a person's own map.
            if let Some(rank) = names.iter().position(|known| *known == name) {
                return Some(Meaning::Field(*field, rank as u8 + 1));
            }
        }
        let (stem, code) = name.rsplit_once(' ')?;
        match super::value::price::currency_code(code).zip(self.meaning(stem)) {
            Some((code, Meaning::Field(field @ (Field::Price | Field::SalePrice | Field::ListPrice), _))) => {
                Some(Meaning::PriceIn(field, code))
            }
            _ => None,
        }
    }
}

fn named(name: &str) -> Option<Field> {
    Some(match name {
        "id" => Field::Id,
        "group" => Field::Group,
        "title" => Field::Title,
        "description" => Field::Description,
        "url" => Field::Url,
        "image" => Field::Image,
        "brand" => Field::Brand,
        "category" => Field::Category,
        "price" => Field::Price,
        "sale-price" => Field::SalePrice,
        "list-price" => Field::ListPrice,
        "currency" => Field::Currency,
        "availability" => Field::Availability,
        "stock" => Field::Stock,
        "rating" => Field::Rating,
        "rating-best" => Field::RatingBest,
        "rating-count" => Field::RatingCount,
        "date" => Field::Date,
        "lang" => Field::Lang,
        "published" => Field::Published,
        _ => return None,
    })
}

/// `g:Image_Link` -> `image link`.
pub fn normal(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    let name = name.strip_prefix("g:").unwrap_or(&name);
    name.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-' | '/'))
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_many_spellings_and_a_persons_own_map_comes_first() {
        let columns = Columns::parse("title=Bezeichnung, price = VK Preis,attr.color=Farbe,tags=Schlagworte").unwrap();
        for (name, expect) in [
            ("g:image_link", Some(Meaning::Field(Field::Image, 1))),
            ("Body (HTML)", Some(Meaning::Field(Field::Description, 3))),
            ("商品名称", Some(Meaning::Field(Field::Title, 8))),
            ("bezeichnung", Some(Meaning::Field(Field::Title, 0))),
            ("VK-Preis", Some(Meaning::Field(Field::Price, 0))),
            ("Farbe", Some(Meaning::Attribute("color".into()))),
            ("schlagworte", Some(Meaning::Tags)),
            ("price_cny", Some(Meaning::PriceIn(Field::Price, "CNY"))),
            ("my own thing", None),
        ] {
            assert_eq!(columns.meaning(name), expect, "{name}");
        }
    }

    #[test]
    fn a_map_that_is_not_understood_says_which_part() {
        for text in ["title", "colour=Farbe", "title=", "attr.=x"] {
            let error = Columns::parse(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("title=Name"), "{error}");
        }
        assert_eq!(Columns::parse(" ").unwrap(), Columns::default());
    }
}
