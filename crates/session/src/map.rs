//! The catalogue in two dimensions: what the visitor saw and what is recommended, among the other items. Must not know
//! how it is drawn.

use std::collections::BTreeSet;

use super::card;
use nearmind_core::{
    catalog::Catalog,
    protocol::{InterestMap, MapInterest, MapPoint, PointKind},
    vectors::pca::project_2d,
};

/// More dots than this cannot be told apart.
const MOST_DOTS: usize = 1500;

/// What is marked on the map.
pub struct Marked {
    pub seen: BTreeSet<u32>,
    pub recommended: BTreeSet<u32>,
    /// Name and rows of each interest, which is placed in their middle.
    pub interests: Vec<(String, Vec<u32>)>,
}

/// The marked rows, and of a large catalogue every n-th of the others.
pub fn map(catalog: &Catalog, lang: &str, marked: &Marked) -> InterestMap {
    let count = catalog.matrix.len();
    let every = count.div_ceil(MOST_DOTS).max(1) as u32;
    let shown = |row: &u32| row.is_multiple_of(every) || marked.seen.contains(row) || marked.recommended.contains(row);
    let rows: Vec<u32> = (0..count as u32).filter(shown).collect();
    let vectors: Vec<_> = rows.iter().map(|&row| catalog.matrix.vector(row)).collect();
    let places = project_2d(&vectors);
    let point = |(&row, [x, y]): (&u32, &[f32; 2])| MapPoint {
        item: catalog.item(row).id().to_owned(),
        title: card::title(catalog, row, lang).to_owned(),
        x: *x,
        y: *y,
        kind: match row {
            row if marked.recommended.contains(&row) => PointKind::Recommended,
            row if marked.seen.contains(&row) => PointKind::Seen,
            _ => PointKind::Other,
        },
    };
    let points = rows.iter().zip(&places).map(point).collect();
    let place = |row: &u32| rows.binary_search(row).ok().map(|at| places[at]);
    let interest = |(name, rows): &(String, Vec<u32>)| {
        let places: Vec<_> = rows.iter().filter_map(place).collect();
        let middle = |axis: usize| places.iter().map(|place| place[axis]).sum::<f32>() / places.len().max(1) as f32;
        MapInterest { name: name.clone(), x: middle(0), y: middle(1) }
    };
    let interests = marked.interests.iter().map(interest).collect();
    InterestMap { points, interests }
}
