//! The JavaScript side of a session: messages, downloads, the visitor's log. Only the crates in `crates/web` use JavaScript
//! APIs, apart from `crates/nfkc`, which uses one.
#![cfg(target_arch = "wasm32")]

mod device_limits; // whether the device can afford the model
mod embed; //  texts to vectors, without a session
mod error; //  JavaScript errors as messages
mod fetch; //  downloads: streamed, verified, cached
mod file_cache; // downloaded files in the Cache API
mod load; //   catalogues and models from their URLs
mod model_loader; // when the model is fetched
mod remote_model; // the encoder module, as a model
mod scope; //  the worker's global scope
mod store; //  the visitor's log
mod task; //   work that starts now and is awaited later
mod wire; //   messages in and out
mod word_vectors_loader; // when the word vectors are fetched
mod worker; // the loop

#[cfg(test)]
mod tests {
    use nearmind_core::text::{Dictionary, Segmenter, words};
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The crate's tables, which native programs use, give the same forms: see nearmind-nfkc.
    #[wasm_bindgen_test]
    fn the_browser_gives_equivalent_words_the_same_term() {
        let segmenter = Segmenter::new(&Dictionary { words: Vec::new() });
        for (text, term) in [("ＵＳＢ", "usb"), ("ﬁne", "fine"), ("cafe\u{301}", "café"), ("ｶﾞﾗｽ", "ガラス")]
        {
            let terms: Vec<_> = words(text, &segmenter).into_iter().map(|word| word.term).collect();
            assert_eq!(terms, [term]);
        }
    }
}
