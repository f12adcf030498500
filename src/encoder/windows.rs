//! Texts of any length through a model of bounded length.
//!
//! A long text becomes windows that overlap by a quarter. Each token's state is taken from the window in which it
//! stands farther from the edge, so that a long text has one state a token, as a short one has: its vector is pooled
//! from them, and the shares of its words still sum to its score. Must not know devices, nor what texts are for.

use std::ops::Range;

use super::manifest::{Manifest, Pooling};
use super::tokenize::Token;
use super::{Batch, EncodeError, Encoded, Encoder, Want};
use crate::vectors::arithmetic::{add, normalize};

/// Part of a window that it shares with the next one.
const OVERLAP: usize = 4;

/// What a model's manifest says of long texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// P, in tokens.
    pub longest: usize,
    pub pooling: Pooling,
}

impl From<&Manifest> for Limits {
    fn from(manifest: &Manifest) -> Self {
        Self { longest: manifest.architecture.positions, pooling: manifest.pooling }
    }
}

/// Encodes texts of any length, as [`Tokenizer::tokens`](super::tokenize::Tokenizer::tokens) gives them. The answer is
/// that of a model without a limit: a vector a text and, if wanted, a state a token.
pub async fn encode<E: Encoder>(
    encoder: &mut E,
    texts: &[Vec<Token>],
    limits: Limits,
    want: Want,
) -> Result<Encoded, EncodeError> {
    let (mut short, mut long) = (Batch::new(), Batch::new());
    let mut windows = Vec::new();
    for text in texts {
        let cut = windows_of(text, limits.longest);
        let batch = if cut.is_empty() { &mut short } else { &mut long };
        if cut.is_empty() {
            batch.push(text.iter().map(|token| token.id));
        }
        for window in &cut {
            batch.push(window.tokens().map(|at| text[at].id));
        }
        windows.push(cut);
    }
    let width = encoder.width();
    let empty = Encoded::default();
    let short_encoded = if short.texts() > 0 { encoder.encode(&short, want).await? } else { empty.clone() };
    if long.texts() == 0 {
        return Ok(short_encoded);
    }
    // The vectors of windows have lost their lengths: the states are needed.
    let long_encoded = encoder.encode(&long, Want::Tokens).await?;
    if long_encoded.tokens.len() != long.ids.len() * width {
        return Err(EncodeError::DeviceLost("it gave back too few token states".into()));
    }
    let mut vectors = short_encoded.vectors.chunks_exact(width);
    let mut states = [short_encoded.tokens.as_slice(), long_encoded.tokens.as_slice()];
    let mut take = |which: usize, tokens: usize| {
        let (taken, rest) = states[which].split_at((tokens * width).min(states[which].len()));
        states[which] = rest;
        taken
    };
    let mut all = empty;
    for (text, cut) in texts.iter().zip(&windows) {
        if cut.is_empty() {
            all.vectors.extend(vectors.next().unwrap_or_default());
            all.tokens.extend(take(0, text.len()));
            continue;
        }
        let of_windows: Vec<&[f32]> = cut.iter().map(|window| take(1, window.length())).collect();
        all.vectors.extend(pool(&of_windows, cut, limits.pooling, width));
        if want == Want::Tokens {
            let kept = of_windows.iter().zip(cut).flat_map(|(states, window)| window.kept_states(states, width));
            all.tokens.extend(kept);
        }
    }
    Ok(all)
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

    /// The rows of `states` that are kept. `[kept, H]`
    fn kept_states<'a>(&self, states: &'a [f32], width: usize) -> &'a [f32] {
        let place = |at: usize| if at < self.head { at } else { at - self.part.start + self.head };
        let to = if self.kept.end > self.end { self.length() } else { place(self.kept.end) };
        &states[place(self.kept.start) * width..to * width]
    }
}

/// None where the text fits as it is.
fn windows_of(text: &[Token], longest: usize) -> Vec<Window> {
    if text.len() <= longest {
        return Vec::new();
    }
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

/// One unit vector of a text's windows. `[H]`
fn pool(states: &[&[f32]], windows: &[Window], pooling: Pooling, width: usize) -> Vec<f32> {
    let mut vector = vec![if pooling == Pooling::Max { f32::NEG_INFINITY } else { 0.0 }; width];
    for (states, window) in states.iter().zip(windows) {
        match pooling {
            Pooling::Mean => {
                window.kept_states(states, width).chunks_exact(width).for_each(|s| add(&mut vector, 1.0, s))
            }
            Pooling::First => add(&mut vector, window.kept.len() as f32, &states[..width]),
            Pooling::Max => window
                .kept_states(states, width)
                .chunks_exact(width)
                .for_each(|s| vector.iter_mut().zip(s).for_each(|(most, v)| *most = most.max(*v))),
        }
    }
    normalize(&mut vector);
    vector
}
