//! Categories that a feed lists before its products, each with its parent. Must not know formats.

use std::collections::HashMap;

/// The maximum size of all names and keys; further categories are ignored.
const MAX_BYTES: usize = 16 << 20;
/// The maximum number of steps of a path, which also ends the path of a category that is its own ancestor.
const MAX_STEPS: usize = 16;

/// Categories by the key that products refer to.
#[derive(Debug, Default)]
pub struct Categories {
    /// The name, and the key of the parent, by key.
    by_key: HashMap<Box<str>, (Box<str>, Box<str>)>,
    bytes: usize,
}

impl Categories {
    /// Adds a category. `parent` is the key of its parent, or empty.
    pub fn add(&mut self, key: &str, parent: &str, name: &str) {
        let (key, parent, name) = (key.trim(), parent.trim(), name.trim());
        let bytes = key.len() + parent.len() + name.len() + size_of::<[Box<str>; 3]>();
        if key.is_empty() || name.is_empty() || self.bytes + bytes > MAX_BYTES {
            return;
        }
        self.bytes += bytes;
        self.by_key.entry(key.into()).or_insert_with(|| (name.into(), parent.into()));
    }

    /// The names from the outermost category to this one; empty if it is unknown.
    pub fn path(&self, key: &str) -> Vec<&str> {
        let mut steps = Vec::new();
        let mut at = key.trim();
        while let Some((name, parent)) = self.by_key.get(at) {
            steps.push(&**name);
            if steps.len() == MAX_STEPS {
                break;
            }
            at = parent;
        }
        steps.reverse();
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_where_a_category_is_its_own_ancestor() {
        let mut categories = Categories::default();
        for (key, parent, name) in [("1", "", "Home"), (" 2 ", "1", "Kitchen"), ("3", "4", "A"), ("4", "3", "B")] {
            categories.add(key, parent, name);
        }
        assert_eq!(categories.path("2"), ["Home", "Kitchen"]);
        assert_eq!(categories.path("3").len(), MAX_STEPS);
        assert!(categories.path("5").is_empty());
    }

    #[test]
    fn a_million_categories_do_not_fill_the_memory() {
        let mut categories = Categories::default();
        for nth in 0..1_000_000 {
            categories.add(&nth.to_string(), "", "a name of some length");
        }
        assert!(categories.bytes <= MAX_BYTES && categories.by_key.len() < 1_000_000);
        assert_eq!(categories.path("7"), ["a name of some length"]);
    }
}
