//! The formats of feeds, and their names. Must not know how one is recognised or read.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The form of a feed's text. Each is read by one parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A table whose first row names the columns: Google Merchant's, Shopify's, WooCommerce's, or any with known or
    /// mapped names. The columns say which; the first row says whether commas, tabs, semicolons or bars part them.
    Table,
    /// RSS or Atom with `g:` names, a WordPress export, Yandex's, Heureka's and idealo's catalogues, or any XML of
    /// `<item>`, `<entry>`, `<product>`, `<offer>` or `<shopitem>` elements.
    Xml,
    /// An array of products, alone or under a key such as `products`, or pages of it: Shopify's `products.json`, and
    /// what Magento, Spree, Vendure, BigCommerce and others answer.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// A page with JSON-LD, microdata or Open Graph data.
    Html,
}

/// As `--format` names them. Several names for what one parser reads, because people know their feed by its maker.
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
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("one of {}", names.join(", "))
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
