//! The current price of a product. Must not know texts.

use crate::{
    raw::{Field, RawRow},
    report::ProblemKind,
    value::{
        price::{Price, PriceError, currency_code, parse_price},
        text::to_plain_text,
    },
    variants::LIST_PRICE_ATTRIBUTE,
};
use nearmind_core::catalog::Item;

/// Fills in price, currency and list price. The price is the sale price if that is lower. A price without a currency is kept,
/// because it can still be compared.
pub fn fill_prices(item: &mut Item, raw: &RawRow, currency: Option<&str>, note: &mut impl FnMut(ProblemKind, &str)) {
    let lang = item.words.keys().next().map_or("", String::as_str).to_owned();
    let mut read = |field: Field| -> Option<Price> {
        let text = &raw[field];
        // Currency signs may be HTML entities.
        let plain = if text.contains('&') { to_plain_text(text).text } else { text.to_owned() };
        match parse_price(&plain, &lang) {
            _ if text.is_empty() => None,
            Ok(price) => Some(price),
            Err(PriceError::Negative) => {
                note(ProblemKind::PriceNegative, text);
                None
            }
            Err(PriceError::Unreadable) => {
                note(ProblemKind::PriceUnreadable, text);
                None
            }
        }
    };
    let (full, sale, list) = (read(Field::Price), read(Field::SalePrice), read(Field::ListPrice));
    let now = match (full, sale) {
        (Some(full), Some(sale)) if sale.amount > full.amount => {
            note(ProblemKind::SaleAbovePrice, &format!("{} above {}", &raw[Field::SalePrice], &raw[Field::Price]));
            Some(full)
        }
        // A sale price of 0 means an empty cell.
        (Some(full), Some(sale)) if sale.amount == 0.0 => Some(full),
        (full, sale) => sale.or(full),
    };
    let column = currency_code(&raw[Field::Currency]);
    let Some(now) = now else {
        item.currency = column.unwrap_or_default().to_owned();
        if raw[Field::Price].is_empty() && raw[Field::SalePrice].is_empty() {
            note(ProblemKind::NoPrice, "");
        }
        return;
    };
    if list.is_some_and(|list| list.amount < now.amount && list.amount > 0.0) {
        note(ProblemKind::ListBelowPrice, &format!("{} below {}", &raw[Field::ListPrice], now.amount));
    }
    let crossed = [list, full].into_iter().flatten().map(|price| price.amount).find(|amount| *amount > now.amount);
    if let Some(crossed) = crossed {
        item.attributes.insert(LIST_PRICE_ATTRIBUTE.into(), crossed.to_string());
    }
    item.price = Some(now.amount);
    let named = [now.currency, full.and_then(|full| full.currency), column];
    item.currency = named.into_iter().flatten().next().or(currency).unwrap_or_default().to_owned();
    if item.currency.is_empty() {
        note(ProblemKind::NoCurrency, &raw[Field::Price]);
    }
}
