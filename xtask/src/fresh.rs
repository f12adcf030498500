//! Whether a product is up to date: newer than everything that it is made from, by modification times, as in make.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Whether `product` is not older than any of `sources`: files, or folders with all files in them. False if one is missing.
pub fn up_to_date(product: &Path, sources: &[PathBuf]) -> bool {
    let Some(product_time) = modified(product) else { return false };
    sources.iter().all(|source| newest(source).is_some_and(|time| time <= product_time))
}

/// The latest modification time of a file, or of the files in a folder.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let mut newest_yet = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(path).ok()? {
        newest_yet = newest_yet.max(newest(&entry.ok()?.path())?);
    }
    Some(newest_yet)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_must_not_be_older_than_its_newest_source() {
        let folder = std::env::temp_dir().join(format!("nearmind-fresh-{}", std::process::id()));
        fs::create_dir_all(folder.join("sources/deep")).unwrap();
        let (source, product) = (folder.join("sources/deep/a"), folder.join("product"));
        let write = |path: &Path, secs| {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(secs);
            fs::File::create(path).unwrap().set_modified(time).unwrap();
        };
        write(&source, 10);
        let fresh = || up_to_date(&product, &[folder.join("sources")]);
        assert!(!fresh(), "there is no product");
        write(&product, 10);
        assert!(fresh());
        write(&source, 11);
        assert!(!fresh());
        assert!(!up_to_date(&product, &[folder.join("missing")]));
        fs::remove_dir_all(&folder).unwrap();
    }
}
