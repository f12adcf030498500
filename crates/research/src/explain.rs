//! `nearmind-research explain --data DIR`: whether the highlighted words are the reason for a score.
//!
//! Each visitor views one product and the session explains their list (`visits.rs`). The highlighted words must pass
//! the deletion test (`explain::deletion`): the text is encoded again without them, with nothing but them, and without
//! as many randomly drawn words. Then the model's weights are randomised (Adebayo et al., "Sanity Checks for Saliency
//! Maps", 2018): shares that did not depend on the model would stay the same.

mod visits; // lists explained by a session

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use self::visits::{ExplainedCard, explain_lists};
use crate::sts::spearman;
use nearmind::cli::{
    device::{self, DeviceArg},
    folder,
    model::NativeModel,
};
use nearmind_core::{
    catalog::{
        Catalog, Item,
        build::{self, item_texts},
        build_document,
    },
    explain::{TextDecomposition, TokenStates, candidates, deletion},
    text::{Segmenter, Word, words},
    vectors::{Centre, arithmetic::dot},
};
use nearmind_encoder::{
    Encoder, OutputKind,
    cpu::CpuModel,
    device::ProbeBatch,
    manifest::{Manifest, Role},
    synthetic,
    weights::Weights,
};
use nearmind_feeds::{Import, Options};

/// How often as many random words are drawn for each card.
const DRAWS: u64 = 8;
/// How many cards have their shares compared with those of the randomised model.
const RANDOMIZED_CARDS: usize = 200;
/// TextVectors that are encoded at a time.
const CHUNK: usize = 256;
const SEED: u64 = 1;
/// Where `cargo xtask models` puts models.
const MODELS: &str = "models";

#[derive(Debug, Args)]
pub struct Explain {
    /// A folder from `nearmind bake`, a data set with items.jsonl(.gz), or a product feed
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model; by default the one in models/ that encoded the pack or reads the language
    #[arg(long)]
    model: Option<PathBuf>,
    /// Uses at most this many items, evenly spaced
    #[arg(long, default_value_t = 800)]
    items: usize,
    /// Number of viewed products, evenly spaced, each by a separate visitor
    #[arg(long, default_value_t = 80)]
    views: usize,
    /// Writes the figures to this file, as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

/// The metrics, each a mean over the cards with highlighted words. Scores are cosines.
#[derive(Debug, Serialize)]
struct Metrics {
    /// How far the score drops when the highlighted words are deleted; more is better.
    comprehensiveness: f32,
    /// How far the score drops when only the highlighted words are kept; less is better.
    sufficiency: f32,
    /// How far the score drops when as many random words are deleted.
    random_comprehensiveness: f32,
    /// The part of cards where deleting the highlighted words costs more than deleting as many random ones.
    better_than_random: f32,
    /// Rank correlation of all words' shares with those of a model with random weights.
    randomized_weights_correlation: f32,
}

impl Explain {
    pub fn run(&self) -> Result<()> {
        let packed = self.data.join(folder::MANIFEST).is_file();
        let items = if packed { Vec::new() } else { spaced(&read_items(&self.data)?, self.items) };
        let chinese =
            items.iter().filter(|item| !item.words.contains_key("en") && item.words.contains_key("zh")).count();
        let lang = if 2 * chinese > items.len() { "zh" } else { "en" };
        let folder = self.model.clone().map_or_else(|| choose_model(&self.data, lang), Ok)?;
        let load = || NativeModel::load(&folder, DeviceArg::Cpu);
        let mut model = load()?;
        let catalog = if packed { self.read_pack(&model)? } else { build_catalog(&mut model, items)? };
        let rows: Vec<u32> = (0..catalog.len() as u32).collect();
        let cards = explain_lists(load()?, &catalog, lang, &spaced(&rows, self.views))?;
        let shown: Vec<&ExplainedCard> = cards.iter().filter(|card| !card.marked.is_empty()).collect();
        ensure!(
            !shown.is_empty(),
            "no card has a highlighted word: use texts in a language that the model reads, or another --model"
        );
        let drops = deletion_drops(&catalog, &mut model, &shown)?;
        let sample = spaced(&shown, RANDOMIZED_CARDS);
        let own = candidate_shares(&catalog, &mut model, &sample, &catalog.centre, |row| catalog.matrix.vector(row))?;
        randomize(&mut model, &folder)?;
        let random = randomized_shares(&catalog, &mut model, &sample)?;
        let both = own.iter().zip(&random).filter(|(own, _)| own.len() > 2);
        let metrics = Metrics {
            comprehensiveness: mean(drops.iter().map(|drops| drops.without)),
            sufficiency: mean(drops.iter().map(|drops| drops.only)),
            random_comprehensiveness: mean(drops.iter().map(|drops| drops.random)),
            better_than_random: mean(drops.iter().map(|drops| f32::from(drops.without > drops.random))),
            randomized_weights_correlation: mean(both.map(|(own, random)| spearman(own, random) as f32)),
        };
        let json = serde_json::to_string_pretty(&metrics)?;
        eprintln!("{} cards, {} with highlighted words", cards.len(), shown.len());
        println!("{json}");
        match &self.report {
            Some(path) => fs::write(path, json).with_context(|| format!("writing {}", path.display())),
            None => Ok(()),
        }
    }

    /// Reads the pack, which must have been encoded with this model.
    fn read_pack(&self, model: &NativeModel) -> Result<Catalog> {
        let (_, catalog) = folder::read(&self.data)?;
        let own = model.manifest.model_name();
        ensure!(
            catalog.model == own,
            "the catalogue was baked with {}, not with {}: pass its model with --model",
            catalog.model.name,
            own.name
        );
        Ok(catalog)
    }
}

/// Builds a catalogue of the items, as `nearmind bake` does.
fn build_catalog(model: &mut NativeModel, items: Vec<Item>) -> Result<Catalog> {
    let texts: Vec<String> = items.iter().map(|item| build_document(item).text).collect();
    let mut vectors = Vec::new();
    for texts in texts.chunks(CHUNK) {
        vectors.extend(model.encode(texts, Role::Passage)?);
    }
    let dictionary = Segmenter::full().dictionary_for(items.iter().flat_map(item_texts));
    Ok(build::build_catalog(items.into_iter().zip(vectors).collect(), dictionary, model.manifest.model_name()))
}

/// How far the score of a card drops when words are deleted from its text.
struct ScoreDrops {
    /// Without the highlighted words.
    without: f32,
    /// With only the highlighted words.
    only: f32,
    /// Without as many random words; the mean over all draws.
    random: f32,
}

/// Runs the deletion test on each card.
fn deletion_drops(catalog: &Catalog, model: &mut NativeModel, cards: &[&ExplainedCard]) -> Result<Vec<ScoreDrops>> {
    let mut drops = Vec::new();
    for cards in cards.chunks(CHUNK / (DRAWS as usize + 3)) {
        let variants = |card: &&ExplainedCard| {
            let (text, words, candidates) = candidate_words(catalog, card.row);
            let without_random = |nth| {
                deletion::delete_words(
                    &text,
                    &words,
                    &deletion::random_words(&text, &candidates, card.marked.len(), nth),
                )
            };
            let without = deletion::delete_words(&text, &words, &card.marked);
            let only = deletion::keep_words(&text, &words, &card.marked);
            let random: Vec<String> = (0..DRAWS).map(without_random).collect();
            [vec![text, without, only], random].concat()
        };
        let texts: Vec<String> = cards.iter().flat_map(variants).collect();
        let mut vectors = model.encode(&texts, Role::Passage)?;
        vectors.iter_mut().for_each(|vector| _ = catalog.centre.apply(vector));
        for (card, vectors) in cards.iter().zip(vectors.chunks(DRAWS as usize + 3)) {
            let direction = catalog.matrix.vector(card.viewed);
            let drop = |nth: usize| dot(&vectors[0], &direction) - dot(&vectors[nth], &direction);
            drops.push(ScoreDrops { without: drop(1), only: drop(2), random: mean((3..vectors.len()).map(drop)) });
        }
    }
    Ok(drops)
}

/// The text of an item, its words, and the indices of those that may be highlighted.
fn candidate_words(catalog: &Catalog, row: u32) -> (String, Vec<Word>, Vec<usize>) {
    let document = build_document(&catalog.item(row).to_item());
    let words = words(&document.text, &catalog.segmenter);
    let candidates = candidates(&words, &[document.title, document.description]);
    (document.text, words, candidates)
}

/// What each word that may be highlighted adds to the score of its card, in vectors that `centre` centred. `direction`
/// returns the vector of a viewed row.
fn candidate_shares(
    catalog: &Catalog,
    model: &mut NativeModel,
    cards: &[&ExplainedCard],
    centre: &Centre,
    direction: impl Fn(u32) -> Vec<f32>,
) -> Result<Vec<Vec<f64>>> {
    let mut all = Vec::new();
    for cards in cards.chunks(CHUNK) {
        let texts: Vec<_> = cards.iter().map(|card| candidate_words(catalog, card.row)).collect();
        let states: Vec<TokenStates> = model.states(&texts.iter().map(|(text, ..)| text).collect::<Vec<_>>())?;
        for ((card, (_, words, candidates)), states) in cards.iter().zip(texts).zip(states) {
            let shares = TextDecomposition::new(&states, words, centre).shares(&direction(card.viewed)).words;
            all.push(candidates.into_iter().map(|at| f64::from(shares[at])).collect());
        }
    }
    Ok(all)
}

/// The same for a model with random weights, whose vectors have another centre.
/// Replaces the weights of the model in `folder` by random ones.
fn randomize(model: &mut NativeModel, folder: &Path) -> Result<()> {
    let Manifest { architecture, pooling, .. } = model.manifest;
    let weights = Weights::open(synthetic::weights(&architecture, SEED), architecture)?;
    let batch = model.tokenizer.batch(&["What it says, it says rightly."], Role::Passage)?; // any text will do
    let vectors = pollster::block_on(CpuModel::load(&weights, pooling)?.encode(&batch, OutputKind::Vectors))?.vectors;
    model.device = device::choose(folder, weights, pooling, ProbeBatch { batch, vectors }, DeviceArg::Cpu.into())?;
    Ok(())
}

fn randomized_shares(catalog: &Catalog, model: &mut NativeModel, cards: &[&ExplainedCard]) -> Result<Vec<Vec<f64>>> {
    let rows: BTreeSet<u32> = cards.iter().flat_map(|card| [card.viewed, card.row]).collect();
    let texts: Vec<String> = rows.iter().map(|&row| build_document(&catalog.item(row).to_item()).text).collect();
    let mut vectors = model.encode(&texts, Role::Passage)?;
    let centre = Centre::fit(model.width(), &vectors.concat());
    vectors.iter_mut().for_each(|vector| _ = centre.apply(vector));
    let directions: BTreeMap<u32, Vec<f32>> = rows.into_iter().zip(vectors).collect();
    candidate_shares(catalog, model, cards, &centre, |row| directions[&row].clone())
}

/// Returns at most `count` elements, evenly spaced.
fn spaced<T: Clone>(all: &[T], count: usize) -> Vec<T> {
    let count = count.min(all.len());
    (0..count).map(|nth| all[nth * all.len() / count].clone()).collect()
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let values: Vec<f32> = values.collect();
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// Reads the items of a data set or of one feed in any format.
fn read_items(path: &Path) -> Result<Vec<Item>> {
    let in_folder =
        ["items.jsonl.gz", "items.jsonl"].map(|name| path.join(name)).into_iter().find(|file| file.is_file());
    let path = in_folder.unwrap_or_else(|| path.to_owned());
    let mut import = Import::new(Options::default(), tempfile::tempfile()?);
    let feed = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    import.read_feed(&path.display().to_string(), Box::new(feed), &mut |_| {})?;
    let (mut items, report) = import.finish()?;
    eprint!("{report}");
    ensure!(!items.is_empty(), "no row of {} is an item; the report above says why", path.display());
    (0..items.len()).map(|nth| Ok(items.read(nth)?)).collect()
}

/// Returns the model in `models/` that encoded the pack or, without a pack, the model that reads the items' language
/// and the fewest others.
fn choose_model(data: &Path, lang: &str) -> Result<PathBuf> {
    let pack = folder::read_manifest(data).ok();
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for entry in fs::read_dir(MODELS).with_context(|| format!("looking for models in {MODELS}"))? {
        let path = entry?.path();
        let Ok(json) = fs::read(path.join(folder::MANIFEST)) else { continue };
        let manifest = Manifest::parse(&json)?;
        let fits = match &pack {
            Some(pack) => pack.model == manifest.model_name(),
            None => manifest.languages.iter().any(|own| own == lang),
        };
        if fits {
            found.push((manifest.languages.len(), path));
        }
    }
    let best = found.into_iter().min();
    let missing =
        || format!("no model in {MODELS} fits: run `cargo xtask models`, or pass the folder of another with --model");
    Ok(best.with_context(missing)?.1)
}
