//! The place of `pictures.rs` under Node, where no library encodes WebP or requests pictures while the command waits.

use std::{fmt, path::Path, str::FromStr};

use anyhow::Result;

use super::SortedItems;
use nearmind_core::catalog::manifest::FileEntry;

/// The pictures that become part of the catalogue: none.
#[derive(Default)]
pub struct Pictures {
    pub sheets: Vec<FileEntry>,
}

impl Pictures {
    /// Is never called, because no [`PictureLocation`] can be made.
    pub fn make(_out: &Path, _items: &mut impl SortedItems, sources: &[PictureLocation]) -> Result<Self> {
        match sources.first() {
            Some(location) => match *location {},
            None => Ok(Self::default()),
        }
    }

    pub fn inline(&self, _nth: usize) -> Option<&str> {
        None
    }
}

impl fmt::Display for Pictures {
    fn fmt(&self, _: &mut fmt::Formatter) -> fmt::Result {
        Ok(())
    }
}

/// A value of the option `--pictures`.
#[derive(Debug, Clone)]
pub enum PictureLocation {}

impl FromStr for PictureLocation {
    type Err = String;

    fn from_str(_: &str) -> Result<Self, String> {
        Err("small pictures are made by the native command only: `cargo install` builds it".into())
    }
}
