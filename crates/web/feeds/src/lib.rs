//! What the feeds module gives to the worker that imports a catalogue: one class. Fetched only when somebody imports.
//!
//! ```js
//! const feeds = new FeedsModule({ variants: "fold", format: null, encoding: null, currency: null, lang: null });
//! feeds.open("feed.csv", (at, length) => bytes);      // a synchronous read of a part of the file
//! while ((now = feeds.step(2000))) {}                 // {bytes, rows} so far; nothing when it has ended
//! const { report, count, chinese, languages } = feeds.finish();
//! feeds.keys(0, count); feeds.texts([0, 3]);          // what is to be embedded, and by what its vector is known again
//! const { manifest, files } = feeds.pack(model, vectors, dictionary);
//! ```
//! Every method throws an Error whose name is a code (`empty`, `cut-off`, `broken`...) and that has `row`, `format` and
//! `why` where they are known. Must not know where files, vectors and packs are kept.

mod part; //  a file that JavaScript holds, as a reader
mod room; //  memory for the items, bounded
mod told; //  reports and errors as JavaScript reads them

use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use serde::Deserialize;
use serde_wasm_bindgen::from_value;
use wasm_bindgen::prelude::*;

use self::{
    part::Parts,
    room::Room,
    told::{Told, plain, thrown, too_large},
};
use nearmind_core::{
    catalog::{
        Catalog, Item, ModelName, Pack, archive,
        document::{self, document},
        make,
        manifest::hex,
    },
    text::{Dictionary, Segmenter, language::is_han},
};
use nearmind_encoder::manifest::Manifest;
use nearmind_feeds::{Columns, FeedError, Import, Items, Options, Variants};

/// As many as one page should embed; more are for `nearmind bake`.
const MOST_ITEMS: usize = 50_000;
/// Rows that may wait to become fewer items, because variants of a product can stand anywhere in a feed: with more the
/// visitor need not wait for the end to hear that it is too much.
const MOST_WAITING: usize = 4 * MOST_ITEMS;

#[derive(Deserialize)]
struct Wish {
    format: Option<String>,
    encoding: Option<String>,
    columns: Option<String>,
    currency: Option<String>,
    lang: Option<String>,
    #[serde(default)]
    variants: Option<String>,
}

#[wasm_bindgen]
pub struct FeedsModule {
    state: State,
}

enum State {
    Reading(Box<Import<'static, Room>>),
    Read(Items<Room>),
    /// A step failed; a new module begins anew.
    Broken,
}

#[wasm_bindgen]
impl FeedsModule {
    #[wasm_bindgen(constructor)]
    pub fn new(wish: JsValue) -> Result<FeedsModule, JsValue> {
        console_error_panic_hook::set_once();
        let wish: Wish = from_value(wish).map_err(|error| plain("options", &error))?;
        let columns = wish.columns.as_deref().map(Columns::parse).transpose().map_err(|error| thrown(&error))?;
        let options = Options {
            format: wish
                .format
                .map(|name| name.parse())
                .transpose()
                .map_err(|error: String| plain("options", &error))?,
            encoding: wish
                .encoding
                .map(|label| label.parse())
                .transpose()
                .map_err(|error: String| plain("encoding", &error))?,
            columns: columns.unwrap_or_default(),
            variants: match wish.variants.as_deref() {
                Some("keep") => Variants::Keep,
                _ => Variants::Fold,
            },
            currency: wish.currency,
            lang: wish.lang,
            ..Options::default()
        };
        Ok(Self { state: State::Reading(Box::new(Import::new(options, Room::default()))) })
    }

    /// Opens a feed. `read(at, length)` gives a Uint8Array of at most so many bytes, an empty one at the end.
    pub fn open(&mut self, name: &str, read: Function) -> Result<(), JsValue> {
        let reader = Box::new(Parts::new(read));
        self.reading()?.begin(name, reader).map_err(|error| thrown(&error))
    }

    /// Reads so many rows: `{bytes, rows}`, or nothing when the feed has ended.
    pub fn step(&mut self, rows: usize) -> Result<Option<Object>, JsValue> {
        let reading = self.reading()?;
        let Some(now) = reading.step(rows).map_err(|error| thrown(&error))? else { return Ok(None) };
        if reading.waiting() > MOST_WAITING {
            return Err(too_large());
        }
        let told = Object::new();
        Reflect::set(&told, &"bytes".into(), &(now.bytes as f64).into())?;
        Reflect::set(&told, &"rows".into(), &(now.rows as f64).into())?;
        Ok(Some(told))
    }

    /// The feed has been read: `{report, count, chinese, languages}`, `chinese` where packing needs the Chinese dictionary,
    /// `languages` the items by the language of their text.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let State::Reading(import) = std::mem::replace(&mut self.state, State::Broken) else {
            return Err(plain("order", &"the feed has been read already"));
        };
        let (mut items, report) = import.finish().map_err(|error| thrown(&error))?;
        if items.len() > MOST_ITEMS {
            return Err(too_large());
        }
        let (mut chinese, mut languages) = (false, BTreeMap::new());
        for item in items.iter() {
            let item = item.map_err(|error| thrown(&FeedError::Io(error)))?;
            chinese = chinese || is_chinese(&item);
            *languages.entry(document(&item).lang).or_default() += 1;
        }
        let told = Told::new(&report, items.len(), chinese, languages).to_js()?;
        self.state = State::Read(items);
        Ok(told)
    }

    /// By what the vectors of the rows `from..to` are known again.
    pub fn keys(&mut self, from: usize, to: usize) -> Result<Vec<String>, JsValue> {
        (from..to).map(|row| Ok(hex(&document::key(&document(&self.item(row)?).text)))).collect()
    }

    /// What the model reads of these rows.
    pub fn texts(&mut self, rows: Vec<u32>) -> Result<Vec<String>, JsValue> {
        rows.into_iter().map(|row| Ok(document(&self.item(row as usize)?).text)).collect()
    }

    /// The packed catalogue: `{manifest, files: [[name, bytes]]}`. `model` is the model's manifest and `vectors` are what
    /// it made of the texts, `[N, H]`; `dictionary` is jieba's, as text, where the items have Chinese words.
    pub fn pack(&mut self, model: &str, vectors: Vec<f32>, dictionary: Option<String>) -> Result<Object, JsValue> {
        let manifest = Manifest::parse(model.as_bytes()).map_err(|error| plain("model", &error))?;
        let catalog = self.catalog(manifest.model_name(), vectors, dictionary)?;
        let pack = Pack::new(&catalog);
        let files = pack.files.iter().map(|(name, bytes)| entry(name, bytes)).collect::<Array>();
        let packed = Object::new();
        Reflect::set(&packed, &"manifest".into(), &Uint8Array::from(&pack.manifest.to_json()[..]))?;
        Reflect::set(&packed, &"files".into(), &files)?;
        Ok(packed)
    }
}

/// One zip file of these files, `[[name, bytes]]`, uncompressed.
#[wasm_bindgen]
pub fn zip(files: Array) -> Vec<u8> {
    let files = files.iter().map(|file| {
        let file: Array = file.unchecked_into();
        (file.get(0).as_string().unwrap_or_default(), Uint8Array::new(&file.get(1)).to_vec())
    });
    archive::zip(&files.collect::<Vec<_>>())
}

impl FeedsModule {
    fn reading(&mut self) -> Result<&mut Import<'static, Room>, JsValue> {
        match &mut self.state {
            State::Reading(import) => Ok(import),
            _ => Err(plain("order", &"the feed has been read already")),
        }
    }

    fn items(&mut self) -> Result<&mut Items<Room>, JsValue> {
        match &mut self.state {
            State::Read(items) => Ok(items),
            _ => Err(plain("order", &"the feed has not been read yet")),
        }
    }

    fn item(&mut self, row: usize) -> Result<Item, JsValue> {
        let items = self.items()?;
        if row >= items.len() {
            return Err(plain("order", &"there is no such row"));
        }
        items.read(row).map_err(|error| thrown(&FeedError::Io(error)))
    }

    fn catalog(&mut self, model: ModelName, vectors: Vec<f32>, dictionary: Option<String>) -> Result<Catalog, JsValue> {
        let items: Vec<Item> = (0..self.items()?.len()).map(|row| self.item(row)).collect::<Result<_, _>>()?;
        let width = vectors.len() / items.len().max(1);
        if width * items.len() != vectors.len() {
            return Err(plain("order", &"there are not as many vectors as items"));
        }
        let dictionary = match dictionary {
            Some(text) => {
                let full = Segmenter::parse(&text).map_err(|error| plain("dictionary", &error))?;
                full.dictionary_for(items.iter().filter(|item| is_chinese(item)).flat_map(make::texts))
            }
            None => Dictionary::default(),
        };
        let vectors = vectors.chunks_exact(width.max(1)).map(<[f32]>::to_vec).chain(std::iter::repeat(Vec::new()));
        let aliases = self.items()?.aliases().clone();
        Ok(Catalog { aliases, ..make::make(items.into_iter().zip(vectors).collect(), dictionary, model) })
    }
}

fn is_chinese(item: &Item) -> bool {
    make::texts(item).any(|text| text.chars().any(is_han))
}

fn entry(name: &str, bytes: &[u8]) -> Array {
    [JsValue::from(name), Uint8Array::from(bytes).into()].into_iter().collect()
}
