//! `bake` counts texts in languages that the model does not support, and names a model that does.

use std::fs;

use super::{bake_from_scratch, feed_lines, folder, model};

fn line(id: usize, lang: &str, title: &str) -> String {
    format!(r#"{{"id":"{id}","url":"/{id}","words":{{"{lang}":{{"title":"{title} {id}"}}}}}}"#)
}

#[test]
fn bake_warns_of_languages_that_the_model_does_not_support() {
    let other = folder("languages-bilingual");
    fs::remove_dir_all(&other).unwrap();
    let french = |id| line(id, "fr", "Champagne brut");
    let feed: Vec<String> = (0..30).map(french).chain((30..40).map(|id| line(id, "en", "A red tent"))).collect();
    let output = bake_from_scratch("languages", &feed, &[]).output_text();
    assert!(output.contains("75% of the texts are in fr") && output.contains("synthetic supports only en"), "{output}");
    assert!(output.contains("cargo xtask models e5 --languages en,fr"), "{output}");
    // There is a model that supports them in the same folder.
    let manifest = fs::read_to_string(model("languages").join("manifest.json")).unwrap();
    let bilingual = manifest.replace("\"languages\":[\"en\"]", "\"languages\":[\"en\",\"fr\"]");
    assert_ne!(bilingual, manifest);
    fs::write(folder("languages-bilingual").join("manifest.json"), bilingual.replace("\"synthetic\"", "\"bilingual\""))
        .unwrap();
    let output = bake_from_scratch("languages", &feed, &[]).output_text();
    assert!(output.contains("bilingual supports them") && output.contains("languages-bilingual"), "{output}");
    let output = bake_from_scratch("languages", &feed_lines(), &[]).output_text();
    assert!(!output.contains("of the texts are in"), "every text has words in English as well as Chinese: {output}");
}
