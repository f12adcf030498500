//! What a product costs now. Must not know words.

use crate::{
    raw::{Field, Raw},
    report::Kind,
    value::{
        price::{Price, PriceFault, currency_code, price},
        text::plain,
    },
    variants::LIST_PRICE,
};
use nearmind_core::catalog::Item;

/// The sale's price where it is below the price. A price whose currency nobody names is kept: it can be compared.
pub fn fill(item: &mut Item, raw: &Raw, currency: Option<&str>, note: &mut impl FnMut(Kind, &str)) {
    let lang = item.words.keys().next().map_or("", String::as_str).to_owned();
    let mut read = |field: Field| -> Option<Price> {
        let said = &raw[field];
        // Signs of currencies come as entities too.
        let plain = if said.contains('&') { plain(said).text } else { said.to_owned() };
        match price(&plain, &lang) {
            _ if said.is_empty() => None,
            Ok(price) => Some(price),
            Err(PriceFault::Negative) => {
                note(Kind::PriceNegative, said);
                None
            }
            Err(PriceFault::Unreadable) => {
                note(Kind::PriceUnreadable, said);
                None
            }
        }
    };
    let (full, sale, list) = (read(Field::Price), read(Field::SalePrice), read(Field::ListPrice));
    let now = match (full, sale) {
        (Some(full), Some(sale)) if sale.amount > full.amount => {
            note(Kind::SaleAbovePrice, &format!("{} above {}", &raw[Field::SalePrice], &raw[Field::Price]));
            Some(full)
        }
        // A sale's price of 0 is an empty cell.
        (Some(full), Some(sale)) if sale.amount == 0.0 => Some(full),
        (full, sale) => sale.or(full),
    };
    let column = currency_code(&raw[Field::Currency]);
    let Some(now) = now else {
        item.currency = column.unwrap_or_default().to_owned();
        if raw[Field::Price].is_empty() && raw[Field::SalePrice].is_empty() {
            note(Kind::NoPrice, "");
        }
        return;
    };
    if list.is_some_and(|list| list.amount < now.amount && list.amount > 0.0) {
        note(Kind::ListBelowPrice, &format!("{} below {}", &raw[Field::ListPrice], now.amount));
    }
    let crossed = [list, full].into_iter().flatten().map(|price| price.amount).find(|amount| *amount > now.amount);
    if let Some(crossed) = crossed {
        item.attributes.insert(LIST_PRICE.into(), crossed.to_string());
    }
    item.price = Some(now.amount);
    let named = [now.currency, full.and_then(|full| full.currency), column];
    item.currency = named.into_iter().flatten().next().or(currency).unwrap_or_default().to_owned();
    if item.currency.is_empty() {
        note(Kind::NoCurrency, &raw[Field::Price]);
    }
}
