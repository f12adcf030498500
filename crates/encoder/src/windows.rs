//! Texts of any length through a model of bounded length.
//!
//! A long text becomes windows that overlap by a quarter. Each token's state is taken from the window in which it
//! stands farther from the edge, so that a long text has one state a token, as a short one has: its vector is pooled
//! from them, and the shares of its words still sum to its score. Must not know devices, nor what texts are for.

use std::ops::Range;

use super::manifest::{Manifest, Pooling};
use super::tokenize::Token;
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind};
use nearmind_core::vectors::arithmetic::{add, normalize};

/// Part of a window that it shares with the next one.
const OVERLAP: usize = 4;

/// What a model's manifest says of long texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// P, in tokens.
    pub longest: usize,
    /// How token states become a text's vector.
    pub pooling: Pooling,
}

impl From<&Manifest> for Limits {
    fn from(manifest: &Manifest) -> Self {
        Self { longest: manifest.architecture.positions, pooling: manifest.pooling }
    }
}

/// Encodes texts of any length, as [`Tokenizer::tokenize`](super::tokenize::Tokenizer::tokenize) gives them. The answer is
/// that of a model without a limit: a vector a text and, if wanted, a state a token.
pub async fn encode<E: Encoder>(
    encoder: &mut E,
    texts: &[Vec<Token>],
    limits: Limits,
    output: OutputKind,
) -> Result<Embeddings, EncodeError> {
    let fits = |text: &Vec<Token>| text.len() <= limits.longest;
    let mut batch = Batch::new();
    texts.iter().filter(|text| fits(text)).for_each(|text| batch.push(text.iter().map(|token| token.id)));
    let short = if batch.texts() > 0 { encoder.encode(&batch, output).await? } else { Embeddings::default() };
    if batch.texts() == texts.len() {
        return Ok(short);
    }
    let (width, mut all) = (encoder.width(), Embeddings::default());
    let (mut vectors, mut tokens) = (&short.vectors[..], &short.tokens[..]);
    for text in texts {
        let (vector, states) = if fits(text) {
            let states = if output == OutputKind::VectorsAndTokens { text.len() * width } else { 0 };
            (front(&mut vectors, width)?.to_vec(), front(&mut tokens, states)?.to_vec())
        } else {
            // One at a time: its states are in memory.
            encode_long(encoder, text, limits).await?
        };
        all.vectors.extend(vector);
        if output == OutputKind::VectorsAndTokens {
            all.tokens.extend(states);
        }
    }
    Ok(all)
}

/// The vector `[H]` of a text that does not fit, and its states `[T, H]`.
async fn encode_long<E: Encoder>(
    encoder: &mut E,
    text: &[Token],
    limits: Limits,
) -> Result<(Vec<f32>, Vec<f32>), EncodeError> {
    let (width, windows) = (encoder.width(), windows_of(text, limits.longest));
    let mut batch = Batch::new();
    windows.iter().for_each(|window| batch.push(window.tokens().map(|at| text[at].id)));
    // The vectors of windows have lost their lengths: the states are needed.
    let encoded = encoder.encode(&batch, OutputKind::VectorsAndTokens).await?;
    let mut rest = &encoded.tokens[..];
    let (mut states, mut firsts) = (Vec::new(), vec![0.0; width]);
    for window in &windows {
        let of_window = front(&mut rest, window.length() * width)?;
        states.extend_from_slice(&of_window[window.kept_rows(width)]);
        add(&mut firsts, window.kept.len() as f32, &of_window[..width]);
    }
    let rows = states.chunks_exact(width);
    let mut vector = match limits.pooling {
        Pooling::Mean => rows.fold(vec![0.0; width], |mut sum, state| {
            add(&mut sum, 1.0, state);
            sum
        }),
        // There is a first token for each window.
        Pooling::First => firsts,
        Pooling::Max => rows.fold(vec![f32::NEG_INFINITY; width], |mut most, state| {
            most.iter_mut().zip(state).for_each(|(most, v)| *most = most.max(*v));
            most
        }),
    };
    normalize(&mut vector);
    Ok((vector, states))
}

/// Takes `count` values from the front.
fn front<'a>(values: &mut &'a [f32], count: usize) -> Result<&'a [f32], EncodeError> {
    let (taken, rest) = values
        .split_at_checked(count)
        .ok_or_else(|| EncodeError::DeviceLost("it gave back less than it was asked for".into()))?;
    *values = rest;
    Ok(taken)
}

/// A window's part of a text's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    /// Start and prefix, which every window has: `0..head`.
    head: usize,
    part: Range<usize>,
    /// The end, which every window has too.
    end: usize,
    /// What is taken from this window; the parts of all windows are the whole text.
    kept: Range<usize>,
}

impl Window {
    /// Places in the text, in the order in which the model sees them.
    fn tokens(&self) -> impl Iterator<Item = usize> {
        (0..self.head).chain(self.part.clone()).chain([self.end])
    }

    fn length(&self) -> usize {
        self.head + self.part.len() + 1
    }

    /// Where the kept tokens' states lie in the window's `[length, H]`.
    fn kept_rows(&self, width: usize) -> Range<usize> {
        let place = |at: usize| match at {
            at if at < self.head => at,
            at if at > self.end => self.length(),
            at => at - self.part.start + self.head,
        };
        place(self.kept.start) * width..place(self.kept.end) * width
    }
}

/// `text` is longer than `longest`, and start, prefix and end are less than half of that.
fn windows_of(text: &[Token], longest: usize) -> Vec<Window> {
    let head = text.iter().take_while(|token| token.span.is_none()).count();
    let end = text.len() - 1;
    let room = longest - head - 1;
    let spare = end - head - room;
    // As few windows as have the overlap, at equal distances.
    let steps = spare.div_ceil(room - room / OVERLAP);
    let start = |step: usize| head + step * spare / steps;
    // Between two windows, the middle of what they share.
    let border = |step: usize| (start(step) + start(step - 1) + room) / 2;
    let window = |step: usize| Window {
        head,
        part: start(step)..start(step) + room,
        end,
        kept: if step == 0 { 0 } else { border(step) }..if step == steps { end + 1 } else { border(step + 1) },
    };
    (0..=steps).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::CpuModel;
    use crate::manifest::Role;
    use crate::synthetic::SyntheticModel;
    use crate::tokenize::Tokenizer;
    use crate::weights::Weights;

    fn tokens(head: usize, own: usize) -> Vec<Token> {
        let token = |span| Token { id: 1, span, unknown: false };
        let text = (0..own).map(|at| token(Some(at..at + 1)));
        std::iter::repeat_with(|| token(None)).take(head).chain(text).chain([token(None)]).collect()
    }

    #[test]
    fn windows_cover_a_text_and_every_token_stands_well_inside_one() {
        for (longest, head) in [(8, 1), (16, 3), (128, 1), (512, 4)] {
            let room = longest - head - 1;
            for own in [room + 1, room + 2, 2 * room - 1, 2 * room, 7 * room + 3] {
                let windows = windows_of(&tokens(head, own), longest);
                let end = head + own;
                let mut next = 0;
                for window in &windows {
                    assert_eq!((window.kept.start, window.length()), (next, longest), "{window:?}");
                    let inside =
                        window.part.start <= window.kept.start.max(head) && window.kept.end.min(end) <= window.part.end;
                    assert!(inside, "{window:?}");
                    // Half of what two windows share, but at the text's own ends.
                    let margin = room / OVERLAP / 2;
                    let before = window.kept.start.max(head) - window.part.start;
                    assert!(window.part.start == head || before >= margin, "{window:?}");
                    let after = window.part.end - window.kept.end.min(end);
                    assert!(window.part.end == end || after >= margin, "{window:?}");
                    next = window.kept.end;
                }
                assert_eq!(next, end + 1);
                assert!((windows.len() - 2) * (room - room / OVERLAP) < own, "{} windows of {own}", windows.len());
            }
        }
    }

    #[test]
    fn a_long_text_has_a_state_a_token_and_alone_equals_batched() {
        let model = SyntheticModel::small(1);
        let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
        let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
        for pooling in [Pooling::Mean, Pooling::First, Pooling::Max] {
            let mut cpu = CpuModel::load(&weights, pooling).unwrap();
            let limits = Limits { longest: model.manifest.architecture.positions, pooling };
            let texts = ["red boots", &"warm wool hat and ".repeat(100), "tea", &"a steel knife ".repeat(45)];
            let texts = texts.map(|text| tokenizer.tokenize(text, Role::Passage).unwrap());
            assert!(texts[1].len() > 3 * limits.longest);
            let all = pollster::block_on(encode(&mut cpu, &texts, limits, OutputKind::VectorsAndTokens)).unwrap();
            assert_eq!(all.tokens.len(), texts.iter().map(Vec::len).sum::<usize>() * cpu.width());
            let mut states = &all.tokens[..];
            for (text, vector) in texts.iter().zip(all.vectors.chunks_exact(cpu.width())) {
                let one = [text.clone()];
                let alone = pollster::block_on(encode(&mut cpu, &one, limits, OutputKind::VectorsAndTokens)).unwrap();
                let own = front(&mut states, text.len() * cpu.width()).unwrap();
                assert_eq!((vector, own), (&alone.vectors[..], &alone.tokens[..]));
                let plain = pollster::block_on(encode(&mut cpu, &one, limits, OutputKind::Vectors)).unwrap();
                assert_eq!((vector, 0), (&plain.vectors[..], plain.tokens.len()));
                if pooling == Pooling::Mean {
                    let mut mean = vec![0.0; cpu.width()];
                    own.chunks_exact(cpu.width()).for_each(|state| add(&mut mean, 1.0, state));
                    normalize(&mut mean);
                    assert!(mean.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-6));
                }
            }
        }
    }
}
