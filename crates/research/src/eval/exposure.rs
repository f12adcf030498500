//! Coverage and exposure over all lists: how much of the catalogue is shown, and how evenly exposure is spread over
//! items, brands and categories.
//!
//! A position in a list gives as much exposure as NDCG's discount for it. Must not know which visitor a list is for.

use std::collections::BTreeMap;

use super::metrics::{discount, gini};
use nearmind_core::catalog::{Fields, Item};

/// Groups with a smaller part of the catalogue are not reported.
const MIN_GROUP: f64 = 0.01;

/// The exposure of each item in all lists of one scorer.
#[derive(Clone)]
pub struct Exposure {
    /// In how many lists each item is. `[N]`
    counts: Vec<f64>,
    /// The sum of the discounts of its positions. `[N]`
    exposure: Vec<f64>,
}

impl Exposure {
    pub fn new(len: usize) -> Self {
        Self { counts: vec![0.0; len], exposure: vec![0.0; len] }
    }

    /// Adds a list, best item first.
    pub fn add(&mut self, list: &[u32]) {
        for (rank, &row) in list.iter().enumerate() {
            self.counts[row as usize] += 1.0;
            self.exposure[row as usize] += discount(rank);
        }
    }

    /// Item coverage and Gini indices, by name.
    pub fn metrics(&self, fields: &Fields) -> Vec<(String, f64)> {
        let coverage = self.counts.iter().filter(|&&count| count > 0.0).count() as f64 / self.counts.len() as f64;
        let mut metrics =
            vec![("ItemCoverage@10".to_owned(), coverage), ("GiniIndex@10".to_owned(), gini(&self.counts))];
        for (name, ids) in [("brand", &fields.brand), ("category", &fields.category)] {
            let mut groups: BTreeMap<u32, f64> = BTreeMap::new();
            ids.iter().zip(&self.exposure).filter(|(id, _)| **id > 0).for_each(|(id, exposure)| {
                *groups.entry(*id).or_default() += exposure;
            });
            if groups.len() > 1 {
                let groups: Vec<f64> = groups.into_values().collect();
                metrics.push((format!("ExposureGini@10:{name}"), gini(&groups)));
            }
        }
        metrics
    }

    /// Each group's part of all exposure divided by its part of the catalogue: 1 is proportional.
    pub fn shares(&self, items: &[Item], group: impl Fn(&Item) -> String) -> BTreeMap<String, f64> {
        let mut groups: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for (item, exposure) in items.iter().zip(&self.exposure) {
            let sums = groups.entry(group(item)).or_default();
            *sums = (sums.0 + exposure, sums.1 + 1.0);
        }
        groups.remove("");
        let (all, len) = (self.exposure.iter().sum::<f64>().max(f64::MIN_POSITIVE), items.len() as f64);
        groups.retain(|_, sums| sums.1 >= MIN_GROUP * len);
        groups.into_iter().map(|(name, (exposure, items))| (name, (exposure / all) / (items / len))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposure_is_discounted_by_position_and_group_size() {
        let brands = ["a", "a", "a", "b", ""];
        let items: Vec<Item> = brands.iter().map(|brand| Item { brand: (*brand).into(), ..Item::default() }).collect();
        let mut exposure = Exposure::new(5);
        exposure.add(&[3, 0]);
        exposure.add(&[3, 4]);
        let metrics: BTreeMap<String, f64> = exposure.metrics(&Fields::new(&items)).into_iter().collect();
        assert!((metrics["ItemCoverage@10"] - 0.6).abs() < 1e-9);
        let second = 1.0 / 3f64.log2();
        // The Gini index of two groups is half the difference of their parts.
        let gini = (2.0 - second) / (2.0 + second) / 2.0;
        assert!(
            (metrics["ExposureGini@10:brand"] - gini).abs() < 1e-9 && !metrics.contains_key("ExposureGini@10:category")
        );
        let shares = exposure.shares(&items, |item| item.brand.clone());
        let all = 2.0 + 2.0 * second;
        assert_eq!(shares.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert!((shares["b"] - 2.0 / all / 0.2).abs() < 1e-9 && (shares["a"] - second / all / 0.6).abs() < 1e-9);
    }
}
