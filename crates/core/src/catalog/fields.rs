//! Brand, category path and price of the items as numbers, which compare fast.
//!
//! Must not know how much a match counts.

use std::collections::BTreeMap;

use super::Item;

/// The fields of N items as numbers. Names are numbered from 1 within the catalogue; 0 means unknown and matches
/// nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// The number of the brand, ignoring case. `[N]`
    pub brand: Vec<u32>,
    /// The number of the whole category path. `[N]`
    pub category: Vec<u32>,
    /// The numbers of all beginnings of the category path, from its first level to the whole, of all items one after the
    /// other.
    levels: Vec<u32>,
    /// Where the levels of each item end in `levels`. `[N]`
    level_ends: Vec<u32>,
    /// The price; 0 if it is unknown. `[N]`
    pub price: Vec<f32>,
}

impl Fields {
    /// Numbers the fields of `items`, in their order. Uses the English category path if there is one.
    pub fn from_items(items: &[Item]) -> Self {
        Self::from_values(items.iter().map(|item| {
            let path = item.text_in("en").map(|(_, words)| words.categories.join(LEVEL_SEPARATOR));
            (item.brand.as_str(), path.unwrap_or_default(), item.price)
        }))
    }

    /// The numbers of all beginnings of the category path at `row`, the shortest first. Empty if it has no category.
    pub fn category_levels(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).map_or(0, |before| self.level_ends[before] as usize);
        &self.levels[start..self.level_ends[row] as usize]
    }

    /// Numbers the fields from the brand, category path and price of each item.
    pub fn from_values<'a>(items: impl Iterator<Item = (&'a str, String, Option<f64>)>) -> Self {
        let (mut brands, mut categories) = (BTreeMap::new(), BTreeMap::new());
        let mut fields = Self::default();
        for (brand, path, price) in items {
            fields.brand.push(number(&mut brands, brand.trim().to_lowercase()));
            let ends = path.match_indices(LEVEL_SEPARATOR).map(|(at, _)| at).chain([path.len()]);
            fields
                .levels
                .extend(ends.map(|end| number(&mut categories, path[..end].to_owned())).filter(|&level| level > 0));
            fields.level_ends.push(fields.levels.len() as u32);
            fields.category.push(number(&mut categories, path));
            fields.price.push(price.map_or(0.0, |price| price as f32));
        }
        fields
    }
}

/// Stands between two levels of a category path.
pub const LEVEL_SEPARATOR: &str = "\n";

/// Returns the number of `name`, which is added to `names` if it is new; 0 if it is empty.
fn number(names: &mut BTreeMap<String, u32>, name: String) -> u32 {
    let next = names.len() as u32 + 1;
    if name.is_empty() { 0 } else { *names.entry(name).or_insert(next) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_have_equal_numbers_and_empty_names_have_0() {
        let item = |brand: &str, price| Item { brand: brand.into(), price, ..Item::default() };
        let fields =
            Fields::from_items(&[item("HP", Some(2.5)), item("", None), item(" hp ", None), item("Dell", None)]);
        assert_eq!(fields.brand, [1, 0, 1, 2]);
        assert_eq!((fields.price, fields.category), (vec![2.5, 0.0, 0.0, 0.0], vec![0; 4]));
    }
}
