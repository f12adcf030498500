//! Feed formats and their names. Must not know how a format is recognised or read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The format of a feed. Each format has one parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A table whose first row names the columns: from Google Merchant, Shopify, WooCommerce or any other with known or
    /// mapped column names. The column names tell which; the delimiter (comma, tab, semicolon or bar) is detected from the
    /// first row.
    Table,
    /// RSS or Atom with `g:` names, a WordPress export, the catalogues of Yandex, Heureka and idealo, or any XML with
    /// `<item>`, `<entry>`, `<product>`, `<offer>` or `<shopitem>` elements.
    Xml,
    /// An array of products, bare or under a key such as `products`, or several pages of it: Shopify's `products.json`, and
    /// the API responses of Magento, Spree, Vendure, BigCommerce and others.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// A page with JSON-LD, microdata or Open Graph data.
    Html,
}

/// The names that `--format` accepts. One parser has several names, because people know their feed by its vendor.
const NAMES: [(&str, Format); 25] = [
    ("csv", Format::Table),
    ("tsv", Format::Table),
    ("google-tsv", Format::Table),
    ("shopify-csv", Format::Table),
    ("woocommerce", Format::Table),
    ("table", Format::Table),
    ("xml", Format::Xml),
    ("rss", Format::Xml),
    ("atom", Format::Xml),
    ("google-xml", Format::Xml),
    ("wxr", Format::Xml),
    ("yml", Format::Xml),
    ("heureka", Format::Xml),
    ("idealo", Format::Xml),
    ("json", Format::Json),
    ("shopify-json", Format::Json),
    ("magento-json", Format::Json),
    ("spree", Format::Json),
    ("vendure", Format::Json),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("html", Format::Html),
    ("json-ld", Format::Html),
    ("microdata", Format::Html),
    ("opengraph", Format::Html),
];

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(accepted, _)| accepted.eq_ignore_ascii_case(name));
        found.map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("unknown feed format {name:?}; use one of {}", names.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "csv",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Html => "html",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_several_names() {
        assert_eq!("TSV".parse(), Ok(Format::Table));
        assert!("pdf".parse::<Format>().unwrap_err().contains("woocommerce"));
    }
}
