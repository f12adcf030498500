//! Helpers for tests of a visit: a small shop, a small model with random weights, commands and their updates.

use nearmind_core::{
    catalog::{Catalog, Item, ItemText, Pack, build_catalog, build_document},
    profile::{Event, EventName},
    protocol::{
        Card, Claim, Command, DeviceChoice, DeviceReason, DeviceReport, EncoderChoice, Envelope, Part, PictureSource,
        ProfileSummary, Shelf, ShelfKind, ShelfRequest, Update, VERSION,
    },
    text::Dictionary,
};
use nearmind_encoder::{
    Encoder, Model, OutputKind, cpu::CpuModel, manifest::Role, synthetic::SyntheticModel, tokenize::Tokenizer,
    weights::Weights,
};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

pub const NOW: f64 = 1.8e12;

pub type Visit = Session<Model<CpuModel>, MemoryStore>;

/// The words of each group of items in English and Chinese. All English words are in the vocabulary of the small model.
pub const GROUPS: [(&str, &str, &str, &str, &str, &str); 4] = [
    (
        "bicycle",
        "waterproof cycling jacket",
        "red blue green black white dark bright light",
        "for rain and travel",
        "防水骑行夹克",
        "骑行",
    ),
    ("tea", "green tea cup", "steel oak soft warm cold wooden dark white", "for the kitchen table", "绿茶杯", "厨房"),
    (
        "camping",
        "camping tent mat",
        "summer winter warm light outdoor dry cold green",
        "for the hiking trail",
        "露营帐篷",
        "露营",
    ),
    ("home", "wool bag", "linen cotton leather soft wool red blue black", "made of linen fabric", "羊毛包", "家居"),
];

pub fn items() -> Vec<Item> {
    let item = |(group, (stem, title, kinds, about, zh, category)): (usize, &(&str, &str, &str, &str, &str, &str))| {
        let make = |(nth, kind): (usize, &str)| Item {
            id: format!("{stem}-{nth}"),
            url: format!("/{stem}-{nth}"),
            price: Some(10.0 * (group + 1) as f64 + nth as f64),
            currency: "EUR".into(),
            words: [
                ("en", format!("{kind} {title}"), format!("A {kind} {title} {about}."), stem.to_string()),
                ("zh", format!("{zh}{nth}号"), format!("{nth}号{zh}。"), category.to_string()),
            ]
            .map(|(lang, title, description, category)| {
                (lang.to_owned(), ItemText { title, description, categories: vec![category] })
            })
            .into(),
            ..Item::default()
        };
        kinds.split(' ').enumerate().map(make).collect::<Vec<_>>()
    };
    GROUPS.iter().enumerate().flat_map(item).collect()
}

pub fn synthetic() -> (SyntheticModel, Tokenizer, CpuModel) {
    let model = SyntheticModel::small(7);
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
    let cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
    (model, tokenizer, cpu)
}

pub fn model() -> Model<CpuModel> {
    let (model, tokenizer, cpu) = synthetic();
    Model::new(&model.manifest, tokenizer, cpu)
}

/// Bakes and packs the items, and opens the pack as a browser does.
pub fn catalog(items: Vec<Item>) -> Catalog {
    let (model, tokenizer, mut cpu) = synthetic();
    let texts: Vec<String> = items.iter().map(|item| build_document(item).text).collect();
    let batch = tokenizer.batch(&texts, Role::Passage).unwrap();
    let vectors = block_on(cpu.encode(&batch, OutputKind::Vectors)).unwrap().vectors;
    let vectors = vectors.chunks_exact(cpu.width()).map(<[f32]>::to_vec);
    let words = ["厨房", "夹克", "家居", "帐篷", "杯", "绿茶", "羊毛", "防水", "露营", "骑行"];
    let dictionary = Dictionary { words: words.map(|word| (word.to_owned(), 500)).to_vec() };
    let pack =
        Pack::new(&build_catalog(items.into_iter().zip(vectors).collect(), dictionary, model.manifest.model_name()));
    pack.open().unwrap()
}

pub fn device() -> DeviceReport {
    DeviceReport {
        device: "cpu".into(),
        detail: String::new(),
        reason: DeviceReason::Untried,
        cpu_ms: None,
        gpu_ms: None,
    }
}

/// Opens a session on `store`, with the catalogue and the model loaded.
pub fn open(store: MemoryStore, lang: &str) -> Visit {
    open_with(store, lang, catalog(items()))
}

pub fn open_with(store: MemoryStore, lang: &str, catalog: Catalog) -> Visit {
    let mut visit = Session::new(store);
    assert!(send(&mut visit, open_command(VERSION, lang)).is_empty());
    block_on(visit.set_catalog(catalog));
    block_on(visit.set_model(model(), device()));
    visit
}

pub fn open_command(version: u32, lang: &str) -> Envelope {
    Command::Open {
        version,
        catalog: String::new(),
        model: None,
        encoder: EncoderChoice::Static,
        device: DeviceChoice::Cpu,
        persist: true,
        pictures: PictureSource::Shop,
    }
    .at(NOW, lang)
}

/// What can be sent: an envelope, or a command. A command is sent at the time of its event, or at [`NOW`] without one.
pub trait IntoEnvelope {
    fn into_envelope(self) -> Envelope;
}

impl IntoEnvelope for Envelope {
    fn into_envelope(self) -> Envelope {
        self
    }
}

impl IntoEnvelope for Command {
    fn into_envelope(self) -> Envelope {
        let now_ms = if let Self::Track { event } = &self { event.time_ms } else { NOW };
        self.at(now_ms, "en")
    }
}

pub fn send(visit: &mut Visit, command: impl IntoEnvelope) -> Vec<Update> {
    block_on(visit.apply(command.into_envelope()))
}

/// Requests a shelf with the scene, filter, rules and context that a page would write in JSON.
pub fn request_shelf(visit: &mut Visit, request: serde_json::Value) -> Vec<Update> {
    let mut whole = serde_json::json!({"kind": "for-you", "limit": 6, "lang": "en"});
    let fields = whole.as_object_mut().expect("an object");
    fields.extend(request.as_object().expect("an object").clone());
    let request = serde_json::from_value(whole).expect("a request");
    send(visit, Command::Shelf { shelf: "s".into(), request })
}

pub fn profile(visit: &mut Visit) -> ProfileSummary {
    match send(visit, Command::Profile.at(NOW + 6e5, "en")).remove(0) {
        Update::Profile(summary) => summary,
        other => panic!("{other:?}"),
    }
}

/// The errors among the updates, as "code: detail".
pub fn problems(updates: &[Update]) -> Vec<String> {
    let problem = |update: &Update| match update {
        Update::Error(problem) => Some(format!("{}: {}", problem.code, problem.detail)),
        _ => None,
    };
    updates.iter().filter_map(problem).collect()
}

pub fn shelf_command(kind: ShelfKind, item: Option<&str>, lang: &str) -> Command {
    let request =
        ShelfRequest { kind, item: item.map(str::to_owned), limit: 6, lang: lang.into(), ..ShelfRequest::default() };
    Command::Shelf { shelf: "s".into(), request }
}

/// The last shelf of the updates.
pub fn shelf(updates: &[Update]) -> Shelf {
    let shelf = |update: &Update| if let Update::Shelf(shelf) = update { Some(shelf.clone()) } else { None };
    updates.iter().rev().find_map(shelf).expect("no shelf in the updates")
}

pub fn for_you(visit: &mut Visit, lang: &str) -> Shelf {
    shelf(&send(visit, shelf_command(ShelfKind::ForYou, None, lang)))
}

pub fn track(visit: &mut Visit, name: EventName, item: &str, minute: u32) -> Vec<Update> {
    let event = Event::for_item(name, item, NOW + f64::from(minute) * 60e3);
    send(visit, Command::Track { event })
}

/// Tracks a wish or a search.
pub fn track_text(visit: &mut Visit, name: EventName, text: &str, minute: u32) -> Vec<Update> {
    let event = Event::for_text(name, text, NOW + f64::from(minute) * 60e3);
    send(visit, Command::Track { event })
}

pub fn search(visit: &mut Visit, query: &str, lang: &str) -> Vec<Card> {
    let updates = send(visit, Command::Search { query: query.into(), limit: 6 }.at(NOW, lang));
    match updates.into_iter().last() {
        Some(Update::Results { cards, .. }) => cards,
        other => panic!("no results, but {other:?}"),
    }
}

/// The title or text that the reason of a card names, or an empty string.
pub fn reason(card: &Card) -> &str {
    match &card.claim {
        Some(Claim::Event { title, .. } | Claim::Together { title, .. }) => title,
        Some(Claim::Text { text, .. }) => text,
        _ => "",
    }
}

pub fn text(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// The number of cards whose items belong to this group, by their ids.
pub fn count_group(shelf: &Shelf, stem: &str) -> usize {
    shelf.cards.iter().filter(|card| card.item.starts_with(stem)).count()
}

pub fn ids(shelf: &Shelf) -> Vec<&str> {
    shelf.cards.iter().map(|card| card.item.as_str()).collect()
}
