//! Many strings in one: eight bytes less each, and no allocation of their own. Must not know what they say.

use std::cmp::Ordering;

/// Strings that lie one after the other in one piece of memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strings {
    all: String,
    /// Where each ends in `all`, in bytes.
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

    /// `false` where all together would be longer than 4 GiB; nothing is taken then.
    #[must_use]
    pub fn push(&mut self, string: &str) -> bool {
        let end = u32::try_from(self.all.len() + string.len());
        if let Ok(end) = end {
            self.all.push_str(string);
            self.ends.push(end);
        }
        end.is_ok()
    }

    /// The one at `at`, or nothing.
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        Some(&self.all[start..end])
    }

    /// All strings, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Of strings that ascend: where `string` stands, or where it would.
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

    /// They will be no more: gives back what was taken in advance.
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
    fn each_is_found_where_it_stands_and_others_where_they_would() {
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
