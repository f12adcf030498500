//! Which items are of the same kind as some others, and so would replace them and not go with them.
//!
//! Categories of shops are as wide as "Kitchen" or as narrow as "Stock pots", so the category alone cannot tell. Must not
//! know visitors.

use std::collections::BTreeSet;

use super::texts::rows_with_term;
use crate::{
    catalog::{Catalog, ItemRef},
    text::terms,
    vectors::{
        Matrix,
        arithmetic::{add_scaled, dot},
    },
};

/// Items that are at least this similar by their texts are of the same kind. Of 97 pairs of substitutes in the demo shop a
/// fifth is, of 219 pairs of complements one in fifty.
const SAME_KIND_COSINE: f32 = 0.5;
/// A category path of at least this many levels ends with a kind of item.
const LEVELS_OF_A_KIND: usize = 2;
/// So does a category whose items have at least this cosine to each other in the mean. In two shops of 42 categories of
/// one level, those of phones, laptops, watches or shirts have .35 to .6, and "Kitchen", "Cycling" or groceries .1 to .33.
const KIND_COSINE: f32 = 0.35;

/// Whether each row is of the same kind as one of `rows`: its category is the same and holds one kind of thing, its
/// title has a word of that title, or its text is much the same. `[N]`
pub fn substitutes(catalog: &Catalog, rows: &BTreeSet<u32>) -> Vec<bool> {
    let mut found = vec![false; catalog.len()];
    for &row in rows {
        if catalog.matrix.width() > 0 {
            let all = (0..).zip(&mut found);
            all.for_each(|(other, found)| *found |= catalog.matrix.similarity(row, other) >= SAME_KIND_COSINE);
        }
        same_category_of_a_kind(catalog, row).iter().for_each(|&other| found[other as usize] = true);
        let kind_terms = kind_terms(catalog, catalog.item(row));
        let with_a_term: BTreeSet<u32> = kind_terms.iter().flat_map(|term| rows_with_term(catalog, term)).collect();
        for other in with_a_term {
            found[other as usize] |= !kind_terms.is_disjoint(&title_terms(catalog, catalog.item(other)));
        }
    }
    found
}

/// The rows of the category of `row`; none if it has no category, or if the category holds several kinds of things.
fn same_category_of_a_kind(catalog: &Catalog, row: u32) -> Vec<u32> {
    let fields = &catalog.fields;
    let category = fields.category[row as usize];
    let members: Vec<u32> =
        (0..).zip(&fields.category).filter(|(_, own)| **own == category).map(|(row, _)| row).collect();
    let has_levels = || fields.category_levels(row as usize).len() >= LEVELS_OF_A_KIND;
    let is_kind = category > 0 && (has_levels() || mean_cosine(&catalog.matrix, &members) >= KIND_COSINE);
    if is_kind { members } else { Vec::new() }
}

/// The mean cosine of all pairs of different rows; 0 for less than two, or without vectors. From the length of their sum,
/// which is the sum of the cosines of all pairs.
fn mean_cosine(matrix: &Matrix, rows: &[u32]) -> f32 {
    if matrix.width() == 0 || rows.len() < 2 {
        return 0.0;
    }
    let mut sum = vec![0.0; matrix.width()];
    rows.iter().for_each(|&row| add_scaled(&mut sum, 1.0, &matrix.vector(row)));
    let count = rows.len() as f32;
    (dot(&sum, &sum) - count) / (count * (count - 1.0))
}

/// The terms of an item's titles that may name its kind: no numbers, and not its brand.
fn kind_terms(catalog: &Catalog, item: ItemRef) -> BTreeSet<String> {
    let mut found = title_terms(catalog, item);
    let brand = terms(item.brand(), &catalog.segmenter);
    found.retain(|term| !brand.contains(term) && !term.chars().all(char::is_numeric));
    found
}

/// The terms of an item's titles in all languages.
fn title_terms(catalog: &Catalog, item: ItemRef) -> BTreeSet<String> {
    item.words().flat_map(|(_, words)| terms(words.title, &catalog.segmenter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_cosine_leaves_out_the_pairs_of_equal_rows() {
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        assert!((mean_cosine(&matrix, &[0, 1, 2]) - 1.0 / 3.0).abs() < 0.01);
        assert_eq!(mean_cosine(&matrix, &[0]), 0.0);
        assert_eq!(mean_cosine(&Matrix::default(), &[0, 1]), 0.0);
    }
}
