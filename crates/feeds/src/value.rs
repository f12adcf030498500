//! Parses values of a feed: HTML to plain text, prices, dates, languages, availability, yes and no.
//!
//! All are pure functions of a text. Must not know rows.

pub mod date; //  days since 1970
pub mod lang; //  language detection
pub mod price; // amounts and currencies
pub mod text; //  HTML and invisible characters -> plain text

use nearmind_core::catalog::Availability;

/// Parses an availability: the values of Google, schema.org, Shopify and WooCommerce, words in several languages, and yes or
/// no. `None` for anything else.
pub fn parse_availability(text: &str) -> Option<Availability> {
    let word = text.trim().rsplit('/').next().unwrap_or_default().to_lowercase();
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    #[rustfmt::skip]
    let availability = match word.as_str() {
        "instock" | "1" | "available" | "onlineonly" | "instoreonly" | "limitedavailability" | "有货" | "现货" | "in" | "auflager"
        | "vorrätig" | "lieferbar" | "sofortlieferbar" | "verfügbar" | "enstock" | "disponible" | "disponibile" | "enexistencia" | "вналичии"
        | "есть" | "opvoorraad" => Availability::InStock,
        "outofstock" | "0" | "soldout" | "discontinued" | "unavailable" | "缺货" | "无货" | "售罄" | "out" | "ausverkauft" | "nichtauflager"
        | "nichtvorrätig" | "nichtlieferbar" | "nichtverfügbar" | "enrupturedestock" | "rupturedestock" | "épuisé" | "indisponible" | "agotado"
        | "sinexistencias" | "esaurito" | "нетвналичии" | "uitverkocht" => Availability::OutOfStock,
        "preorder" | "presale" | "backorder" | "onbackorder" | "madetoorder" | "预售" | "notify" | "vorbestellung" | "предзаказ"
        | "подзаказ" => Availability::Preorder,
        word => return parse_yes_no(word).map(|yes| if yes { Availability::InStock } else { Availability::OutOfStock }),
    };
    Some(availability)
}

/// Parses whether the shop shows the product: `None` if the text does not tell.
pub fn parse_published(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "active" | "publish" | "published" | "visible" | "catalog" => Some(true),
        "0"
        | "-1"
        | "draft"
        | "archived"
        | "private"
        | "hidden"
        | "pending"
        | "trash"
        | "unlisted"
        | "inactive"
        | "disabled"
        | "unpublished"
        | "not visible individually"
        | "none"
        | "versteckt"
        | "entwurf"
        | "masqué"
        | "caché"
        | "brouillon"
        | "oculto"
        | "borrador"
        | "скрыто"
        | "скрытый"
        | "черновик"
        | "nascosto"
        | "bozza" => Some(false),
        word => parse_yes_no(word),
    }
}

/// Parses yes and no as shops and spreadsheets write them.
fn parse_yes_no(word: &str) -> Option<bool> {
    match word {
        "true" | "yes" | "y" | "on" | "enabled" | "ja" | "wahr" | "oui" | "vrai" | "sí" | "si" | "sì" | "verdadero"
        | "да" | "истина" | "vero" | "tak" | "prawda" | "sim" | "verdadeiro" | "是" => Some(true),
        "false" | "no" | "n" | "off" | "nein" | "falsch" | "non" | "faux" | "falso" | "нет" | "ложь" | "nee"
        | "nie" | "fałsz" | "não" | "否" => Some(false),
        _ => None,
    }
}

/// Makes a stable id from a title: letters and digits in lower case, with `-` between words.
pub fn slug(title: &str) -> String {
    let title = text::to_plain_text(title).text.to_lowercase();
    title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// Parses a count such as `1,204` or `12.0`. `None` for a negative number or anything else.
pub fn parse_count(text: &str) -> Option<u32> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}')).collect();
    let number: f64 = digits.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number.min(f64::from(u32::MAX)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn availability_is_parsed_in_many_vocabularies() {
        use Availability::{InStock, OutOfStock, Preorder};
        for (text, expect) in [
            ("in_stock", Some(InStock)),
            ("in stock", Some(InStock)),
            ("https://schema.org/InStock", Some(InStock)),
            ("http://schema.org/OutOfStock", Some(OutOfStock)),
            ("SoldOut", Some(OutOfStock)),
            ("true", Some(InStock)),
            ("0", Some(OutOfStock)),
            ("backorder", Some(Preorder)),
            ("PreOrder", Some(Preorder)),
            ("有货", Some(InStock)),
            ("Nicht auf Lager", Some(OutOfStock)),
            ("В наличии", Some(InStock)),
            ("ja", Some(InStock)),
            ("perhaps", None),
            ("", None),
        ] {
            assert_eq!(parse_availability(text), expect, "{text}");
        }
    }

    #[test]
    fn hidden_products_are_recognised_in_many_languages() {
        for (text, expect) in [
            ("TRUE", Some(true)),
            ("Wahr", Some(true)),
            ("oui", Some(true)),
            ("-1", Some(false)),
            ("Нет", Some(false)),
            ("unlisted", Some(false)),
            ("caché", Some(false)),
            ("2025-05-16", None),
            ("in stock", None),
            ("", None),
        ] {
            assert_eq!(parse_published(text), expect, "{text}");
        }
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        for (text, expect) in
            [("12", Some(12)), ("1,204", Some(1204)), ("3.0", Some(3)), ("-1", None), ("NaN", None), ("many", None)]
        {
            assert_eq!(parse_count(text), expect, "{text}");
        }
    }
}
