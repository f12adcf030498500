//! A vector for each of some thousand words, so that a text can be compared with the items without the model: the text's
//! vector is the sum of those of its words. `nearmind bake` fits them to the catalogue's model (`src/word_vectors.rs`).
//!
//! ```text
//! word-vectors  8 bytes   "NMWVEC01"
//!               varint    H, the width of the catalogue's vectors
//!               varint    K, the number of components of a word
//!               varint    N, the number of words; then each term, sorted: front-coded string
//!               f32 [K]   the scales of the directions, with the step of the components
//!               i8 [K, H] the directions of the components
//!               i8 [K, N] the components: all words for the first direction, then for the next
//! ```
//!
//! All components have the same step: the first directions vary most and need all eight bits, the last ones hold mostly
//! zeros, which compress well. Must not know the model.

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_front_coded_str, put_varint},
    text::Strings,
    vectors::arithmetic::{add_scaled, norm, normalize},
};

const MAGIC: &[u8; 8] = b"NMWVEC01";
/// A text has a vector if at least this share of its words has one.
const MIN_KNOWN: f32 = 0.5;

/// The vectors of words, quantized to int8.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordVectors {
    /// The words as terms, sorted. `[N]`
    terms: Strings,
    /// H
    width: usize,
    /// `[K]`
    scales: Vec<f32>,
    /// Whole numbers from -127 to 127. `[K, H]`
    directions: Vec<f32>,
    /// `[K, N]`
    components: Vec<i8>,
}

impl WordVectors {
    /// Quantizes the vectors of words. `terms` are sorted. Word n is the sum over k of `components` `[N, K]` times
    /// `directions` `[K, H]`. `step` is the distance of two values of a component. `None` if the terms exceed 4 GiB.
    pub fn quantize(terms: &[String], components: &[f32], directions: &[f32], step: f32) -> Option<Self> {
        let mut strings = Strings::default();
        if !terms.iter().all(|term| strings.push(term)) {
            return None;
        }
        let count = components.len() / terms.len().max(1);
        let width = directions.len() / count.max(1);
        let (mut scales, mut quantized) = (Vec::with_capacity(count), Vec::with_capacity(directions.len()));
        for direction in directions.chunks_exact(width.max(1)) {
            let largest = direction.iter().fold(0.0, |largest: f32, value| largest.max(value.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            quantized.extend(direction.iter().map(|value| (value / scale).round()));
            scales.push(scale * step);
        }
        let component = |k: usize, n: usize| (components[n * count + k] / step).round().clamp(-127.0, 127.0) as i8;
        let components = (0..count).flat_map(|k| (0..terms.len()).map(move |n| (k, n))).map(|(k, n)| component(k, n));
        Some(Self { terms: strings, width, scales, directions: quantized, components: components.collect() })
    }

    /// The number of words, N.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The width of the vectors, H.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The vector `[H]` of a term, not scaled: the longer it is, the more the word says. `None` if it has none.
    pub fn word(&self, term: &str) -> Option<Vec<f32>> {
        let mut components = vec![0.0; self.scales.len()];
        self.add_components(term, &mut components).then(|| self.expand(&components))
    }

    /// The unit vector `[H]` of a text with these terms; `None` if too few of them have a vector, or if they cancel out.
    pub fn text(&self, terms: &[String]) -> Option<Vec<f32>> {
        let mut components = vec![0.0; self.scales.len()];
        let known = terms.iter().filter(|term| self.add_components(term, &mut components)).count();
        if known == 0 || (known as f32) < MIN_KNOWN * terms.len() as f32 {
            return None;
        }
        let mut vector = self.expand(&components);
        let length = norm(&vector);
        normalize(&mut vector);
        (length > 0.0).then_some(vector)
    }

    /// Adds a term's components, in steps, to `sum` `[K]`. Returns false if it has none.
    fn add_components(&self, term: &str, sum: &mut [f32]) -> bool {
        let Ok(word) = self.terms.find(term) else { return false };
        let words = self.components.chunks_exact(self.terms.len());
        sum.iter_mut().zip(words).for_each(|(sum, component)| *sum += f32::from(component[word]));
        true
    }

    /// The vector `[H]` of components `[K]` in steps.
    fn expand(&self, components: &[f32]) -> Vec<f32> {
        let mut vector = vec![0.0; self.width];
        let directions = self.directions.chunks_exact(self.width.max(1));
        for ((component, scale), direction) in components.iter().zip(&self.scales).zip(directions) {
            add_scaled(&mut vector, component * scale, direction);
        }
        vector
    }

    /// Writes the file to `out`. Fails only if `out` does.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (mut head, mut before) = (MAGIC.to_vec(), Vec::new());
        [self.width, self.scales.len(), self.terms.len()].iter().for_each(|&value| put_varint(&mut head, value as u32));
        self.terms.iter().for_each(|term| put_front_coded_str(&mut head, &mut before, term));
        head.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        out.write_all(&head)?;
        let directions: Vec<i8> = self.directions.iter().map(|&value| value as i8).collect();
        out.write_all(bytemuck::cast_slice(&directions))?;
        out.write_all(bytemuck::cast_slice(&self.components))
    }

    /// Decodes the file of a catalogue whose vectors have `width` components.
    pub fn read(bytes: &[u8], width: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_magic(bytes, MAGIC)?;
        if reader.varint()? as usize != width {
            return Err(DecodeError("its vectors have another width than those of the items"));
        }
        let count = reader.count()?;
        let (mut terms, mut before) = (Strings::default(), Vec::new());
        for _ in 0..reader.count()? {
            if !terms.push(&reader.front_coded_str(&mut before)?) {
                return Err(DecodeError("its words exceed 4 GiB"));
            }
        }
        if !terms.iter().is_sorted_by(|a, b| a < b) {
            return Err(DecodeError("its words are not sorted"));
        }
        let cut_short = DecodeError("it is cut short");
        let scales = reader.f32s(count)?;
        let directions = reader.take(count.checked_mul(width).ok_or(cut_short.clone())?)?;
        let components = reader.take(count.checked_mul(terms.len()).ok_or(cut_short)?)?;
        reader.finish()?;
        let directions = directions.iter().map(|&byte| f32::from(byte as i8)).collect();
        Ok(Self { terms, width, scales, directions, components: bytemuck::cast_slice(components).to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::arithmetic::dot;

    /// Three words in two of four dimensions.
    fn sample() -> WordVectors {
        let terms = ["boot", "rain", "靴"].map(str::to_owned);
        let directions = [1.0, 0.0, 0.0, 0.0, 0.0, 0.6, 0.8, 0.0];
        WordVectors::quantize(&terms, &[1.0, 0.0, 0.0, 0.5, 0.9, 0.1], &directions, 0.01).unwrap()
    }

    fn terms(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_text_is_the_sum_of_its_words() {
        let words = sample();
        let (boot, rain) = (words.word("boot").unwrap(), words.word("rain").unwrap());
        assert!((boot[0] - 1.0).abs() < 0.01 && (rain[2] - 0.4).abs() < 0.01, "{boot:?} {rain:?}");
        let mut sum: Vec<f32> = boot.iter().zip(&rain).map(|(a, b)| a + b).collect();
        normalize(&mut sum);
        let text = words.text(&terms("boot rain")).unwrap();
        assert!((dot(&text, &sum) - 1.0).abs() < 1e-6);
        assert_eq!(words.word("snow"), None);
    }

    #[test]
    fn a_text_of_mostly_unknown_words_has_no_vector() {
        let words = sample();
        assert!(words.text(&terms("boot snow")).is_some());
        assert_eq!(words.text(&terms("boot snow wind")), None);
        assert_eq!(words.text(&[]), None);
        assert_eq!(WordVectors::default().text(&terms("boot")), None);
    }

    #[test]
    fn files_round_trip_and_damaged_ones_are_refused() {
        let (words, mut bytes) = (sample(), Vec::new());
        words.write(&mut bytes).unwrap();
        assert_eq!(WordVectors::read(&bytes, 4).as_ref(), Ok(&words));
        assert!(WordVectors::read(&bytes, 5).is_err());
        for cut in 0..bytes.len() {
            assert!(WordVectors::read(&bytes[..cut], 4).is_err(), "{cut}");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x55;
            let _ = WordVectors::read(&altered, 4); // must not panic
        }
        bytes.push(0);
        assert!(WordVectors::read(&bytes, 4).is_err());
    }
}
