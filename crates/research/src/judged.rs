//! `nearmind-research judged --catalog DIR --judgements FILE`: whether the lists of product pages make sense to a shopper,
//! by pairs of products that were judged one by one.
//!
//! The lists are those that a shelf shows on the page of each judged product, to a visitor without a history. The rules of
//! the judgement and the judged pairs are in `crates/research/judged/`. Must not know how a list is made.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use nearmind::cli::folder;
use nearmind_core::{
    catalog::Catalog,
    profile::{History, SimilarityCache},
    protocol::ShelfRequest,
    rank::{Scene, ShelfKind},
    recommend::{RankingInputs, RankingOptions, recommend, texts::TextVectors},
};

/// The first cards of a list, which most shoppers see.
const CARDS: usize = 4;
const UNRELATED: u8 = 0;
const SAME_DEPARTMENT: u8 = 1;
const COMPLEMENT: u8 = 2;
const SUBSTITUTE: u8 = 3;

#[derive(Debug, Args)]
pub struct Judged {
    /// Folder from `nearmind bake`
    #[arg(long)]
    catalog: PathBuf,
    /// Table of the judged pairs with the columns item, other and grade, separated by tabs. Grades: 0 unrelated, 1 same
    /// department, 2 complement, 3 substitute
    #[arg(long)]
    judgements: PathBuf,
    /// Replaces weights of the score by name, as JSON: {"category": 0.1}
    #[arg(long, value_name = "JSON", value_parser = json_object)]
    score_weights: Option<Value>,
    /// Prints each list, with the grades of its cards
    #[arg(long)]
    lists: bool,
    /// Writes the pairs that were shown and that nobody has judged to this file, with an empty grade
    #[arg(long)]
    unjudged: Option<PathBuf>,
}

fn json_object(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.is_object() { Ok(value) } else { Err("it is not a JSON object".to_owned()) }
}

/// A judged pair, as a line of the table.
#[derive(Deserialize)]
struct Judgement {
    item: String,
    other: String,
    grade: u8,
}

/// The grades of all judged pairs. A pair has the same grade in both directions.
struct Judgements {
    /// The products whose pages are measured: those in the table's first column.
    pages: BTreeSet<String>,
    grades: BTreeMap<(String, String), u8>,
}

impl Judgements {
    fn read(path: &Path) -> Result<Self> {
        let mut judgements = Self { pages: BTreeSet::new(), grades: BTreeMap::new() };
        let table = csv::ReaderBuilder::new().delimiter(b'\t').from_path(path);
        for line in table.with_context(|| path.display().to_string())?.into_deserialize() {
            let Judgement { item, other, grade } = line.with_context(|| path.display().to_string())?;
            ensure!(grade <= SUBSTITUTE, "{}: {item}, {other}: the grade is {grade} and not 0 to 3", path.display());
            judgements.pages.insert(item.clone());
            judgements.grades.insert(pair(&item, &other), grade);
        }
        Ok(judgements)
    }

    fn grade(&self, item: &str, other: &str) -> Option<u8> {
        self.grades.get(&pair(item, other)).copied()
    }
}

fn pair(item: &str, other: &str) -> (String, String) {
    (item.min(other).to_owned(), item.max(other).to_owned())
}

/// The first cards of a product's page with their grades; `None` if nobody has judged the pair.
struct Page<'a> {
    item: &'a str,
    cards: Vec<(String, Option<u8>)>,
}

impl Judged {
    pub fn run(&self) -> Result<()> {
        let (_, catalog) = folder::read(&self.catalog)?;
        let judgements = Judgements::read(&self.judgements)?;
        let mut unjudged = String::from("item\tother\tgrade\n");
        for kind in [ShelfKind::MoreLikeThis, ShelfKind::GoesWith] {
            let mut scene = Scene::built_in(kind);
            if let Some(Value::Object(weights)) = &self.score_weights {
                let all = scene.score_weights.get_or_insert_with(|| json!({}));
                all.as_object_mut().into_iter().for_each(|all| all.extend(weights.clone()));
            }
            let pages: Vec<Page> =
                judgements.pages.iter().map(|item| page(&catalog, &judgements, &scene, item)).collect();
            if self.lists {
                pages.iter().for_each(|page| print_list(&catalog, kind, page));
            }
            for page in &pages {
                let missing = page.cards.iter().filter(|(_, grade)| grade.is_none());
                missing.for_each(|(other, _)| unjudged += &format!("{}\t{other}\t\n", page.item));
            }
            print_figures(kind, &pages);
        }
        self.unjudged
            .as_ref()
            .map_or(Ok(()), |path| fs::write(path, unjudged).with_context(|| format!("writing {}", path.display())))
    }
}

/// The first cards on the page of `item`, shown to a visitor without a history.
fn page<'a>(catalog: &Catalog, judgements: &Judgements, scene: &Scene, item: &'a str) -> Page<'a> {
    let (item_id, scene) = (Some(item.to_owned()), serde_json::to_value(scene).ok());
    let request = ShelfRequest { item: item_id, scene, limit: CARDS, ..ShelfRequest::default() };
    let (options, _) = RankingOptions::from_request(&request, catalog);
    let inputs = RankingInputs {
        catalog,
        history: &History::default(),
        muted: &BTreeSet::new(),
        texts: &TextVectors::default(),
        now_ms: 0.0,
    };
    let list = recommend(&inputs, &options, &mut SimilarityCache::default());
    let id = |row: u32| catalog.item(row).id().to_owned();
    let cards = list.hits.iter().map(|hit| id(hit.row)).map(|other| (other.clone(), judgements.grade(item, &other)));
    Page { item, cards: cards.collect() }
}

fn print_figures(kind: ShelfKind, pages: &[Page]) {
    let cards: Vec<Option<u8>> = pages.iter().flat_map(|page| page.cards.iter().map(|card| card.1)).collect();
    let first: Vec<Option<u8>> = pages.iter().filter_map(|page| page.cards.first()).map(|card| card.1).collect();
    let share = |grades: &[Option<u8>], holds: &dyn Fn(Option<u8>) -> bool| {
        grades.iter().filter(|grade| holds(**grade)).count() as f64 / grades.len().max(1) as f64
    };
    println!("{kind:?}: {} pages, {} cards (the first {CARDS} of each)", pages.len(), cards.len());
    let rows: [(&str, f64); 7] = [
        ("substitute", share(&cards, &|grade| grade == Some(SUBSTITUTE))),
        ("complement", share(&cards, &|grade| grade == Some(COMPLEMENT))),
        ("same department", share(&cards, &|grade| grade == Some(SAME_DEPARTMENT))),
        ("unrelated", share(&cards, &|grade| grade == Some(UNRELATED))),
        ("not judged", share(&cards, &|grade| grade.is_none())),
        ("first card is unrelated", share(&first, &|grade| grade == Some(UNRELATED))),
        ("first card is not judged", share(&first, &|grade| grade.is_none())),
    ];
    rows.iter().for_each(|(name, share)| println!("  {name:<26} {share:.3}"));
}

fn print_list(catalog: &Catalog, kind: ShelfKind, page: &Page) {
    let title = |id: &str| {
        catalog
            .row(id)
            .map_or("", |row| catalog.item(row).text_in("en").map_or("", |(_, words)| words.title))
            .to_owned()
    };
    println!("{kind:?}: {} {}", page.item, title(page.item));
    for (other, grade) in &page.cards {
        let grade = grade.map_or("?".to_owned(), |grade| grade.to_string());
        println!("  {grade} {other} {}", title(other));
    }
}
