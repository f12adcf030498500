//! Samples of packs that earlier builds wrote. A sample never changes; each new version adds one.

use std::{fs, path::PathBuf};

use nearmind_core::{
    catalog::{Catalog, Manifest, Pack, PackError},
    text::terms,
    vectors::Query,
};

use crate::sample;

fn folder(version: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pack/v{version}"))
}

fn open(version: u32) -> Result<Catalog, PackError> {
    let manifest = Manifest::parse(&fs::read(folder(version).join("manifest.json")).unwrap())?;
    let files: Vec<_> =
        manifest.files().iter().map(|file| fs::read(folder(version).join(&file.file)).unwrap()).collect();
    manifest.open(&files)
}

#[test]
fn the_first_version_is_refused_with_advice() {
    let error = open(1).err().unwrap();
    assert_eq!(error, PackError::Version { found: 1 });
    assert!(error.to_string().contains("bake it again"), "{error}");
}

#[test]
fn the_second_version_opens_and_gives_the_same_results() {
    let (opened, expected) = (open(2).unwrap(), sample::catalog());
    assert_eq!(
        (&opened.items, &opened.dictionary, &opened.model),
        (&expected.items, &expected.dictionary, &expected.model)
    );
    assert_eq!((&opened.relations, opened.score_weights), (&expected.relations, expected.score_weights));
    let row = opened.row("lamp-01").unwrap();
    let nearest = opened.matrix.top_k(&Query::new(&opened.matrix.vector(row)), 3, 0.0, |other| other != row);
    let ids: Vec<_> = nearest.iter().map(|hit| opened.item(hit.row).id()).collect();
    assert_eq!(ids, ["kettle-12", "scarf-23", "tent-34"]);
    let found = opened.index.search(&terms("blue kettles", &opened.segmenter));
    assert_eq!(opened.item(found[0].0).text_in("en").unwrap().1.title, "A blue kettle");
    assert!(!opened.index.search(&terms("防水", &opened.segmenter)).is_empty());
}

/// All files but the score weights, because a weight that is no longer learned is read but not written again.
#[test]
fn this_build_writes_the_same_bytes() {
    let pack = Pack::new(&sample::catalog());
    let is_score_weights = |name: &str| name.starts_with("score-weights.");
    let (score_weights, files): (Vec<_>, Vec<_>) = pack.files.iter().partition(|(name, _)| is_score_weights(name));
    for (name, bytes) in files {
        assert!(fs::read(folder(2).join(name)).is_ok_and(|frozen| frozen == *bytes), "{name} differs from the sample");
    }
    let without_weights = |manifest: &[u8]| {
        let mut manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
        // "mixture" was the name before 0.2.0.
        let weights =
            manifest.as_object_mut().and_then(|files| files.remove("scoreWeights").or(files.remove("mixture")));
        (weights.is_some(), manifest.to_string())
    };
    let frozen = fs::read(folder(2).join("manifest.json")).unwrap();
    assert_eq!((score_weights.len(), without_weights(&frozen)), (1, without_weights(&pack.manifest.to_json())));
}
