//! Parses dates of feeds into days since 1970-01-01. Must not know what a date is for.

use jiff::civil::Date;

/// Parses a date into days since 1970-01-01: ISO 8601, RFC 2822, `2006-5`, `2006年5月3日`, `3.5.2006`, `5/3/2006` (month
/// first, unless that is impossible), a year, or Unix time in seconds or milliseconds. `None` for anything else.
pub fn parse_days(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(date) = text.get(..10).and_then(|day| day.parse::<Date>().ok()) {
        return Some(days_since_1970(date));
    }
    if let Ok(number) = text.parse::<f64>() {
        return days_from_number(number);
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(days_since_1970(zoned.date()));
    }
    let parts: Option<Vec<i16>> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    let date = match parts?[..] {
        [year, month, day, ..] if year >= 1000 => civil(year, month, day),
        [year, month] if year >= 1000 => civil(year, month, 1),
        [year] if year >= 1000 => civil(year, 1, 1),
        [first, second, year, ..] if text.contains('.') || first > 12 => civil(year, second, first),
        [first, second, year, ..] => civil(year, first, second),
        _ => None,
    };
    date.map(days_since_1970)
}

/// Formats days since 1970-01-01 as an ISO 8601 date. `None` if the date is out of range.
pub fn to_iso(days: i64) -> Option<String> {
    let days = i32::try_from(days).ok()?;
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(|date| date.to_string())
}

fn days_from_number(number: f64) -> Option<i64> {
    const DAY_SECS: f64 = 86_400.0;
    match number {
        1000.0..=2999.0 => civil(number as i16, 1, 1).map(days_since_1970),
        // Unix time from 1973 on: milliseconds, then seconds.
        1e11..1e13 => Some((number / 1000.0 / DAY_SECS) as i64),
        1e8..1e11 => Some((number / DAY_SECS) as i64),
        // 20060503
        1e7..1e8 => {
            let number = number as i32;
            civil((number / 10_000) as i16, (number / 100 % 100) as i16, (number % 100) as i16).map(days_since_1970)
        }
        _ => None,
    }
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn days_since_1970(date: Date) -> i64 {
    i64::from((date - Date::constant(1970, 1, 1)).get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_parsed_in_many_formats() {
        for (text, expect) in [
            ("2025-05-16T14:22:02Z", Some("2025-05-16")),
            ("2025-05-16", Some("2025-05-16")),
            ("2006-5", Some("2006-05-01")),
            ("2006年5月3日", Some("2006-05-03")),
            ("2006", Some("2006-01-01")),
            ("Fri, 16 May 2025 14:22:02 +0000", Some("2025-05-16")),
            ("16.5.2025", Some("2025-05-16")),
            ("5/16/2025", Some("2025-05-16")),
            ("16/5/2025", Some("2025-05-16")),
            ("2025/5/16 10:00", Some("2025-05-16")),
            ("1747405322", Some("2025-05-16")),
            ("1747405322000", Some("2025-05-16")),
            ("20250516", Some("2025-05-16")),
            ("2025-13-40", None),
            ("soon", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(parse_days(text).and_then(to_iso).as_deref(), expect, "{text}");
        }
        assert_eq!(parse_days("1970-01-02"), Some(1));
        assert_eq!(to_iso(i64::MAX), None);
    }
}
