//! `nearmind eval explain --data DIR`: whether the words that are marked are the reason for a score.
//!
//! Products are viewed one at a time, the list that follows is explained as in a visit, and the marked words have to
//! stand the deletion test (`explain::deletion`): the text is encoded again without them, with nothing but them, and
//! without as many other words drawn by chance. Then the model's weights are replaced by chance (Adebayo et al.,
//! "Sanity Checks for Saliency Maps", 2018): shares that did not depend on the model would stay as they were.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

use super::{device::DeviceArg, folder, model::NativeModel, sts::spearman};
use crate::{
    catalog::{Catalog, Document, Item, Words, document, item::split_path, make},
    encoder::tokenize::Role,
    explain::{Marked, States, deletion, mark},
    session::model_name,
    text::{Segmenter, language::language},
    vectors::{Centre, Query, arithmetic::dot},
};

/// Cards of each list that are explained.
const CARDS: usize = 4;
/// How often chance draws as many words.
const DRAWS: u64 = 5;
/// Texts that are encoded at a time.
const CHUNK: usize = 256;
const SEED: u64 = 1;

#[derive(Debug, Args)]
pub struct Explain {
    /// A packed catalogue, a set with items.jsonl.gz, or a file of items, one a line
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model
    #[arg(long, default_value = "models/minilm")]
    model: PathBuf,
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
        let mut model = NativeModel::load(&self.model, DeviceArg::Cpu)?;
        let catalog = self.catalog(&mut model)?;
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

    /// The packed catalogue, or one made of the items.
    fn catalog(&self, model: &mut NativeModel) -> Result<Catalog> {
        let path = &self.data;
        if path.join(folder::MANIFEST).is_file() {
            let (_, catalog) = folder::read(path)?;
            let own = model_name(&model.manifest);
            ensure!(catalog.model == own, "the catalogue was baked with {}, not with {}", catalog.model.name, own.name);
            return Ok(catalog);
        }
        let items = spaced(&items(path)?, self.items);
        let texts: Vec<String> = items.iter().map(|item| document(item).text).collect();
        let mut vectors = Vec::new();
        for texts in texts.chunks(CHUNK) {
            vectors.extend(model.encode(texts, Role::Passage)?);
        }
        let dictionary = Segmenter::full().dictionary_for(items.iter().flat_map(make::texts));
        Ok(make::make(items.into_iter().zip(vectors).collect(), dictionary, model_name(&model.manifest)))
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
            let documents: Vec<Document> = pairs.iter().map(|&(_, row)| document(catalog.item(row))).collect();
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
    let texts: Vec<String> = rows.iter().map(|&row| document(catalog.item(row)).text).collect();
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

/// A set's items, a line each; what they say, in the language that they say it in.
fn items(path: &Path) -> Result<Vec<Item>> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        title: String,
        #[serde(default, alias = "features")]
        description: String,
        #[serde(default)]
        category: String,
    }
    let path = if path.is_dir() { path.join("items.jsonl.gz") } else { path.to_owned() };
    let file = File::open(&path).with_context(|| format!("opening {}", path.display()))?;
    let lines: std::io::Result<Vec<String>> = BufReader::new(GzDecoder::new(file)).lines().collect();
    let lines = lines.with_context(|| format!("reading {}", path.display()))?;
    let item = |line: &String| {
        let Line { id, title, description, category } = serde_json::from_str(line).ok()?;
        let lang = language(&format!("{title} {description}")).to_owned();
        let words = Words { title, description, categories: split_path(&category) };
        Some(Item { id, words: [(lang, words)].into(), ..Item::default() })
    };
    let items: Vec<Item> = lines.iter().filter_map(item).collect();
    ensure!(!items.is_empty(), "no line of {} is an item", path.display());
    if items.len() < lines.len() {
        eprintln!("{} of {} lines are no items", lines.len() - items.len(), lines.len());
    }
    Ok(items)
}
