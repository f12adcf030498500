//! What an item's structured fields say, as numbers that compare in one step: brand, category path, price.
//!
//! Must not know how much a match counts.

use std::collections::BTreeMap;

use super::Item;

/// Numbers of names are the catalogue's own; 0 is "not known" and matches nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    /// `[N]`
    pub brand: Vec<u32>,
    /// The leaf of the category path. `[N]`
    pub category: Vec<u32>,
    /// 0 where it is not known. `[N]`
    pub price: Vec<f32>,
}

impl Fields {
    /// The fields of `items`, in their order. Of the category paths the English one counts, where there is one.
    pub fn from_items(items: &[Item]) -> Self {
        Self::from_values(items.iter().map(|item| {
            let path = item.text_in("en").map(|(_, words)| words.categories.join("\n"));
            (item.brand.as_str(), path.unwrap_or_default(), item.price)
        }))
    }

    /// From brands, category paths and prices.
    pub fn from_values<'a>(items: impl Iterator<Item = (&'a str, String, Option<f64>)>) -> Self {
        let (mut brands, mut categories) = (BTreeMap::new(), BTreeMap::new());
        let mut fields = Self::default();
        for (brand, path, price) in items {
            fields.brand.push(number(&mut brands, brand.trim().to_lowercase()));
            fields.category.push(number(&mut categories, path));
            fields.price.push(price.map_or(0.0, |price| price as f32));
        }
        fields
    }
}

fn number(names: &mut BTreeMap<String, u32>, name: String) -> u32 {
    let next = names.len() as u32 + 1;
    if name.is_empty() { 0 } else { *names.entry(name).or_insert(next) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_get_equal_numbers_and_no_name_gets_none() {
        let item = |brand: &str, price| Item { brand: brand.into(), price, ..Item::default() };
        let fields =
            Fields::from_items(&[item("HP", Some(2.5)), item("", None), item(" hp ", None), item("Dell", None)]);
        assert_eq!(fields.brand, [1, 0, 1, 2]);
        assert_eq!((fields.price, fields.category), (vec![2.5, 0.0, 0.0, 0.0], vec![0; 4]));
    }
}
