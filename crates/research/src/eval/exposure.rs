//! Who is shown: how much of the catalogue, and how evenly items, brands and categories have the places of all lists.
//!
//! A place has the weight that NDCG gives it. Must not know whom a list is for.

use std::collections::BTreeMap;

use super::metrics::{discount, gini};
use nearmind_core::catalog::{Fields, Item};

/// Groups with a smaller part of the catalogue are not told one by one.
const FEWEST: f64 = 0.01;

/// All lists of one scorer together.
#[derive(Clone)]
pub struct Shown {
    /// How often each item is in a list. `[N]`
    times: Vec<f64>,
    /// The weights of its places. `[N]`
    exposure: Vec<f64>,
}

impl Shown {
    pub fn new(len: usize) -> Self {
        Self { times: vec![0.0; len], exposure: vec![0.0; len] }
    }

    pub fn add(&mut self, list: &[u32]) {
        for (rank, &row) in list.iter().enumerate() {
            self.times[row as usize] += 1.0;
            self.exposure[row as usize] += discount(rank);
        }
    }

    /// By name.
    pub fn figures(&self, fields: &Fields) -> Vec<(String, f64)> {
        let coverage = self.times.iter().filter(|&&times| times > 0.0).count() as f64 / self.times.len() as f64;
        let mut figures =
            vec![("ItemCoverage@10".to_owned(), coverage), ("GiniIndex@10".to_owned(), gini(&self.times))];
        for (name, numbers) in [("brand", &fields.brand), ("category", &fields.category)] {
            let mut groups: BTreeMap<u32, f64> = BTreeMap::new();
            numbers.iter().zip(&self.exposure).filter(|(number, _)| **number > 0).for_each(|(number, exposure)| {
                *groups.entry(*number).or_default() += exposure;
            });
            if groups.len() > 1 {
                let groups: Vec<f64> = groups.into_values().collect();
                figures.push((format!("ExposureGini@10:{name}"), gini(&groups)));
            }
        }
        figures
    }

    /// What part of all exposure each group has, over its part of the catalogue: 1 is its due.
    pub fn shares(&self, items: &[Item], group: impl Fn(&Item) -> String) -> BTreeMap<String, f64> {
        let mut groups: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for (item, exposure) in items.iter().zip(&self.exposure) {
            let sums = groups.entry(group(item)).or_default();
            *sums = (sums.0 + exposure, sums.1 + 1.0);
        }
        groups.remove("");
        let (all, len) = (self.exposure.iter().sum::<f64>().max(f64::MIN_POSITIVE), items.len() as f64);
        groups.retain(|_, sums| sums.1 >= FEWEST * len);
        groups.into_iter().map(|(name, (exposure, items))| (name, (exposure / all) / (items / len))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_counts_most_and_a_group_is_held_against_its_size() {
        let brands = ["a", "a", "a", "b", ""];
        let items: Vec<Item> = brands.iter().map(|brand| Item { brand: (*brand).into(), ..Item::default() }).collect();
        let mut shown = Shown::new(5);
        shown.add(&[3, 0]);
        shown.add(&[3, 4]);
        let figures: BTreeMap<String, f64> = shown.figures(&Fields::new(&items)).into_iter().collect();
        assert!((figures["ItemCoverage@10"] - 0.6).abs() < 1e-9);
        let second = 1.0 / 3f64.log2();
        // Of two groups the Gini index is half of what their parts differ by.
        let gini = (2.0 - second) / (2.0 + second) / 2.0;
        assert!(
            (figures["ExposureGini@10:brand"] - gini).abs() < 1e-9 && !figures.contains_key("ExposureGini@10:category")
        );
        let shares = shown.shares(&items, |item| item.brand.clone());
        let all = 2.0 + 2.0 * second;
        assert_eq!(shares.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert!((shares["b"] - 2.0 / all / 0.2).abs() < 1e-9 && (shares["a"] - second / all / 0.6).abs() < 1e-9);
    }
}
