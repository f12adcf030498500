//! Many strings in one allocation: in wasm, eight bytes less per string than a `String`, and no allocation of its own.
//! Must not know what they contain.

use std::cmp::Ordering;

/// A list of strings, concatenated in one piece of memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings {
    all: String,
    /// Offset of the end of each string in `all`, in bytes.
    ends: Vec<u32>,
}

impl Strings {
    /// The number of strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no strings.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends `string`. Returns `false` and appends nothing if the total would exceed 4 GiB.
    #[must_use]
    pub fn push(&mut self, string: &str) -> bool {
        let end = u32::try_from(self.all.len() + string.len());
        if let Ok(end) = end {
            self.all.push_str(string);
            self.ends.push(end);
        }
        end.is_ok()
    }

    /// Returns the string at index `at`.
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.all[start..end])
    }

    /// Iterates over the strings in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Binary search in sorted strings: `Ok` with the index of `string`, or `Err` with the index where it would be
    /// inserted.
    pub fn find(&self, string: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0usize, self.len());
        while let Some(other) = self.get(low.midpoint(high)).filter(|_| low < high) {
            match other.cmp(string) {
                Ordering::Equal => return Ok(low.midpoint(high)),
                Ordering::Less => low = low.midpoint(high) + 1,
                Ordering::Greater => high = low.midpoint(high),
            }
        }
        Err(low)
    }

    /// Releases unused capacity.
    pub fn shrink_to_fit(mut self) -> Self {
        self.all.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_returns_the_index_or_the_insertion_point() {
        let mut strings = Strings::default();
        for word in ["", "ab", "b", "夹克"] {
            assert!(strings.push(word));
        }
        let strings = strings.shrink_to_fit();
        assert_eq!(strings.iter().collect::<Vec<_>>(), ["", "ab", "b", "夹克"]);
        assert_eq!((strings.get(3), strings.get(4)), (Some("夹克"), None));
        for (word, expect) in
            [("", Ok(0)), ("ab", Ok(1)), ("夹克", Ok(3)), ("a", Err(1)), ("c", Err(3)), ("龙", Err(4))]
        {
            assert_eq!(strings.find(word), expect, "{word}");
        }
        assert_eq!(Strings::default().find("a"), Err(0));
    }
}
