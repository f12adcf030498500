//! Sorting in the code that visitors download. Each type that `slice::sort_by` is compiled for adds about 5 KB to the module;
//! here all types share one compiled sort, of positions. Must not be used where a catalogue is baked: it is slower.

use std::{cmp::Ordering, mem::replace};

/// Sorts `items`, at most 2^32, by `compare`. Equal items keep their order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut order: Vec<u32> = (0..items.len() as u32).collect();
    sort_positions(&mut order, &|a, b| compare(&items[a as usize], &items[b as usize]));
    // Follows each cycle of the permutation, and marks a place that has its item by its own number.
    for start in 0..items.len() {
        let mut place = start;
        loop {
            let from = replace(&mut order[place], place as u32) as usize;
            if from == start {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
}

/// Collects items into a map or a set one by one; its own `collect` would sort them first.
pub fn insert_all<T, C: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> C {
    let mut collection = C::default();
    collection.extend(items);
    collection
}

fn sort_positions(order: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    order.sort_by(|a, b| compare(*a, *b));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort_by;

    proptest! {
        #[test]
        fn the_order_is_that_of_a_stable_sort(numbers in proptest::collection::vec(0u8..20, 0..200)) {
            let mut items: Vec<_> = numbers.into_iter().enumerate().collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(_, number)| *number);
            sort_by(&mut items, |a, b| a.1.cmp(&b.1));
            prop_assert_eq!(items, expected);
        }
    }
}
