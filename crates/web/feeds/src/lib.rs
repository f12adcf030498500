//! The class that the feeds module exports to the worker that imports a catalogue. Only fetched when a visitor imports a feed.
//!
//! ```js
//! const feeds = new FeedsModule({ variants: "fold", format: null, encoding: null, currency: null, lang: null });
//! feeds.open("feed.csv", (offset, length) => bytes);  // reads a part of the file synchronously
//! while ((progress = feeds.step(2000))) {}            // {bytes, rows} so far; undefined at the end
//! const { report, count, chinese, languages } = feeds.finish();
//! feeds.keys(0, count); feeds.texts([0, 3]);          // the texts to embed, and the keys under which vectors are cached
//! const { manifest, files } = feeds.pack(model, vectors, dictionary);
//! ```
//! Every method throws an Error whose `name` is a code (`empty`, `cut-off`, `broken`...), with the properties `row`, `format`
//! and `why` if they are known. Must not know where files, vectors and packs are stored.

mod buffer; // bounded memory for the items
mod chunks; // a reader of a JavaScript file
mod output; // reports and errors for JavaScript

use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use serde::Deserialize;
use serde_wasm_bindgen::from_value;
use wasm_bindgen::prelude::*;

use self::{
    buffer::BoundedBuffer,
    chunks::ChunkReader,
    output::{ImportResult, js_error, to_js_error, too_large},
};
use nearmind_core::{
    catalog::{
        Catalog, Item, ModelName, Pack, archive,
        build::{build_catalog, item_texts},
        document::{self, build_document},
        manifest::hex,
    },
    text::{Dictionary, Segmenter, language::is_han},
};
use nearmind_encoder::manifest::Manifest;
use nearmind_feeds::{ColumnMap, FeedError, Import, Items, Options, Variants};

/// The maximum number of items that a page imports; use `nearmind bake` for more.
const MAX_ITEMS: usize = 50_000;
/// The maximum number of spooled items. Variants anywhere in the feed can still reduce it to [`MAX_ITEMS`], but with more than
/// this the import fails at once instead of at the end.
const MAX_SPOOLED_ITEMS: usize = 4 * MAX_ITEMS;

/// The options given by JavaScript; see [`Options`].
#[derive(Deserialize)]
struct JsOptions {
    format: Option<String>,
    encoding: Option<String>,
    columns: Option<String>,
    currency: Option<String>,
    lang: Option<String>,
    #[serde(default)]
    variants: Option<String>,
}

/// An import of feeds, from JavaScript.
#[wasm_bindgen]
pub struct FeedsModule {
    state: State,
}

enum State {
    Reading(Box<Import<'static, BoundedBuffer>>),
    Read(Items<BoundedBuffer>),
    /// A step failed; another import needs a new instance.
    Failed,
}

#[wasm_bindgen]
impl FeedsModule {
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> Result<FeedsModule, JsValue> {
        console_error_panic_hook::set_once();
        let js_options: JsOptions = from_value(options).map_err(|error| js_error("options", &error))?;
        let columns =
            js_options.columns.as_deref().map(ColumnMap::parse).transpose().map_err(|error| to_js_error(&error))?;
        let options = Options {
            format: js_options
                .format
                .map(|name| name.parse())
                .transpose()
                .map_err(|error: String| js_error("options", &error))?,
            encoding: js_options
                .encoding
                .map(|label| label.parse())
                .transpose()
                .map_err(|error: String| js_error("encoding", &error))?,
            columns: columns.unwrap_or_default(),
            variants: match js_options.variants.as_deref() {
                Some("keep") => Variants::Keep,
                _ => Variants::Fold,
            },
            currency: js_options.currency,
            lang: js_options.lang,
            ..Options::default()
        };
        Ok(Self { state: State::Reading(Box::new(Import::new(options, BoundedBuffer::default()))) })
    }

    /// Opens a feed. `read(offset, length)` returns a Uint8Array of at most `length` bytes, an empty one at the end.
    pub fn open(&mut self, name: &str, read: Function) -> Result<(), JsValue> {
        let reader = Box::new(ChunkReader::new(read));
        self.reading()?.open(name, reader).map_err(|error| to_js_error(&error))
    }

    /// Reads up to `rows` rows. Returns the progress as `{bytes, rows}`, or undefined when the feed has ended.
    pub fn step(&mut self, rows: usize) -> Result<Option<Object>, JsValue> {
        let reading = self.reading()?;
        let Some(progress) = reading.step(rows).map_err(|error| to_js_error(&error))? else { return Ok(None) };
        if reading.spooled_items() > MAX_SPOOLED_ITEMS {
            return Err(too_large());
        }
        let object = Object::new();
        Reflect::set(&object, &"bytes".into(), &(progress.bytes as f64).into())?;
        Reflect::set(&object, &"rows".into(), &(progress.rows as f64).into())?;
        Ok(Some(object))
    }

    /// Ends the import and returns `{report, count, chinese, languages}`: whether packing needs the Chinese dictionary
    /// (`chinese`), and the number of items by language of their text (`languages`).
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let State::Reading(import) = std::mem::replace(&mut self.state, State::Failed) else {
            return Err(js_error("order", &"the feed has been read already"));
        };
        let (mut items, report) = import.finish().map_err(|error| to_js_error(&error))?;
        if items.len() > MAX_ITEMS {
            return Err(too_large());
        }
        let (mut chinese, mut languages) = (false, BTreeMap::new());
        for item in items.iter() {
            let item = item.map_err(|error| to_js_error(&FeedError::Io(error)))?;
            chinese = chinese || is_chinese(&item);
            *languages.entry(build_document(&item).lang).or_default() += 1;
        }
        let result = ImportResult::new(&report, items.len(), chinese, languages).to_js()?;
        self.state = State::Read(items);
        Ok(result)
    }

    /// The keys under which the vectors of the rows `from..to` are cached.
    pub fn keys(&mut self, from: usize, to: usize) -> Result<Vec<String>, JsValue> {
        (from..to).map(|row| Ok(hex(&document::key(&build_document(&self.item(row)?).text)))).collect()
    }

    /// The texts of these rows that the model embeds.
    pub fn texts(&mut self, rows: Vec<u32>) -> Result<Vec<String>, JsValue> {
        rows.into_iter().map(|row| Ok(build_document(&self.item(row as usize)?).text)).collect()
    }

    /// Returns the packed catalogue as `{manifest, files: [[name, bytes]]}`. `model` is the manifest of the model, `vectors` are
    /// the embeddings of the texts, `[N, H]`, and `dictionary` is the text of jieba's dictionary, if items have Chinese words.
    pub fn pack(&mut self, model: &str, vectors: Vec<f32>, dictionary: Option<String>) -> Result<Object, JsValue> {
        let manifest = Manifest::parse(model.as_bytes()).map_err(|error| js_error("model", &error))?;
        let catalog = self.catalog(manifest.model_name(), vectors, dictionary)?;
        let pack = Pack::new(&catalog);
        let files = pack.files.iter().map(|(name, bytes)| entry(name, bytes)).collect::<Array>();
        let packed = Object::new();
        Reflect::set(&packed, &"manifest".into(), &Uint8Array::from(&pack.manifest.to_json()[..]))?;
        Reflect::set(&packed, &"files".into(), &files)?;
        Ok(packed)
    }
}

/// Packs files, `[[name, bytes]]`, into one uncompressed zip file.
#[wasm_bindgen]
pub fn zip(files: Array) -> Vec<u8> {
    let files = files.iter().map(|file| {
        let file: Array = file.unchecked_into();
        (file.get(0).as_string().unwrap_or_default(), Uint8Array::new(&file.get(1)).to_vec())
    });
    archive::zip(&files.collect::<Vec<_>>())
}

impl FeedsModule {
    fn reading(&mut self) -> Result<&mut Import<'static, BoundedBuffer>, JsValue> {
        match &mut self.state {
            State::Reading(import) => Ok(import),
            _ => Err(js_error("order", &"the feed has been read already")),
        }
    }

    fn items(&mut self) -> Result<&mut Items<BoundedBuffer>, JsValue> {
        match &mut self.state {
            State::Read(items) => Ok(items),
            _ => Err(js_error("order", &"the feed has not been read yet")),
        }
    }

    fn item(&mut self, row: usize) -> Result<Item, JsValue> {
        let items = self.items()?;
        if row >= items.len() {
            return Err(js_error("order", &format!("there is no item {row}; there are {}", items.len())));
        }
        items.read(row).map_err(|error| to_js_error(&FeedError::Io(error)))
    }

    fn catalog(&mut self, model: ModelName, vectors: Vec<f32>, dictionary: Option<String>) -> Result<Catalog, JsValue> {
        let items: Vec<Item> = (0..self.items()?.len()).map(|row| self.item(row)).collect::<Result<_, _>>()?;
        let width = vectors.len() / items.len().max(1);
        if width * items.len() != vectors.len() {
            return Err(js_error(
                "order",
                &format!("{} numbers are not one vector for each of {} items", vectors.len(), items.len()),
            ));
        }
        let dictionary = match dictionary {
            Some(text) => {
                let full = Segmenter::from_dictionary_text(&text).map_err(|error| js_error("dictionary", &error))?;
                full.dictionary_for(items.iter().filter(|item| is_chinese(item)).flat_map(item_texts))
            }
            None => Dictionary::default(),
        };
        let vectors = vectors.chunks_exact(width.max(1)).map(<[f32]>::to_vec).chain(std::iter::repeat(Vec::new()));
        let aliases = self.items()?.aliases().clone();
        Ok(Catalog { aliases, ..build_catalog(items.into_iter().zip(vectors).collect(), dictionary, model) })
    }
}

fn is_chinese(item: &Item) -> bool {
    item_texts(item).any(|text| text.chars().any(is_han))
}

fn entry(name: &str, bytes: &[u8]) -> Array {
    [JsValue::from(name), Uint8Array::from(bytes).into()].into_iter().collect()
}
