//! `nearmind-research explain --data DIR`: whether the words that are marked are the reason for a score.
//!
//! Visitors view one product each and the session explains their lists (`visits.rs`). The words that it marks have to
//! stand the deletion test (`explain::deletion`): the text is encoded again without them, with nothing but them, and
//! without as many words drawn by chance. Then the model's weights are replaced by chance (Adebayo et al.,
//! "Sanity Checks for Saliency Maps", 2018): shares that did not depend on the model would stay as they were.

mod visits; // lists explained by the session

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use self::visits::{Shown, explained};
use crate::sts::spearman;
use nearmind::cli::{device::DeviceArg, folder, model::NativeModel};
use nearmind_core::{
    catalog::{Catalog, Item, document, make},
    explain::{TextDecomposition, TokenStates, candidates, deletion},
    text::{Segmenter, Word, words},
    vectors::{Centre, arithmetic::dot},
};
use nearmind_encoder::manifest::{Manifest, Role};
use nearmind_feeds::{Import, Options};

/// How often chance draws as many words.
const DRAWS: u64 = 8;
/// Cards whose shares are compared with those of a model of random weights.
const COMPARED: usize = 200;
/// Texts that are encoded at a time.
const CHUNK: usize = 256;
const SEED: u64 = 1;
/// Where `cargo xtask models` puts models.
const MODELS: &str = "models";

#[derive(Debug, Args)]
pub struct Explain {
    /// A packed catalogue, a set with items.jsonl.gz, or a file of items, one a line
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model; otherwise the one in models/ that made the pack or reads the language
    #[arg(long)]
    model: Option<PathBuf>,
    /// At most so many items, evenly spaced
    #[arg(long, default_value_t = 800)]
    items: usize,
    /// Products that are viewed, evenly spaced, each by a visitor of its own
    #[arg(long, default_value_t = 80)]
    views: usize,
    /// Where the figures go as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

/// The figures, each a mean over the cards that show marked words; scores are cosines.
#[derive(Debug, Serialize)]
struct Figures {
    /// How far the score falls when the marked words are deleted; more is better.
    comprehensiveness: f32,
    /// How far the score falls when only the marked words are kept; less is better.
    sufficiency: f32,
    /// How far the score falls when as many other words are deleted.
    random_comprehensiveness: f32,
    /// The part of cards where deleting the marked words costs more than deleting as many by chance.
    better_than_random: f32,
    /// Rank correlation of all words' shares with those of a model of random weights.
    randomized_weights_correlation: f32,
}

impl Explain {
    pub fn run(&self) -> Result<()> {
        let packed = self.data.join(folder::MANIFEST).is_file();
        let items = if packed { Vec::new() } else { spaced(&items(&self.data)?, self.items) };
        let chinese =
            items.iter().filter(|item| !item.words.contains_key("en") && item.words.contains_key("zh")).count();
        let lang = if 2 * chinese > items.len() { "zh" } else { "en" };
        let folder = self.model.clone().map_or_else(|| model_for(&self.data, lang), Ok)?;
        let load = || NativeModel::load(&folder, DeviceArg::Cpu);
        let mut model = load()?;
        let catalog = if packed { self.packed(&model)? } else { made(&mut model, items)? };
        let rows: Vec<u32> = (0..catalog.len() as u32).collect();
        let cards = explained(load()?, &catalog, lang, &spaced(&rows, self.views))?;
        let shown: Vec<&Shown> = cards.iter().filter(|card| !card.marked.is_empty()).collect();
        ensure!(!shown.is_empty(), "no card shows a marked word: are the texts in a language that the model reads?");
        let falls = deleted(&catalog, &mut model, &shown)?;
        let cases = spaced(&shown, COMPARED);
        let own = candidate_shares(&catalog, &mut model, &cases, &catalog.centre, |row| catalog.matrix.vector(row))?;
        model.randomize(SEED)?;
        let random = randomized_shares(&catalog, &mut model, &cases)?;
        let both = own.iter().zip(&random).filter(|(own, _)| own.len() > 2);
        let figures = Figures {
            comprehensiveness: mean(falls.iter().map(|falls| falls.without)),
            sufficiency: mean(falls.iter().map(|falls| falls.only)),
            random_comprehensiveness: mean(falls.iter().map(|falls| falls.by_chance)),
            better_than_random: mean(falls.iter().map(|falls| f32::from(falls.without > falls.by_chance))),
            randomized_weights_correlation: mean(both.map(|(own, random)| spearman(own, random) as f32)),
        };
        let json = serde_json::to_string_pretty(&figures)?;
        eprintln!("{} cards, {} with marked words", cards.len(), shown.len());
        println!("{json}");
        match &self.report {
            Some(path) => fs::write(path, json).with_context(|| format!("writing {}", path.display())),
            None => Ok(()),
        }
    }

    fn packed(&self, model: &NativeModel) -> Result<Catalog> {
        let (_, catalog) = folder::read(&self.data)?;
        let own = model.manifest.model_name();
        ensure!(catalog.model == own, "the catalogue was baked with {}, not with {}", catalog.model.name, own.name);
        Ok(catalog)
    }
}

/// A catalogue of the items, as a bake makes it.
fn made(model: &mut NativeModel, items: Vec<Item>) -> Result<Catalog> {
    let texts: Vec<String> = items.iter().map(|item| document(item).text).collect();
    let mut vectors = Vec::new();
    for texts in texts.chunks(CHUNK) {
        vectors.extend(model.encode(texts, Role::Passage)?);
    }
    let dictionary = Segmenter::full().dictionary_for(items.iter().flat_map(make::texts));
    Ok(make::make(items.into_iter().zip(vectors).collect(), dictionary, model.manifest.model_name()))
}

/// How far the score of a card falls when its text is changed.
struct Falls {
    without: f32,
    only: f32,
    by_chance: f32,
}

fn deleted(catalog: &Catalog, model: &mut NativeModel, cards: &[&Shown]) -> Result<Vec<Falls>> {
    let mut falls = Vec::new();
    for cards in cards.chunks(CHUNK / (DRAWS as usize + 3)) {
        let changed = |card: &&Shown| {
            let (text, words, candidates) = candidates_of(catalog, card.row);
            let drawn = |nth| {
                deletion::delete_words(
                    &text,
                    &words,
                    &deletion::random_words(&text, &candidates, card.marked.len(), nth),
                )
            };
            let without = deletion::delete_words(&text, &words, &card.marked);
            let only = deletion::keep_words(&text, &words, &card.marked);
            let by_chance: Vec<String> = (0..DRAWS).map(drawn).collect();
            [vec![text, without, only], by_chance].concat()
        };
        let texts: Vec<String> = cards.iter().flat_map(changed).collect();
        let mut vectors = model.encode(&texts, Role::Passage)?;
        vectors.iter_mut().for_each(|vector| _ = catalog.centre.apply(vector));
        for (card, vectors) in cards.iter().zip(vectors.chunks(DRAWS as usize + 3)) {
            let direction = catalog.matrix.vector(card.viewed);
            let fall = |nth: usize| dot(&vectors[0], &direction) - dot(&vectors[nth], &direction);
            falls.push(Falls { without: fall(1), only: fall(2), by_chance: mean((3..vectors.len()).map(fall)) });
        }
    }
    Ok(falls)
}

/// The text of an item, its words, and which of them may be marked.
fn candidates_of(catalog: &Catalog, row: u32) -> (String, Vec<Word>, Vec<usize>) {
    let document = document(&catalog.item(row).to_item());
    let words = words(&document.text, &catalog.segmenter);
    let candidates = candidates(&words, &[document.title, document.description]);
    (document.text, words, candidates)
}

/// What each word that may be marked adds to the score of its card, in vectors that go through `centre`.
fn candidate_shares(
    catalog: &Catalog,
    model: &mut NativeModel,
    cards: &[&Shown],
    centre: &Centre,
    direction: impl Fn(u32) -> Vec<f32>,
) -> Result<Vec<Vec<f64>>> {
    let mut all = Vec::new();
    for cards in cards.chunks(CHUNK) {
        let texts: Vec<_> = cards.iter().map(|card| candidates_of(catalog, card.row)).collect();
        let states: Vec<TokenStates> = model.states(&texts.iter().map(|(text, ..)| text).collect::<Vec<_>>())?;
        for ((card, (_, words, candidates)), states) in cards.iter().zip(texts).zip(states) {
            let shares = TextDecomposition::new(&states, words, centre).shares(&direction(card.viewed)).words;
            all.push(candidates.into_iter().map(|at| f64::from(shares[at])).collect());
        }
    }
    Ok(all)
}

/// The same of a model of random weights, whose vectors have a centre of their own.
fn randomized_shares(catalog: &Catalog, model: &mut NativeModel, cards: &[&Shown]) -> Result<Vec<Vec<f64>>> {
    let rows: BTreeSet<u32> = cards.iter().flat_map(|card| [card.viewed, card.row]).collect();
    let texts: Vec<String> = rows.iter().map(|&row| document(&catalog.item(row).to_item()).text).collect();
    let mut vectors = model.encode(&texts, Role::Passage)?;
    let centre = Centre::learn(model.width(), &vectors.concat());
    vectors.iter_mut().for_each(|vector| _ = centre.apply(vector));
    let directions: BTreeMap<u32, Vec<f32>> = rows.into_iter().zip(vectors).collect();
    candidate_shares(catalog, model, cards, &centre, |row| directions[&row].clone())
}

/// At most `count` of `all`, evenly spaced.
fn spaced<T: Clone>(all: &[T], count: usize) -> Vec<T> {
    let count = count.min(all.len());
    (0..count).map(|nth| all[nth * all.len() / count].clone()).collect()
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let values: Vec<f32> = values.collect();
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// The items of a set or of one feed, in whatever format it is.
fn items(path: &Path) -> Result<Vec<Item>> {
    let of_set = ["items.jsonl.gz", "items.jsonl"].map(|name| path.join(name)).into_iter().find(|file| file.is_file());
    let path = of_set.unwrap_or_else(|| path.to_owned());
    let mut import = Import::new(Options::default(), tempfile::tempfile()?);
    let feed = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    import.read_feed(&path.display().to_string(), Box::new(feed), &mut |_| {})?;
    let (mut items, report) = import.finish()?;
    eprint!("{report}");
    ensure!(!items.is_empty(), "no row of {} is an item: the report above says why", path.display());
    (0..items.len()).map(|nth| Ok(items.read(nth)?)).collect()
}

/// Of the converted models beside this command the one that made the pack or, of those that read the items' language,
/// the one that reads the fewest.
fn model_for(data: &Path, lang: &str) -> Result<PathBuf> {
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
    let missing = || format!("no model in {MODELS} fits: `cargo xtask models` makes them, --model names another");
    Ok(best.with_context(missing)?.1)
}
