//! Encodes texts of any length with a model whose input length is limited.
//!
//! A long text is split into windows that overlap by a quarter. The state of each token is taken from the window in
//! which it is farther from the edge, so a long text has one state per token, like a short one: its vector is pooled
//! from these states, and the shares of its words still sum to its score. Must not know devices or what texts are for.

use std::ops::Range;

use super::manifest::{Activation, Architecture, Manifest, Pooling};
use super::tokenize::Token;
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind};
use nearmind_core::vectors::arithmetic::add_scaled;

/// A window shares `1 / OVERLAP` of its tokens with the next one.
const OVERLAP: usize = 4;

/// What a model's manifest says about long texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// P, the most tokens that the model takes at once.
    pub max_tokens: usize,
    /// How the token states become the vector of a text.
    pub pooling: Pooling,
    /// Applied after pooling, before normalisation.
    pub activation: Activation,
}

impl From<&Manifest> for Limits {
    fn from(manifest: &Manifest) -> Self {
        let Architecture { positions: max_tokens, dense, .. } = manifest.architecture;
        let activation = dense.map_or(Activation::Identity, |dense| dense.activation);
        Self { max_tokens, pooling: manifest.pooling, activation }
    }
}

/// Encodes texts of any length, as [`Tokenizer::tokenize`](super::tokenize::Tokenizer::tokenize) gives them. The output
/// has the form of a model without a limit: one vector per text and, if requested, one state per token.
pub async fn encode<E: Encoder>(
    encoder: &mut E,
    texts: &[Vec<Token>],
    limits: Limits,
    output: OutputKind,
) -> Result<Embeddings, EncodeError> {
    let fits = |text: &Vec<Token>| text.len() <= limits.max_tokens;
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
            (take_front(&mut vectors, width)?.to_vec(), take_front(&mut tokens, states)?.to_vec())
        } else {
            // One long text at a time, because all its states are in memory.
            encode_long(encoder, text, limits).await?
        };
        all.vectors.extend(vector);
        if output == OutputKind::VectorsAndTokens {
            all.tokens.extend(states);
        }
    }
    Ok(all)
}

/// Returns the vector `[H]` of a text that is too long for one pass, and its states `[T, H]`.
async fn encode_long<E: Encoder>(
    encoder: &mut E,
    text: &[Token],
    limits: Limits,
) -> Result<(Vec<f32>, Vec<f32>), EncodeError> {
    let (width, windows) = (encoder.width(), split(text, limits.max_tokens));
    let mut batch = Batch::new();
    windows.iter().for_each(|window| batch.push(window.tokens().map(|at| text[at].id)));
    // The vectors of the windows are already normalised and cannot be averaged: pool the states instead.
    let encoded = encoder.encode(&batch, OutputKind::VectorsAndTokens).await?;
    let mut rest = &encoded.tokens[..];
    let (mut states, mut first_states) = (Vec::new(), vec![0.0; width]);
    for window in &windows {
        let window_states = take_front(&mut rest, window.length() * width)?;
        states.extend_from_slice(&window_states[window.kept_rows(width)]);
        add_scaled(&mut first_states, window.kept.len() as f32, &window_states[..width]);
    }
    let rows = states.chunks_exact(width);
    let mut vector = match limits.pooling {
        Pooling::Mean => rows.fold(vec![0.0; width], |mut sum, state| {
            add_scaled(&mut sum, 1.0, state);
            sum
        }),
        // Every window has a first token: their mean, weighted by the tokens that each window contributes.
        Pooling::First => first_states,
        Pooling::Max => rows.fold(vec![f32::NEG_INFINITY; width], |mut max, state| {
            max.iter_mut().zip(state).for_each(|(max, v)| *max = max.max(*v));
            max
        }),
    };
    // The length of the sum matters only to an activation: without one it is normalised as it is.
    if limits.activation != Activation::Identity {
        let inverse = 1.0 / text.len() as f32;
        vector.iter_mut().for_each(|sum| *sum *= inverse);
    }
    limits.activation.finish(&mut vector);
    Ok((vector, states))
}

/// Removes and returns `count` values from the front. Fails if there are fewer.
fn take_front<'a>(values: &mut &'a [f32], count: usize) -> Result<&'a [f32], EncodeError> {
    let (taken, rest) = values
        .split_at_checked(count)
        .ok_or_else(|| EncodeError::DeviceLost("it returned fewer values than the batch has".into()))?;
    *values = rest;
    Ok(taken)
}

/// A window over the tokens of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    /// The number of leading tokens, start and prefix, that every window repeats: `0..head`.
    head: usize,
    /// The tokens of this window between head and end.
    part: Range<usize>,
    /// The position of the end token, which every window repeats too.
    end: usize,
    /// The tokens whose states are taken from this window; over all windows they are the whole text.
    kept: Range<usize>,
}

impl Window {
    /// Positions in the text, in the order in which the model gets them.
    fn tokens(&self) -> impl Iterator<Item = usize> {
        (0..self.head).chain(self.part.clone()).chain([self.end])
    }

    fn length(&self) -> usize {
        self.head + self.part.len() + 1
    }

    /// The range of the kept tokens' states in the window's values `[length, H]`.
    fn kept_rows(&self, width: usize) -> Range<usize> {
        let row = |at: usize| match at {
            at if at < self.head => at,
            at if at > self.end => self.length(),
            at => at - self.part.start + self.head,
        };
        row(self.kept.start) * width..row(self.kept.end) * width
    }
}

/// Splits a text into windows of `max_tokens`. The text must be longer than that, and start, prefix and end together at
/// most half of it, as `Tokenizer::parse` makes sure.
fn split(text: &[Token], max_tokens: usize) -> Vec<Window> {
    let head = text.iter().take_while(|token| token.span.is_none()).count();
    let end = text.len() - 1;
    let room = max_tokens - head - 1;
    let spare = end - head - room;
    // As few windows as the overlap allows, at equal distances.
    let last = spare.div_ceil(room - room / OVERLAP);
    let start = |nth: usize| head + nth * spare / last;
    // Two windows are divided in the middle of their common part.
    let border = |nth: usize| (start(nth) + start(nth - 1) + room) / 2;
    let window = |nth: usize| Window {
        head,
        part: start(nth)..start(nth) + room,
        end,
        kept: if nth == 0 { 0 } else { border(nth) }..if nth == last { end + 1 } else { border(nth + 1) },
    };
    (0..=last).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::CpuModel;
    use crate::manifest::{Dense, Role};
    use crate::synthetic::SyntheticModel;
    use crate::tokenize::Tokenizer;
    use crate::weights::Weights;

    fn tokens(head: usize, own: usize) -> Vec<Token> {
        let token = |span| Token { id: 1, span, unknown: false };
        let text = (0..own).map(|at| token(Some(at..at + 1)));
        std::iter::repeat_with(|| token(None)).take(head).chain(text).chain([token(None)]).collect()
    }

    #[test]
    fn windows_cover_a_text_and_keep_tokens_away_from_edges() {
        for (max_tokens, head) in [(8, 1), (16, 3), (128, 1), (512, 4)] {
            let room = max_tokens - head - 1;
            for own in [room + 1, room + 2, 2 * room - 1, 2 * room, 7 * room + 3] {
                let windows = split(&tokens(head, own), max_tokens);
                let end = head + own;
                let mut next = 0;
                for window in &windows {
                    assert_eq!((window.kept.start, window.length()), (next, max_tokens), "{window:?}");
                    let inside =
                        window.part.start <= window.kept.start.max(head) && window.kept.end.min(end) <= window.part.end;
                    assert!(inside, "{window:?}");
                    // Half of the overlap, except at the ends of the text.
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
    fn a_long_text_has_one_state_per_token_alone_and_batched() {
        let dense = Some(Dense { width: 96, activation: Activation::Tanh });
        let dense = SyntheticModel::with_dense(64, 2, 4, 128, dense, 1);
        let plain = SyntheticModel::small(1);
        let variants = [Pooling::Mean, Pooling::First, Pooling::Max].map(|pooling| (&plain, pooling));
        for (model, pooling) in variants.into_iter().chain([(&dense, Pooling::Mean), (&dense, Pooling::First)]) {
            let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
            let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
            let mut cpu = CpuModel::load(&weights, pooling).unwrap();
            let limits = Limits { pooling, ..Limits::from(&model.manifest) };
            let texts = ["red boots", &"warm wool hat and ".repeat(100), "tea", &"a steel knife ".repeat(45)];
            let texts = texts.map(|text| tokenizer.tokenize(text, Role::Passage).unwrap());
            assert!(texts[1].len() > 3 * limits.max_tokens);
            let all = pollster::block_on(encode(&mut cpu, &texts, limits, OutputKind::VectorsAndTokens)).unwrap();
            assert_eq!(all.tokens.len(), texts.iter().map(Vec::len).sum::<usize>() * cpu.width());
            let mut states = &all.tokens[..];
            for (text, vector) in texts.iter().zip(all.vectors.chunks_exact(cpu.width())) {
                let one = [text.clone()];
                let alone = pollster::block_on(encode(&mut cpu, &one, limits, OutputKind::VectorsAndTokens)).unwrap();
                let own = take_front(&mut states, text.len() * cpu.width()).unwrap();
                assert_eq!((vector, own), (&alone.vectors[..], &alone.tokens[..]));
                let plain = pollster::block_on(encode(&mut cpu, &one, limits, OutputKind::Vectors)).unwrap();
                assert_eq!((vector, 0), (&plain.vectors[..], plain.tokens.len()));
                if pooling == Pooling::Mean {
                    let mut mean = vec![0.0; cpu.width()];
                    own.chunks_exact(cpu.width()).for_each(|state| add_scaled(&mut mean, 1.0, state));
                    mean.iter_mut().for_each(|value| *value /= text.len() as f32);
                    limits.activation.finish(&mut mean);
                    assert!(mean.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-6));
                }
            }
        }
    }
}
