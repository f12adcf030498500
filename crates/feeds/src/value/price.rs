//! Parses prices as shops write them: `12.50 USD`, `1.234,50 €`, `¥99`, `CHF 1'299.-`.
//!
//! If both `.` and `,` occur, the last one is the decimal mark. A single comma before three digits separates thousands; so
//! does a single point, if the text names a currency with cents. Must not know rows.

/// An amount, with its currency if the text names one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// The amount in units of the currency, such as dollars. Finite, 0 or more.
    pub amount: f64,
    /// The ISO 4217 code.
    pub currency: Option<&'static str>,
}

/// Why a text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceError {
    /// Not a number, NaN or infinite.
    Unreadable,
    /// The amount is below 0.
    Negative,
}

#[rustfmt::skip]
const CODES: &[&str] = &[
    "AED", "AMD", "ARS", "AUD", "AZN", "BDT", "BGN", "BHD", "BRL", "BYN", "CAD", "CHF", "CLP", "CNY", "COP", "CZK",
    "DKK", "DZD", "EGP", "EUR", "GBP", "GEL", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KES", "KGS",
    "KRW", "KWD", "KZT", "LKR", "MAD", "MDL", "MOP", "MXN", "MYR", "NGN", "NOK", "NZD", "OMR", "PEN", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TJS", "TND", "TRY", "TWD", "UAH", "USD", "UYU",
    "UZS", "VND", "ZAR",
];
/// Currency signs; longer ones first, so that `HK$` is not read as `$`.
#[rustfmt::skip]
const SIGNS: &[(&str, &str)] = &[
    ("HK$", "HKD"), ("NT$", "TWD"), ("US$", "USD"), ("CA$", "CAD"), ("C$", "CAD"), ("AU$", "AUD"), ("A$", "AUD"),
    ("NZ$", "NZD"), ("S$", "SGD"), ("R$", "BRL"), ("RMB", "CNY"), ("人民币", "CNY"), ("日元", "JPY"), ("円", "JPY"),
    ("元", "CNY"), ("￥", "CNY"), ("zł", "PLN"), ("Kč", "CZK"), ("₽", "RUB"), ("₹", "INR"), ("₩", "KRW"),
    ("₫", "VND"), ("₺", "TRY"), ("₴", "UAH"), ("₪", "ILS"), ("฿", "THB"), ("€", "EUR"), ("£", "GBP"), ("$", "USD"),
];
/// Currencies with three decimals, where a point before three digits is a decimal mark.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Returns the ISO 4217 code if `text` is one, in any case.
pub fn currency_code(text: &str) -> Option<&'static str> {
    CODES.iter().find(|code| code.eq_ignore_ascii_case(text.trim())).copied()
}

/// Parses a price. `lang` decides whether `¥` means yuan or yen.
pub fn parse_price(text: &str, lang: &str) -> Result<Price, PriceError> {
    let currency = detect_currency(text, lang);
    let start = text.find(|c: char| c.is_ascii_digit()).ok_or(PriceError::Unreadable)?;
    let digits: String = text[start..]
        .chars()
        .take_while(|c| {
            c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' | 'e' | 'E')
        })
        .collect();
    let digits = digits.trim_end_matches(|c: char| !c.is_ascii_digit());
    let before = text[..start].trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    let negative = before.ends_with(['-', '−']) || before.starts_with(['-', '−', '(']);
    let amount: f64 = normalize_number(digits, currency).parse().map_err(|_| PriceError::Unreadable)?;
    match amount {
        _ if !amount.is_finite() => Err(PriceError::Unreadable),
        _ if negative && amount > 0.0 => Err(PriceError::Negative),
        // A point or a comma before the first digit: ".50".
        _ if text[..start].ends_with(['.', ',']) && !digits.contains(['.', ',']) => {
            Ok(Price { amount: amount / 10f64.powi(digits.len() as i32), currency })
        }
        _ => Ok(Price { amount, currency }),
    }
}

/// Removes thousands separators and makes the decimal mark a point.
fn normalize_number(digits: &str, currency: Option<&'static str>) -> String {
    let marks: Vec<(usize, char)> = digits.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let decimal = marks.last().and_then(|&(at, last)| {
        let (before, after) = (&digits[..at], &digits[at + 1..]);
        let thousands = after.len() == 3 && !before.is_empty() && before.len() <= 3 && before != "0";
        let grouped = match marks.iter().filter(|(_, mark)| *mark == last).count() {
            1 if marks.len() > 1 => false,
            1 if last == ',' => thousands,
            1 => thousands && currency.is_some_and(|code| !THOUSANDTHS.contains(&code)),
            _ => true,
        };
        (!grouped).then_some(at)
    });
    let keep = |(at, c): (usize, char)| match c {
        _ if decimal == Some(at) => Some('.'),
        c if c.is_ascii_digit() || matches!(c, 'e' | 'E') => Some(c),
        _ => None,
    };
    digits.char_indices().filter_map(keep).collect()
}

fn detect_currency(text: &str, lang: &str) -> Option<&'static str> {
    let mut letters = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() == 3);
    if let Some(code) = letters.find_map(currency_code) {
        return Some(code);
    }
    if text.contains('¥') {
        return Some(if lang == "ja" { "JPY" } else { "CNY" });
    }
    SIGNS.iter().find(|(sign, _)| text.contains(sign)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_parsed_in_many_formats() {
        for (text, amount, currency) in [
            ("12.50 USD", 12.5, Some("USD")),
            ("1.234,50 €", 1234.5, Some("EUR")),
            ("¥99", 99.0, Some("CNY")),
            ("￥1,299", 1299.0, Some("CNY")),
            ("CHF 1'299.-", 1299.0, Some("CHF")),
            ("HK$ 88.8", 88.8, Some("HKD")),
            ("1 299,00 kr SEK", 1299.0, Some("SEK")),
            ("2.500 €", 2500.0, Some("EUR")),
            ("2.500 KWD", 2.5, Some("KWD")),
            ("12.345", 12.345, None),
            ("1,234", 1234.0, None),
            ("0,999", 0.999, None),
            ("1,234,567.89", 1_234_567.89, None),
            ("1.234.567", 1_234_567.0, None),
            ("eur 5", 5.0, Some("EUR")),
            ("29.8元", 29.8, Some("CNY")),
            (".50", 0.5, None),
            ("1e3", 1000.0, None),
            ("0", 0.0, None),
            ("from $12.00", 12.0, Some("USD")),
        ] {
            assert_eq!(parse_price(text, "zh"), Ok(Price { amount, currency }), "{text}");
        }
        assert_eq!(parse_price("¥99", "ja").unwrap().currency, Some("JPY"));
    }

    #[test]
    fn unreadable_and_negative_prices_are_different_errors() {
        for (text, expect) in [
            ("NaN", PriceError::Unreadable),
            ("inf", PriceError::Unreadable),
            ("1e999", PriceError::Unreadable),
            ("on request", PriceError::Unreadable),
            ("", PriceError::Unreadable),
            ("-5", PriceError::Negative),
            ("-12.50 USD", PriceError::Negative),
            ("USD -3", PriceError::Negative),
        ] {
            assert_eq!(parse_price(text, "en"), Err(expect), "{text}");
        }
    }
}
