//! What keys of JSON and elements of XML are about: the table of all formats, and the names that only such feeds have.
//! Must not know what values look like.

use crate::{
    columns::{self, Columns, Meaning, normal},
    raw::Field,
};

/// Names that the table of all formats does not have, without spaces: of Heureka and Zboží (`IMGURL`), Skroutz
/// (`price_with_vat`), Yandex (`oldprice`), idealo (`eans`), RSS (`guid`). Beside each the field, and its rank among
/// the names of the field.
#[rustfmt::skip]
const NAMES: &[(&str, Field, u8)] = &[
    ("product", Field::Title, 250),
    ("imgurl", Field::Image, 102), ("thumbnailurl", Field::Image, 103),
    // A price without tax may stand beside it.
    ("pricevat", Field::Price, 50), ("pricewithvat", Field::Price, 50), ("grossprice", Field::Price, 50),
    ("oldprice", Field::ListPrice, 110), ("currencyid", Field::Currency, 109), ("categorytext", Field::Category, 103),
    ("productno", Field::Id, 230), ("vendorcode", Field::Id, 231), ("eans", Field::Id, 232), ("guid", Field::Id, u8::MAX),
];

/// Names that hide a product where their value is no, and those that do where it is yes; the table has more.
const SHOWN: [&str; 3] = ["ispublished", "isvisible", "isenabled"];
const HIDDEN: [&str; 9] =
    ["draft", "isdraft", "hidden", "ishidden", "deleted", "isdeleted", "archived", "isarchived", "disabled"];

/// What a name is about: what the shop says first, then the table of all formats, then the names here. The ranks of the
/// table are moved by `behind`, for names that are less exact than others of the same feed.
pub fn meaning(columns: &Columns, name: &str, behind: u8) -> Option<Meaning> {
    columns.meaning_or(name, || match columns::known(&normal(name)) {
        Some(Meaning::Field(field, rank)) => Some(Meaning::Field(field, rank.saturating_add(behind))),
        Some(known) => Some(known),
        None => {
            let name = squeezed(name);
            NAMES.iter().find(|(own, ..)| *own == name).map(|(_, field, rank)| Meaning::Field(*field, *rank))
        }
    })
}

/// Whether a shop says by this name and value that it does not show a product.
pub fn hides(name: &str, value: &str) -> bool {
    let (name, value) = (squeezed(name), value.trim().to_ascii_lowercase());
    match name.as_str() {
        "deletedat" => !value.is_empty(),
        "catalogvisibility" => value == "hidden",
        name if SHOWN.contains(&name) => ["false", "no", "0"].contains(&value.as_str()),
        name if HIDDEN.contains(&name) => ["true", "yes", "1"].contains(&value.as_str()),
        _ => false,
    }
}

fn squeezed(name: &str) -> String {
    normal(name).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_camel_case_and_of_price_comparisons_are_known() {
        let columns = Columns::parse("brand=producerName").unwrap();
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
    fn shops_say_in_many_ways_that_a_product_is_hidden() {
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
