//! Texts in languages that the model does not read: how many there are, and which model reads them. Their vectors say
//! little, and nobody would see why. Which languages a model reads is in its manifest. Must not know items.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{cli::folder, convert::languages::supported};
use nearmind_encoder::manifest::Manifest;

/// A language that fewer than one text in so many is in is not worth another model; it may be a wrong guess.
const REPORTED_SHARE: usize = 50;

/// The other models in the folder where this one lies, those with the fewest languages first.
pub fn sibling_models(model: &Path) -> Vec<(PathBuf, Manifest)> {
    let read = |name: OsString| {
        let path = model.with_file_name(&name);
        let manifest = Manifest::parse(&fs::read(path.join(folder::MANIFEST)).ok()?).ok()?;
        (Some(&*name) != model.file_name()).then_some((path, manifest))
    };
    let beside = fs::read_dir(model.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let names = beside.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut found: Vec<_> = names.filter_map(read).collect();
    found.retain(|(_, manifest)| !manifest.languages.is_empty());
    found.sort_by_key(|(path, manifest)| (manifest.languages.len(), path.clone()));
    found
}

/// `None` where the model reads the texts, of which there are so many in each language.
pub fn warning(model: &Manifest, texts: &BTreeMap<String, usize>, others: &[(PathBuf, Manifest)]) -> Option<String> {
    let all: usize = texts.values().sum();
    let mut unread: Vec<(&str, usize)> = texts
        .iter()
        .map(|(lang, count)| (lang.as_str(), *count))
        .filter(|(lang, count)| !lang.is_empty() && !model.supports_language(lang) && count * REPORTED_SHARE >= all)
        .collect();
    if unread.is_empty() {
        return None;
    }
    unread.sort_by_key(|(lang, count)| (std::cmp::Reverse(*count), *lang));
    let shares: Vec<String> = unread
        .iter()
        .map(|(lang, count)| format!("{:.0}% of the texts are in {lang}", *count as f64 * 100.0 / all as f64))
        .collect();
    let better = others.iter().find(|(_, other)| unread.iter().all(|(lang, _)| other.supports_language(lang)));
    let advice = match better {
        Some((path, other)) => format!("{} reads them: bake with --model {}", other.name, path.display()),
        None => make(model, &unread),
    };
    Some(format!(
        "WARNING: {}, and {} reads {} alone: what it makes of other texts says little of their meaning. {advice}",
        shares.join(", "),
        model.name,
        model.languages.join(", ")
    ))
}

/// How to come by a model for these languages and those that this one reads.
fn make(model: &Manifest, unread: &[(&str, usize)]) -> String {
    let mut wanted: Vec<&str> =
        model.languages.iter().map(String::as_str).chain(unread.iter().map(|(lang, _)| *lang)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.iter().any(|lang| !supported().any(|known| known == *lang)) {
        let own = wanted.join(",");
        return format!(
            "No model here reads them: `cargo xtask models --from DIR --name NAME -- --languages {own}` converts one that \
             does"
        );
    }
    let (own, folder) = (wanted.join(","), wanted.join("-"));
    format!(
        "multilingual-e5-small reads them: `cargo xtask models e5 --languages {own}` makes it, then bake with --model \
         models/e5-{folder}"
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
    fn texts_that_the_model_does_not_read_are_counted() {
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
    fn a_manifest_without_languages_is_not_accused() {
        let texts = [("fr".to_owned(), 5)].into();
        assert_eq!(warning(&model("own", &[]), &texts, &[]), None);
    }
}
