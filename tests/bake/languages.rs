//! Texts that the model does not read are counted, and `bake` says what helps.

use std::fs;

use super::{bake_anew, folder, lines, model};

fn line(id: usize, lang: &str, title: &str) -> String {
    format!(r#"{{"id":"{id}","url":"/{id}","words":{{"{lang}":{{"title":"{title} {id}"}}}}}}"#)
}

#[test]
fn bake_says_which_texts_the_model_does_not_read() {
    let other = folder("languages-bilingual");
    fs::remove_dir_all(&other).unwrap();
    let french = |id| line(id, "fr", "Champagne brut");
    let feed: Vec<String> = (0..30).map(french).chain((30..40).map(|id| line(id, "en", "A red tent"))).collect();
    let said = bake_anew("languages", &feed, &[]).said();
    assert!(said.contains("75% of the texts are in fr") && said.contains("synthetic reads en alone"), "{said}");
    assert!(said.contains("cargo xtask models e5 --languages en,fr"), "{said}");
    // A model that reads them lies beside.
    let manifest = fs::read_to_string(model("languages").join("manifest.json")).unwrap();
    let bilingual = manifest.replace("\"languages\":[\"en\"]", "\"languages\":[\"en\",\"fr\"]");
    assert_ne!(bilingual, manifest);
    fs::write(folder("languages-bilingual").join("manifest.json"), bilingual.replace("\"synthetic\"", "\"bilingual\""))
        .unwrap();
    let said = bake_anew("languages", &feed, &[]).said();
    assert!(said.contains("bilingual reads them") && said.contains("languages-bilingual"), "{said}");
    let said = bake_anew("languages", &lines(), &[]).said();
    assert!(!said.contains("of the texts are in"), "English is read, and Chinese is there besides: {said}");
}
