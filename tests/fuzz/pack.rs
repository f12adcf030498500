//! Opens any bytes as the manifest of a pack or as one of its files: they must be opened or refused without a panic,
//! and an opened catalogue must be readable. Digests are not checked, because someone who changes a file can also
//! change its digest.

use std::sync::LazyLock;

use nearmind_core::{
    catalog::{Aliases, Catalog, Manifest, Pack},
    text::terms,
    vectors::Query,
};

use crate::sample;

static PACK: LazyLock<Pack> = LazyLock::new(|| {
    let aliases = Aliases::new([("KETTLE-12", 0), ("lamp", 1)].into_iter());
    Pack::new(&Catalog { aliases, ..sample::catalog() })
});

/// Opens the bytes as a manifest, and as the file of the pack that begins with the same eight bytes.
pub fn check(bytes: &[u8]) {
    let _ = Manifest::parse(bytes);
    for nth in 0..PACK.files.len() {
        if PACK.files[nth].1.get(..8) == bytes.get(..8) {
            let with = |at: usize| if at == nth { bytes.to_vec() } else { PACK.files[at].1.clone() };
            if let Ok(catalog) = PACK.manifest.decode((0..PACK.files.len()).map(with)) {
                assert_eq!(catalog.len(), sample::ITEMS);
                let items: Vec<_> = catalog.items.iter().map(|item| item.to_item()).collect();
                assert!(items.is_sorted_by(|a, b| a.id < b.id));
                assert!(catalog.aliases.iter().all(|(name, row)| catalog.aliases.find(&name) == Some(row)));
                catalog.matrix.top_k(&Query::new(&catalog.matrix.vector(0)), 5, f32::NEG_INFINITY, |_| true);
                catalog.index.search(&terms("a blue kettle 轻便防水夹克", &catalog.segmenter));
            }
        }
    }
}
