//! What else items are called, gathered while rows come, and settled when it is known which rows became items.
//!
//! A name that is another item's id, or that two items have, finds neither: a wrong item would be worse than none.
//! Must not know where names come from.

use std::collections::BTreeSet;

use nearmind_core::catalog::Aliases;

/// Names with the rows of the feeds that gave them.
#[derive(Default)]
pub struct Names(Vec<(Box<str>, u32)>);

/// A name that finds nothing, and two of the items that claim it.
pub struct Clash {
    pub name: Box<str>,
    pub rows: [u32; 2],
}

impl Names {
    /// The row that came as the `nth` is called so.
    pub fn add(&mut self, nth: u32, names: impl Iterator<Item = String>) {
        self.0.extend(names.map(|name| (name.into(), nth)));
    }

    /// `rows` says which item each row became, if it became one; `id` at which row an item of that id is.
    pub fn aliases(self, rows: &[Option<u32>], id: impl Fn(&str) -> Option<usize>) -> (Aliases, Vec<Clash>) {
        let item = |(name, nth): (Box<str>, u32)| Some((name, rows[nth as usize]?));
        let mut names: Vec<(Box<str>, u32)> = self.0.into_iter().filter_map(item).collect();
        names.sort();
        names.dedup();
        let mut clashes = Vec::new();
        let mut sole: Vec<(Box<str>, u32)> = Vec::with_capacity(names.len());
        for same in names.chunk_by(|a, b| a.0 == b.0) {
            let (name, first) = &same[0];
            let owner = id(name).map(|row| row as u32);
            let claimed: BTreeSet<u32> = owner.into_iter().chain(same.iter().map(|(_, row)| *row)).take(3).collect();
            match (claimed.len(), owner) {
                (1, None) => sole.push((name.clone(), *first)),
                (1, Some(_)) => {}
                _ => {
                    let mut rows = claimed.into_iter();
                    let rows = [rows.next().unwrap_or(*first), rows.next().unwrap_or(*first)];
                    clashes.push(Clash { name: name.clone(), rows });
                }
            }
        }
        (Aliases::new(sole.iter().map(|(name, row)| (&**name, *row))), clashes)
    }
}
