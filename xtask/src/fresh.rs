//! Whether a product is newer than all that it is made from, by the times of files, as make has it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Sources are files, or folders with all that is in them. What is missing is as new as can be.
pub fn up_to_date(product: &Path, sources: &[PathBuf]) -> bool {
    let Some(made) = changed(product) else { return false };
    sources.iter().all(|source| newest(source).is_some_and(|changed| changed <= made))
}

fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return changed(path);
    }
    let mut newest_yet = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(path).ok()? {
        newest_yet = newest_yet.max(newest(&entry.ok()?.path())?);
    }
    Some(newest_yet)
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|about| about.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_as_old_as_its_newest_source() {
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
