//! The meaning of JSON keys and XML elements: the table of all formats, plus names that only such feeds have. Must not know
//! what values look like.

use crate::{
    columns::{self, ColumnMap, Meaning, normalize_name},
    raw::Field,
};

/// Names that are not in the table of all formats, without spaces: of Heureka and Zboží (`IMGURL`), Skroutz
/// (`price_with_vat`), Yandex (`oldprice`), idealo (`eans`) and RSS (`guid`). Each with its field and its rank among the
/// names of that field.
#[rustfmt::skip]
const NAMES: &[(&str, Field, u8)] = &[
    ("product", Field::Title, 250),
    ("imgurl", Field::Image, 102), ("thumbnailurl", Field::Image, 103),
    // A feed may also have a price without tax.
    ("pricevat", Field::Price, 50), ("pricewithvat", Field::Price, 50), ("grossprice", Field::Price, 50),
    ("oldprice", Field::ListPrice, 110), ("currencyid", Field::Currency, 109), ("categorytext", Field::Category, 103),
    ("productno", Field::Id, 230), ("vendorcode", Field::Id, 231), ("eans", Field::Id, 232), ("guid", Field::Id, u8::MAX),
];

/// Names that hide a product if their value is no, and names that hide it if the value is yes. The table has more.
const SHOWN: [&str; 3] = ["ispublished", "isvisible", "isenabled"];
const HIDDEN: [&str; 9] =
    ["draft", "isdraft", "hidden", "ishidden", "deleted", "isdeleted", "archived", "isarchived", "disabled"];

/// The meaning of a name: from the shop's map, else from the table of all formats, else from the names here. `rank_offset` is
/// added to the ranks of the table, for names that are less specific than others of the same feed.
pub fn meaning(columns: &ColumnMap, name: &str, rank_offset: u8) -> Option<Meaning> {
    columns.meaning_or(name, || match columns::known_meaning(&normalize_name(name)) {
        Some(Meaning::Field(field, rank)) => Some(Meaning::Field(field, rank.saturating_add(rank_offset))),
        Some(meaning) => Some(meaning),
        None => {
            let name = remove_spaces(name);
            NAMES.iter().find(|(own, ..)| *own == name).map(|(_, field, rank)| Meaning::Field(*field, *rank))
        }
    })
}

/// Whether this name and value mean that the shop hides the product.
pub fn hides(name: &str, value: &str) -> bool {
    let (name, value) = (remove_spaces(name), value.trim().to_ascii_lowercase());
    match name.as_str() {
        "deletedat" => !value.is_empty(),
        "catalogvisibility" => value == "hidden",
        name if SHOWN.contains(&name) => ["false", "no", "0"].contains(&value.as_str()),
        name if HIDDEN.contains(&name) => ["true", "yes", "1"].contains(&value.as_str()),
        _ => false,
    }
}

fn remove_spaces(name: &str) -> String {
    normalize_name(name).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case_and_of_price_comparisons_match() {
        let columns = ColumnMap::parse("brand=producerName").unwrap();
        let field = |name: &str| match meaning(&columns, name, 100) {
            Some(Meaning::Field(field, _)) => Some(field),
            _ => None,
        };
        for (name, expect) in [
            ("imageLink", Some(Field::Image)),
            ("priceCurrency", Some(Field::Currency)),
            ("PRODUCTNAME", Some(Field::Title)),
            ("ITEM_ID", Some(Field::Id)),
            ("categoryPath", Some(Field::Category)),
            ("imageUrls", Some(Field::Image)),
            ("producerName", Some(Field::Brand)),
            ("costPrice", None),
            ("internalNote", None),
        ] {
            assert_eq!(field(name), expect, "{name}");
        }
        let rank = |name: &str| match meaning(&columns, name, 100) {
            Some(Meaning::Field(_, rank)) => rank,
            other => panic!("{name}: {other:?}"),
        };
        assert!(rank("PRICE_VAT") < rank("PRICE") && rank("PRODUCTNAME") < rank("PRODUCT"));
    }

    #[test]
    fn hidden_products_are_recognised_by_many_names() {
        for (name, value, expect) in [
            ("isVisible", "false", true),
            ("is_published", "0", true),
            ("is_draft", "true", true),
            ("deleted_at", "", false),
            ("deleted_at", "2025-01-01", true),
            ("catalog_visibility", "hidden", true),
            ("title", "false", false),
        ] {
            assert_eq!(hides(name, value), expect, "{name} {value}");
        }
    }
}
