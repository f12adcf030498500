//! `nearmind eval explain --data DIR`: whether the words that are marked are the reason for a score.
//!
//! Products are viewed one at a time, the list that follows is explained as in a visit, and the marked words have to
//! stand the deletion test (`explain::deletion`): the text is encoded again without them, with nothing but them, and
//! without as many other words drawn by chance. Then the model's weights are replaced by chance (Adebayo et al.,
//! "Sanity Checks for Saliency Maps", 2018): shares that did not depend on the model would stay as they were.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use super::{device::DeviceArg, folder, model::NativeModel, sts::spearman};
use crate::{
    catalog::{Catalog, Document, Item, document, make},
    encoder::{manifest::Manifest, tokenize::Role},
    explain::{Marked, States, deletion, mark},
    feeds::{Import, Options},
    session::model_name,
    text::Segmenter,
    vectors::{Centre, Query, arithmetic::dot},
};

/// Cards of each list that are explained.
const CARDS: usize = 4;
/// How often chance draws as many words.
const DRAWS: u64 = 5;
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

/// A card that is explained.
struct Case {
    viewed: u32,
    row: u32,
    document: Document,
    marked: Marked,
}

impl Explain {
    pub fn run(&self) -> Result<()> {
        let packed = self.data.join(folder::MANIFEST).is_file();
        let items = if packed { Vec::new() } else { spaced(&items(&self.data)?, self.items) };
        let chinese =
            items.iter().filter(|item| !item.words.contains_key("en") && item.words.contains_key("zh")).count();
        let lang = if 2 * chinese > items.len() { "zh" } else { "en" };
        let folder = self.model.clone().map_or_else(|| model_for(&self.data, lang), Ok)?;
        let mut model = NativeModel::load(&folder, DeviceArg::Cpu)?;
        let catalog = if packed { self.packed(&model)? } else { made(&mut model, items)? };
        let cases = self.cases(&catalog, &mut model)?;
        let shown: Vec<&Case> = cases.iter().filter(|case| !case.marked.chosen.is_empty()).collect();
        ensure!(!shown.is_empty(), "no card shows a marked word: are the texts in a language that the model reads?");
        let falls = deleted(&catalog, &mut model, &shown)?;
        model.randomize(SEED)?;
        let correlation = correlation(&catalog, &mut model, &cases)?;
        let figures = Figures {
            comprehensiveness: mean(falls.iter().map(|falls| falls.without)),
            sufficiency: mean(falls.iter().map(|falls| falls.only)),
            random_comprehensiveness: mean(falls.iter().map(|falls| falls.by_chance)),
            better_than_random: mean(falls.iter().map(|falls| f32::from(falls.without > falls.by_chance))),
            randomized_weights_correlation: correlation,
        };
        let json = serde_json::to_string_pretty(&figures)?;
        eprintln!("{} cards, {} with marked words", cases.len(), shown.len());
        println!("{json}");
        match &self.report {
            Some(path) => fs::write(path, json).with_context(|| format!("writing {}", path.display())),
            None => Ok(()),
        }
    }

    fn packed(&self, model: &NativeModel) -> Result<Catalog> {
        let (_, catalog) = folder::read(&self.data)?;
        let own = model_name(&model.manifest);
        ensure!(catalog.model == own, "the catalogue was baked with {}, not with {}", catalog.model.name, own.name);
        Ok(catalog)
    }

    /// The first cards of what each visitor sees who viewed one product.
    fn cases(&self, catalog: &Catalog, model: &mut NativeModel) -> Result<Vec<Case>> {
        let rows: Vec<u32> = (0..catalog.len() as u32).collect();
        let mut pairs = Vec::new();
        for viewed in spaced(&rows, self.views) {
            let list =
                catalog
                    .matrix
                    .top(&Query::new(&catalog.matrix.vector(viewed)), CARDS, f32::MIN_POSITIVE, |row| row != viewed);
            pairs.extend(list.into_iter().map(|hit| (viewed, hit.row)));
        }
        let mut cases = Vec::new();
        for pairs in pairs.chunks(CHUNK) {
            let documents: Vec<Document> =
                pairs.iter().map(|&(_, row)| document(&catalog.item(row).to_item())).collect();
            let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
            let states = model.states(&texts)?;
            for ((&(viewed, row), document), states) in pairs.iter().zip(documents).zip(&states) {
                let marked = marked(catalog, &document, states, &catalog.centre, &catalog.matrix.vector(viewed));
                cases.push(Case { viewed, row, document, marked });
            }
        }
        Ok(cases)
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
    Ok(make::make(items.into_iter().zip(vectors).collect(), dictionary, model_name(&model.manifest)))
}

fn marked(catalog: &Catalog, document: &Document, states: &States, centre: &Centre, direction: &[f32]) -> Marked {
    let shown = [document.title.clone(), document.description.clone()];
    mark(&document.text, &shown, &catalog.segmenter, states, centre, direction)
}

/// How far the score of a card falls when its text is changed.
struct Falls {
    without: f32,
    only: f32,
    by_chance: f32,
}

fn deleted(catalog: &Catalog, model: &mut NativeModel, cases: &[&Case]) -> Result<Vec<Falls>> {
    let mut falls = Vec::new();
    for cases in cases.chunks(CHUNK / (DRAWS as usize + 3)) {
        let changed = |case: &&Case| {
            let (text, words, chosen) = (&case.document.text, &case.marked.words, &case.marked.chosen);
            let mut texts =
                vec![text.clone(), deletion::without(text, words, chosen), deletion::only(text, words, chosen)];
            let drawn = |nth| deletion::drawn(text, &case.marked.candidates, chosen.len(), nth);
            texts.extend((0..DRAWS).map(|nth| deletion::without(text, words, &drawn(nth))));
            texts
        };
        let texts: Vec<String> = cases.iter().flat_map(changed).collect();
        let vectors = model.encode(&texts, Role::Passage)?;
        for (case, mut vectors) in cases.iter().zip(vectors.chunks(DRAWS as usize + 3).map(<[_]>::to_vec)) {
            let direction = catalog.matrix.vector(case.viewed);
            let score = |vector: &mut Vec<f32>| {
                catalog.centre.apply(vector);
                dot(vector, &direction)
            };
            let scores: Vec<f32> = vectors.iter_mut().map(score).collect();
            let fall = |nth: usize| scores[0] - scores[nth];
            falls.push(Falls { without: fall(1), only: fall(2), by_chance: mean((3..scores.len()).map(fall)) });
        }
    }
    Ok(falls)
}

/// The mean rank correlation (Spearman) of the candidates' shares with those that a model of random weights gives.
fn correlation(catalog: &Catalog, model: &mut NativeModel, cases: &[Case]) -> Result<f32> {
    let rows: BTreeSet<u32> = cases.iter().flat_map(|case| [case.viewed, case.row]).collect();
    let texts: Vec<String> = rows.iter().map(|&row| document(&catalog.item(row).to_item()).text).collect();
    let mut vectors = model.encode(&texts, Role::Passage)?;
    let centre = Centre::learn(vectors[0].len(), &vectors.concat());
    vectors.iter_mut().for_each(|vector| _ = centre.apply(vector));
    let directions: BTreeMap<u32, Vec<f32>> = rows.into_iter().zip(vectors).collect();
    let mut correlations = Vec::new();
    for cases in cases.chunks(CHUNK) {
        let texts: Vec<&str> = cases.iter().map(|case| case.document.text.as_str()).collect();
        for (case, states) in cases.iter().zip(model.states(&texts)?) {
            let random = marked(catalog, &case.document, &states, &centre, &directions[&case.viewed]);
            let of = |marked: &Marked| {
                case.marked.candidates.iter().map(|&at| f64::from(marked.shares.words[at])).collect::<Vec<_>>()
            };
            if case.marked.candidates.len() > 2 {
                correlations.push(spearman(&of(&case.marked), &of(&random)) as f32);
            }
        }
    }
    Ok(mean(correlations.into_iter()))
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
    import.feed(&path.display().to_string(), Box::new(feed), &mut |_| {})?;
    let (mut items, report) = import.finish()?;
    eprint!("{report}");
    ensure!(!items.is_empty(), "no row of {} is an item: the report above says why", path.display());
    (0..items.len()).map(|nth| Ok(items.read(nth)?)).collect()
}

/// Of the converted models beside this command the one that made the pack or, of those that read the items' language,
/// the one that reads the fewest.
fn model_for(data: &Path, lang: &str) -> Result<PathBuf> {
    let pack = folder::manifest(data).ok();
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for entry in fs::read_dir(MODELS).with_context(|| format!("looking for models in {MODELS}"))? {
        let path = entry?.path();
        let Ok(json) = fs::read(path.join(folder::MANIFEST)) else { continue };
        let manifest = Manifest::parse(&json)?;
        let fits = match &pack {
            Some(pack) => pack.model == model_name(&manifest),
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
