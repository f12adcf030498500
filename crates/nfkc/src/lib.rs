//! NFKC, the form in which words are compared (Unicode Standard Annex 15): in browsers by `String.normalize`, because the
//! tables of the crate would be a tenth of the module that every visitor downloads; elsewhere by the crate. Must not know
//! what the texts are.

#![warn(missing_docs)]

use std::borrow::Cow;

/// Returns `text` in NFKC.
pub fn nfkc(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_unchanged) { Cow::Borrowed(text) } else { Cow::Owned(normalize(text)) }
}

/// Whether a text of such characters alone is in NFKC: ASCII and the unified Chinese ideographs, which most texts consist of.
fn is_unchanged(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}')
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn normalize(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").into()
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn normalize(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfkc(text).collect()
}

#[cfg(test)]
mod tests {
    use super::nfkc;

    /// The worker's crate has the same test in a browser.
    #[test]
    fn equivalent_texts_get_the_same_form() {
        let forms =
            [("ＵＳＢ", "USB"), ("ﬁne", "fine"), ("cafe\u{301}", "café"), ("ｶﾞﾗｽ", "ガラス"), ("防水夹克", "防水夹克")];
        for (text, form) in forms {
            assert_eq!(nfkc(text), form);
        }
    }
}
