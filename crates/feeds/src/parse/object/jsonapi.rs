//! JSON:API documents: resources under `data`, and the resources that they refer to under `included`, which may come before
//! or after. Spree's storefront API uses this format. Must not know how a document is read.
//!
//! `https://jsonapi.org/format/`, `https://spreecommerce.org/docs/api-reference/storefront`

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::{
    RowQueue,
    scalar::{get, objects},
};
use crate::{
    columns::ColumnMap,
    raw::{Exclusion, Field, RawRow},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

type Object = Map<String, Value>;

/// The maximum size of a document, which is kept in memory because its resources refer to each other.
pub const MAX_BYTES: usize = 64 << 20;

/// A document that is being read.
#[derive(Debug, Default)]
pub struct Document {
    /// Resources with their row numbers.
    data: Vec<(u64, Object)>,
    included: HashMap<(String, String), Object>,
}

/// Whether a value has the `type`, `id` and `attributes` of a JSON:API resource.
pub fn is_resource(value: &Value) -> bool {
    value.get("attributes").is_some_and(Value::is_object) && value.get("type").is_some() && value.get("id").is_some()
}

impl Document {
    /// Adds a resource of `data` with its row number. Ignores anything but an object.
    pub fn add(&mut self, row: u64, resource: Value) {
        if let Value::Object(resource) = resource {
            self.data.push((row, resource));
        }
    }

    /// Adds a resource of `included`. Ignores anything but an object.
    pub fn include(&mut self, resource: Value) {
        if let Value::Object(resource) = resource {
            let key = (get(&resource, &["type"]), get(&resource, &["id"]));
            self.included.insert(key, resource);
        }
    }

    /// Whether `data` has no resources so far.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Returns the rows of all products.
    pub fn to_rows(&self, columns: &ColumnMap) -> RowQueue {
        self.data.iter().flat_map(|(row, resource)| self.read_product(*row, resource, columns)).map(Ok).collect()
    }

    /// The included resources in a relationship of `resource`, in order.
    fn related<'v>(&'v self, resource: &'v Object, name: &str) -> Vec<&'v Object> {
        let data = resource.get("relationships").and_then(|all| all.get(name)?.get("data"));
        let list = match data {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let found = |one: &Value| {
            let one = one.as_object()?;
            self.included.get(&(get(one, &["type"]), get(one, &["id"])))
        };
        list.iter().filter_map(found).collect()
    }

    /// Returns a row for each variant, or one if there are none.
    fn read_product(&self, row: u64, resource: &Object, columns: &ColumnMap) -> Vec<RawRow> {
        let none = Object::new();
        let own = attributes(resource).unwrap_or(&none);
        let mut product = RawRow::new(row);
        product.offer(Field::Id, 1, &get(resource, &["id"]));
        product.names.extend([get(own, &["sku"]), get(own, &["slug"])]);
        product.set(Field::Title, get(own, &["name", "title"]));
        product.set(Field::Description, get(own, &["description"]));
        product.set(Field::Date, get(own, &["available_on", "created_at"]));
        let slug = get(own, &["slug"]);
        product.set(Field::Url, get(own, &["url", "permalink"]));
        if !slug.is_empty() && product[Field::Url].is_empty() {
            product.set(Field::Url, format!("/products/{slug}"));
        }
        product.set(Field::Image, self.picture(resource));
        product.group_image = product[Field::Image].to_owned();
        self.set_taxons(&mut product, resource);
        for property in self.related(resource, "product_properties").into_iter().filter_map(attributes) {
            product.add_attribute(&get(property, &["name"]), &get(property, &["value"]));
        }
        super::assign_mapped(&mut product, own, columns);
        let state = get(own, &["status"]);
        if own.get("available") == Some(&false.into()) || ["draft", "archived"].contains(&state.as_str()) {
            let why = if state.is_empty() { "not available".into() } else { state };
            product.exclusion = Some(Exclusion::Unpublished(why));
        }
        let variants: Vec<&Object> = self.related(resource, "variants");
        let sold: Vec<&Object> = variants
            .into_iter()
            .filter(|variant| attributes(variant).is_some_and(|own| own.get("is_master") != Some(&true.into())))
            .collect();
        if sold.is_empty() {
            // The price of a product without options is that of its default variant.
            let defaults = ["default_variant", "primary_variant", "master"].map(|name| self.related(resource, name));
            let more = defaults.into_iter().flatten().filter_map(attributes);
            set_price(&mut product, [own].into_iter().chain(more));
            set_stock(&mut product, own);
            return vec![product];
        }
        sold.into_iter().map(|variant| self.read_variant(&product, own, variant)).collect()
    }

    fn read_variant(&self, product: &RawRow, product_attributes: &Object, resource: &Object) -> RawRow {
        let none = Object::new();
        let own = attributes(resource).unwrap_or(&none);
        let mut raw = product.clone();
        let (id, variant) = (product[Field::Id].to_owned(), get(resource, &["id"]));
        raw.group_names = std::mem::take(&mut raw.names);
        raw.names = vec![variant.clone(), get(own, &["sku"])];
        raw.set(Field::Id, format!("{id}:{variant}"));
        raw.set(Field::Group, id);
        add_options(&mut raw, own);
        let picture = self.picture(resource);
        if !picture.is_empty() {
            raw.set(Field::Image, picture);
        }
        set_price(&mut raw, [own, product_attributes].into_iter());
        set_stock(&mut raw, own);
        raw
    }

    /// The address of the first picture, in the largest size.
    fn picture(&self, resource: &Object) -> String {
        let pictures = ["images", "primary_media", "thumbnail"].map(|name| self.related(resource, name));
        let first = pictures.into_iter().flatten().filter_map(attributes).next();
        let Some(picture) = first else { return String::new() };
        let width = |style: &&Object| get(style, &["width"]).parse::<u32>().unwrap_or(0);
        let largest = objects(picture, "styles").max_by_key(width).map(|style| get(style, &["url"]));
        let named = get(picture, &["original_url", "url", "transformed_url"]);
        if named.is_empty() { largest.unwrap_or_default() } else { named }
    }

    /// Sets category and brand from taxons: `Categories -> Clothing -> Shirts` is a category, `Brands -> Alpha` a brand.
    fn set_taxons(&self, raw: &mut RawRow, resource: &Object) {
        let mut deepest: Vec<String> = Vec::new();
        for taxon in self.related(resource, "taxons").into_iter().filter_map(attributes) {
            let path = get(taxon, &["pretty_name", "name"]);
            let mut steps: Vec<String> = path.split("->").map(|step| step.trim().to_owned()).collect();
            let tree = if steps.len() > 1 { steps.remove(0).to_lowercase() } else { String::new() };
            if tree.starts_with("brand") {
                raw.offer(Field::Brand, 1, steps.last().map_or("", String::as_str));
            } else if steps.len() > deepest.len() {
                deepest = steps;
            }
        }
        raw.set(Field::Category, deepest.join(PATH_SEPARATOR));
    }
}

fn attributes(resource: &Object) -> Option<&Object> {
    resource.get("attributes").and_then(Value::as_object)
}

/// Sets the first price above 0 from several places: where Spree has no price or 0, the price is elsewhere.
fn set_price<'v>(raw: &mut RawRow, places: impl Iterator<Item = &'v Object>) {
    for own in places {
        let amount = get(own, &["price"]);
        let shown = get(own, &["display_price"]);
        let is_price = |text: &str| text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if let Some(price) = [amount, shown].into_iter().find(|text| is_price(text)) {
            raw.set(Field::Price, price);
            raw.set(Field::Currency, get(own, &["currency"]));
            raw.set(Field::ListPrice, get(own, &["compare_at_price"]));
            return;
        }
    }
}

fn set_stock(raw: &mut RawRow, own: &Object) {
    let yes = |key: &str| own.get(key) == Some(&true.into());
    match own.get("in_stock").or(own.get("purchasable")) {
        Some(Value::Bool(false)) if yes("backorderable") => raw.set(Field::Availability, "backorder"),
        Some(Value::Bool(there)) => raw.set(Field::Availability, there.to_string()),
        _ => {}
    }
}

/// Adds the options: `options: [{name, value}]`, or in older versions `options_text: "Size: S, Color: red"`.
fn add_options(raw: &mut RawRow, own: &Object) {
    let listed: Vec<&Object> = objects(own, "options").collect();
    for option in &listed {
        raw.add_attribute(&get(option, &["name", "presentation"]), &get(option, &["value"]));
    }
    if listed.is_empty() {
        let text = get(own, &["options_text"]);
        for (name, value) in text.split(',').filter_map(|part| part.split_once(':')) {
            raw.add_attribute(name, value);
        }
    }
}
