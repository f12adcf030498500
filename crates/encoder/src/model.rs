//! A whole model: text in, vector or token states out. Must not know items, nor what a text is for.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    Batch, EncodeError, Encoder, OutputKind,
    manifest::{Activation, Manifest, Pooling, Probes, Role},
    tokenize::{Token, Tokenizer, is_readable},
    windows::{self, Limits},
};
use nearmind_core::{
    catalog::ModelName,
    explain::TokenStates,
    recommend::texts::TextVector,
    text::{Script, language::detect_by_function_words},
};

/// With fewer letters per token than this, the model has spelled the text out and does not know its words.
const LETTERS_PER_TOKEN: f32 = 1.6;

/// A model of texts, here or in another wasm module.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait TextModel {
    /// Name and digest, by which a catalogue refers to the model that encoded it.
    fn name(&self) -> &ModelName;
    /// H, the length of a vector.
    fn width(&self) -> usize;
    /// The cosine of unrelated texts.
    fn background(&self) -> f32;
    /// The vector of a text that the visitor wrote; `None` where the text has no words or the model does not read its
    /// language.
    async fn vector(&mut self, text: &str) -> Result<Option<TextVector>, EncodeError>;
    /// Encodes items' texts, in order: the states of their tokens, and the unit vector `[H]` that is their mean. `None`
    /// if the model's vectors are not a mean of token states.
    async fn encode(&mut self, texts: &[&str]) -> Result<Option<Vec<EncodedText>>, EncodeError>;
    /// The attention that each token of an item's text received, for the first window of a long text. `None` where the
    /// device does not provide it.
    async fn attention(&mut self, text: &str) -> Result<Option<TokenAttention>, EncodeError>;
    /// The cosine of two texts by their similarity, from 0 (unrelated) to 1 (the same).
    fn cosine_of(&self, similarity: f32) -> f32 {
        cosine_of(self.background(), similarity)
    }
}

/// The cosine of two texts by their similarity, from 0 (unrelated) to 1 (the same), with a model that gives unrelated texts
/// the cosine `background`.
pub fn cosine_of(background: f32, similarity: f32) -> f32 {
    background + (1.0 - background) * (similarity - CROWDED * background)
}

/// Tokenizer and encoder, and the name by which the catalogue refers to the model.
pub struct Model<E> {
    tokenizer: Tokenizer,
    encoder: E,
    name: ModelName,
    limits: Limits,
    /// Primary subtags of the languages that it reads; empty where that is not known.
    languages: Vec<String>,
    /// The cosine of unrelated texts.
    background: f32,
}

/// A model with a high background brings related texts closer by a smaller part of the remaining range: the part that
/// is required is lowered by this times the background. Tuned with MiniLM (background 0) and multilingual-e5-small
/// (0.76).
const CROWDED: f32 = 0.08;

/// The states of a text's tokens, and its unit vector `[H]`.
pub type EncodedText = (TokenStates, Vec<f32>);

/// The bytes that each token stands for, and the attention that it received. `[T]`
pub type TokenAttention = (Vec<Option<Range<usize>>>, Vec<f32>);

impl<E: Encoder> Model<E> {
    /// Creates a model with background 0; [`Model::with_probes`] sets it.
    pub fn new(manifest: &Manifest, tokenizer: Tokenizer, encoder: E) -> Self {
        let (name, limits, languages) = (manifest.model_name(), manifest.into(), manifest.languages.clone());
        Self { tokenizer, encoder, name, limits, languages, background: 0.0 }
    }

    /// Sets the background from the model's known texts.
    pub fn with_probes(self, probes: &Probes) -> Self {
        Self { background: probes.median_similarity(), ..self }
    }

    /// The device that the model runs on.
    pub fn encoder(&mut self) -> &mut E {
        &mut self.encoder
    }

    /// The unit vectors of texts, in order. `[B, H]`
    pub async fn embed(&mut self, texts: &[String], role: Role) -> Result<Vec<f32>, EncodeError> {
        let tokens = texts.iter().map(|text| self.tokenizer.tokenize(text, role));
        let tokens: Vec<Vec<Token>> = tokens.collect::<Result<_, _>>()?;
        Ok(windows::encode(&mut self.encoder, &tokens, self.limits, OutputKind::Vectors).await?.vectors)
    }
}

impl<E: Encoder> TextModel for Model<E> {
    fn name(&self) -> &ModelName {
        &self.name
    }

    fn width(&self) -> usize {
        self.encoder.width()
    }

    fn background(&self) -> f32 {
        self.background
    }

    async fn vector(&mut self, text: &str) -> Result<Option<TextVector>, EncodeError> {
        let tokens = self.tokenizer.tokenize(text, Role::Query)?;
        let is_foreign = |script: Script| {
            !self.languages.is_empty() && !self.languages.iter().any(|language| script.is_used_by(language))
        };
        let spelling = Spelling::of(text, &tokens, self.languages.is_empty());
        if !is_readable(&tokens) || spelling.is_spelled_out() || Script::detect(text).is_some_and(is_foreign) {
            return Ok(None);
        }
        let vector = windows::encode(&mut self.encoder, &[tokens], self.limits, OutputKind::Vectors).await?.vectors;
        let is_read = |language: &str| self.languages.iter().any(|own| own == language);
        let is_familiar = spelling.is_familiar() && detect_by_function_words(text).is_none_or(is_read);
        Ok(Some(TextVector { vector, is_familiar }))
    }

    async fn encode(&mut self, texts: &[&str]) -> Result<Option<Vec<EncodedText>>, EncodeError> {
        if self.limits.pooling != Pooling::Mean || self.limits.activation != Activation::Identity {
            return Ok(None);
        }
        let tokens = texts.iter().map(|text| self.tokenizer.tokenize(text, Role::Passage));
        let tokens: Vec<Vec<Token>> = tokens.collect::<Result<_, _>>()?;
        let encoded = windows::encode(&mut self.encoder, &tokens, self.limits, OutputKind::VectorsAndTokens).await?;
        let (width, mut states) = (self.encoder.width(), encoded.tokens.chunks_exact(self.encoder.width()));
        let text = |(tokens, vector): (Vec<Token>, &[f32])| {
            let states = states.by_ref().take(tokens.len()).flatten().copied().collect();
            (TokenStates { spans: tokens.into_iter().map(|token| token.span).collect(), states }, vector.to_vec())
        };
        Ok(Some(tokens.into_iter().zip(encoded.vectors.chunks_exact(width)).map(text).collect()))
    }

    async fn attention(&mut self, text: &str) -> Result<Option<TokenAttention>, EncodeError> {
        let mut tokens = self.tokenizer.tokenize(text, Role::Passage)?;
        tokens.truncate(self.limits.max_tokens);
        let mut batch = Batch::new();
        batch.push(tokens.iter().map(|token| token.id));
        let weights = self.encoder.attention_rollout(&batch).await?;
        Ok(weights.map(|weights| (tokens.into_iter().map(|token| token.span).collect(), weights)))
    }
}

/// How a text's words are split into tokens.
struct Spelling {
    words: usize,
    /// Words that are a single token.
    whole: usize,
    letters: usize,
    tokens: usize,
}

impl Spelling {
    /// In scripts such as Chinese or Korean a single character may well be a token: words of those scripts count only
    /// where the model's languages are not known.
    fn of(text: &str, tokens: &[Token], is_unknown: bool) -> Self {
        let mut spelling = Self { words: 0, whole: 0, letters: 0, tokens: 0 };
        let spans = || tokens.iter().filter_map(|token| token.span.clone());
        for (start, word) in text.unicode_word_indices() {
            let counts = |c: char| match Script::from_char(c) {
                Script::Han => false,
                Script::Kana | Script::Hangul | Script::Thai | Script::Other => is_unknown,
                _ => true,
            };
            if !word.chars().all(|c| c.is_alphabetic() && counts(c)) {
                continue;
            }
            let count = spans().filter(|span| span.start < start + word.len() && start < span.end).count();
            spelling.words += 1;
            spelling.whole += usize::from(count == 1);
            spelling.letters += word.chars().count();
            spelling.tokens += count;
        }
        spelling
    }

    fn is_spelled_out(&self) -> bool {
        (self.letters as f32) < LETTERS_PER_TOKEN * self.tokens as f32
    }

    fn is_familiar(&self) -> bool {
        2 * self.whole >= self.words
    }
}
