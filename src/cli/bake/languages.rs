//! Warns of texts in languages that the model does not support, since their vectors mean little, and names a model that
//! supports them. The languages of a model are in its manifest. Must not know items.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{cli::folder, languages::supported};
use nearmind_encoder::manifest::Manifest;

/// A language is reported if at least one of this many texts is in it: fewer may be detected wrongly.
const TEXTS_PER_REPORTED: usize = 50;

/// The other models in the parent folder of this one, those with the fewest languages first.
pub fn sibling_models(model: &Path) -> Vec<(PathBuf, Manifest)> {
    let read = |name: OsString| {
        let path = model.with_file_name(&name);
        let manifest = Manifest::parse(&fs::read(path.join(folder::MANIFEST)).ok()?).ok()?;
        (Some(&*name) != model.file_name()).then_some((path, manifest))
    };
    let siblings =
        fs::read_dir(model.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let names = siblings.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut models: Vec<_> = names.filter_map(read).collect();
    models.retain(|(_, manifest)| !manifest.languages.is_empty());
    models.sort_by_key(|(path, manifest)| (manifest.languages.len(), path.clone()));
    models
}

/// The warning about `texts`, which are counted by language; `None` if the model supports them. `others` are models that
/// may support them.
pub fn warning(model: &Manifest, texts: &BTreeMap<String, usize>, others: &[(PathBuf, Manifest)]) -> Option<String> {
    let all: usize = texts.values().sum();
    let mut unsupported: Vec<(&str, usize)> = texts
        .iter()
        .map(|(lang, count)| (lang.as_str(), *count))
        .filter(|(lang, count)| !lang.is_empty() && !model.supports_language(lang) && count * TEXTS_PER_REPORTED >= all)
        .collect();
    if unsupported.is_empty() {
        return None;
    }
    unsupported.sort_by_key(|(lang, count)| (std::cmp::Reverse(*count), *lang));
    let shares: Vec<String> = unsupported
        .iter()
        .map(|(lang, count)| format!("{:.0}% of the texts are in {lang}", *count as f64 * 100.0 / all as f64))
        .collect();
    let better = others.iter().find(|(_, other)| unsupported.iter().all(|(lang, _)| other.supports_language(lang)));
    let advice = match better {
        Some((path, other)) => format!("{} supports them: bake with --model {}", other.name, path.display()),
        None => conversion_advice(model, &unsupported),
    };
    Some(format!(
        "WARNING: {}, but {} supports only {}: its vectors of other texts mean little. {advice}",
        shares.join(", "),
        model.name,
        model.languages.join(", ")
    ))
}

/// How to obtain a model for these languages and those that `model` supports.
fn conversion_advice(model: &Manifest, unsupported: &[(&str, usize)]) -> String {
    let mut wanted: Vec<&str> =
        model.languages.iter().map(String::as_str).chain(unsupported.iter().map(|(lang, _)| *lang)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let languages = wanted.join(",");
    if wanted.iter().any(|lang| !supported().any(|supported| supported == *lang)) {
        return format!(
            "No model in models/ supports them: `cargo xtask models --from DIR --name NAME -- --languages {languages}` \
             converts one that does"
        );
    }
    format!(
        "multilingual-e5-small supports them: run `cargo xtask models e5 --languages {languages}`, then bake with --model \
         models/e5-{}",
        wanted.join("-")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_encoder::synthetic::SyntheticModel;

    fn model(name: &str, languages: &[&str]) -> Manifest {
        let languages = languages.iter().map(|lang| (*lang).to_owned()).collect();
        Manifest { name: name.into(), languages, ..SyntheticModel::small(1).manifest }
    }

    fn warn(texts: &[(&str, usize)]) -> Option<String> {
        let texts = texts.iter().map(|(lang, count)| ((*lang).to_owned(), *count)).collect();
        let others = [(PathBuf::from("models/e5"), model("multilingual", &["en", "zh"]))];
        warning(&model("mini", &["en"]), &texts, &others)
    }

    #[test]
    fn texts_in_unsupported_languages_are_counted() {
        assert_eq!(warn(&[("en", 100)]), None);
        assert_eq!(warn(&[("en", 1000), ("nl", 3), ("", 20)]), None, "a wrong guess of a few texts");
        assert_eq!(warn(&[]), None);
        let chinese = warn(&[("en", 25), ("zh", 75)]).unwrap();
        assert!(chinese.contains("75% of the texts are in zh") && chinese.contains("--model models/e5"), "{chinese}");
        let french = warn(&[("fr", 60), ("es", 30), ("en", 10)]).unwrap();
        assert!(french.contains("60% of the texts are in fr, 30% of the texts are in es"), "{french}");
        assert!(french.contains("cargo xtask models e5 --languages en,es,fr"), "{french}");
        let maltese = warn(&[("mt", 60), ("en", 40)]).unwrap();
        assert!(maltese.contains("--from DIR") && maltese.contains("en,mt"), "{maltese}");
    }

    #[test]
    fn a_model_without_stated_languages_causes_no_warning() {
        let texts = [("fr".to_owned(), 5)].into();
        assert_eq!(warning(&model("own", &[]), &texts, &[]), None);
    }
}
