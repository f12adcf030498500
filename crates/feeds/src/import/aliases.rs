//! Alternative ids of items (SKUs, barcodes, handles), collected while rows are read and resolved once it is known which
//! rows became items.
//!
//! A name that is another item's id, or that two items share, resolves to neither: a wrong item would be worse than none.
//! Must not know where names come from.

use std::collections::BTreeSet;

use nearmind_core::catalog::Aliases;

/// Collects alternative ids, each with the row that has it.
#[derive(Default)]
pub struct AliasBuilder(Vec<(Box<str>, u32)>);

/// A name that resolves to nothing, and two of the items that have it.
pub struct AliasClash {
    pub name: Box<str>,
    pub rows: [u32; 2],
}

impl AliasBuilder {
    /// Adds the alternative ids of the `nth` row, from 0.
    pub fn add(&mut self, nth: u32, names: impl Iterator<Item = String>) {
        self.0.extend(names.map(|name| (name.into(), nth)));
    }

    /// Resolves the names. `rows` maps each row to its item, if it became one; `id` finds the item with an id.
    pub fn build(self, rows: &[Option<u32>], id: impl Fn(&str) -> Option<usize>) -> (Aliases, Vec<AliasClash>) {
        let item = |(name, nth): (Box<str>, u32)| Some((name, rows[nth as usize]?));
        let mut names: Vec<(Box<str>, u32)> = self.0.into_iter().filter_map(item).collect();
        names.sort();
        names.dedup();
        let mut clashes = Vec::new();
        let mut unique: Vec<(Box<str>, u32)> = Vec::with_capacity(names.len());
        for same in names.chunk_by(|a, b| a.0 == b.0) {
            let (name, first) = &same[0];
            let owner = id(name).map(|row| row as u32);
            let claimed: BTreeSet<u32> = owner.into_iter().chain(same.iter().map(|(_, row)| *row)).take(3).collect();
            match (claimed.len(), owner) {
                (1, None) => unique.push((name.clone(), *first)),
                (1, Some(_)) => {}
                _ => {
                    let mut rows = claimed.into_iter();
                    let rows = [rows.next().unwrap_or(*first), rows.next().unwrap_or(*first)];
                    clashes.push(AliasClash { name: name.clone(), rows });
                }
            }
        }
        (Aliases::new(unique.iter().map(|(name, row)| (&**name, *row))), clashes)
    }
}
