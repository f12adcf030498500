//! Wix's product export, in the older catalogue version (`handleId`) and the newer one (`handle`): rows of variants and
//! pictures are below the row of their product. Must not know how variants are folded.

use super::{ColumnUse, Layout, RowQueue, VariantGroup, make_variant};
use crate::{
    parse::{assign::first_image, records::RecordReader, stock::set_stock},
    raw::{Field, RawRow},
    value::price::parse_price,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("name", ColumnUse::Field(Field::Title)),
    ("description", ColumnUse::Field(Field::Description)),
    ("plaindescription", ColumnUse::Field(Field::Description)),
    ("visible", ColumnUse::Field(Field::Published)),
    ("brand", ColumnUse::Field(Field::Brand)),
    ("price", ColumnUse::Custom),
    ("strikethroughprice", ColumnUse::Custom),
    ("surcharge", ColumnUse::Custom),
    ("discountmode", ColumnUse::Custom),
    ("discountvalue", ColumnUse::Custom),
    ("handleid", ColumnUse::Custom),
    ("handle", ColumnUse::Custom),
    ("fieldtype", ColumnUse::Custom),
    ("productimageurl", ColumnUse::Custom),
    ("media", ColumnUse::Custom),
    ("collection", ColumnUse::Custom),
    ("inventory", ColumnUse::Custom),
    ("preorderenabled", ColumnUse::Custom),
    ("sku", ColumnUse::Custom),
    ("barcode", ColumnUse::Custom),
    ("productoptionname#", ColumnUse::Custom),
    ("productoptiondescription#", ColumnUse::Custom),
    ("productoptionchoices#", ColumnUse::Custom),
];
/// The address of pictures that an export gives only by file name.
const MEDIA: &str = "https://static.wixstatic.com/media/";

pub fn open(records: &RecordReader) -> Option<Box<dyn Layout>> {
    let wix = records.has("fieldtype") && (records.has("handleid") || records.has("handle"));
    wix.then(|| Box::new(Wix::default()) as _)
}

#[derive(Default)]
struct Wix {
    group: VariantGroup,
    handle: String,
    names: Vec<String>,
    price: String,
    /// The discount on the price: whether it is in per cent, and its value.
    discount: Option<(bool, f64)>,
}

impl Wix {
    fn flush_group(&mut self, rows: &mut RowQueue) {
        let mut product = std::mem::take(&mut self.group.product);
        let variants = std::mem::take(&mut self.group.variants);
        if !variants.is_empty() {
            // Only variants can be bought.
            for field in [Field::Availability, Field::Stock, Field::Price, Field::SalePrice, Field::ListPrice] {
                product.set(field, "");
            }
            product.set(Field::Group, self.handle.as_str());
        }
        // Row 0 means that there is no product, or that it was returned already because it had too many variants.
        if product.row > 0 {
            rows.push_back(Ok(product.clone()));
        }
        for mut raw in variants {
            raw.inherit(&product);
            raw.group_image = product[Field::Image].to_owned();
            rows.push_back(Ok(raw));
        }
        product.row = 0;
        self.group.product = product;
    }

    fn product(&mut self, cells: &RecordReader, mut raw: RawRow, options: &[(&str, String)]) {
        self.names = options.iter().map(|(name, _)| (*name).to_owned()).collect();
        let value = amount(cells.get("discountvalue"));
        let percent = cells.get("discountmode").eq_ignore_ascii_case("percent");
        self.discount = (value > 0.0).then_some((percent, value));
        cells.get("price").clone_into(&mut self.price);
        self.set_price(&mut raw, &self.price, amount(&self.price));
        let mut collections = cells.get("collection").split(';').map(str::trim);
        let collection = collections.find(|name| !name.eq_ignore_ascii_case("all products"));
        raw.set(Field::Category, collection.unwrap_or_default());
        if cells.has("handle") {
            raw.set(Field::Url, format!("/product-page/{}", self.handle));
        }
        options.iter().for_each(|(name, values)| raw.add_attribute(name, values));
        raw.set(Field::Id, self.handle.as_str());
        self.group.product = raw;
    }

    fn variant(&mut self, cells: &RecordReader, mut raw: RawRow, options: &[(&str, String)]) {
        let own = cells.get("price");
        let text = if own.is_empty() { self.price.as_str() } else { own };
        let (base, more) = (amount(text), amount(cells.get("surcharge")));
        let text = if more > 0.0 { (base + more).to_string() } else { text.to_owned() };
        self.set_price(&mut raw, &text, base + more);
        // Option names are only in the row of the product.
        let options = self.names.iter().zip(options).map(|(name, (_, value))| (name.as_str(), value.as_str()));
        let options: Vec<_> = options.filter(|(_, value)| !value.is_empty()).collect();
        make_variant(&mut raw, &self.handle, cells.get("sku"), &options);
        self.group.variants.push_back(raw);
    }

    /// Sets the price, and the sale price after the product's discount.
    fn set_price(&self, raw: &mut RawRow, text: &str, amount: f64) {
        raw.set(Field::Price, text);
        let reduced = match self.discount {
            Some((true, percent)) => amount * (1.0 - percent / 100.0),
            Some((false, value)) => amount - value,
            None => return,
        };
        if reduced > 0.0 {
            raw.set(Field::SalePrice, format!("{reduced:.2}"));
        }
    }
}

impl Layout for Wix {
    fn system(&self) -> &'static str {
        "Wix"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let handle = [cells.get("handleid"), cells.get("handle")].into_iter().find(|handle| !handle.is_empty());
        let handle = handle.unwrap_or_default();
        let values =
            if cells.has("productoptionchoices1") { "productoptionchoices#" } else { "productoptiondescription#" };
        let options: Vec<(&str, String)> = cells
            .numbered("productoptionname#", values)
            .into_iter()
            .map(|(name, value)| (name, list_choices(value)))
            .collect();
        read_stock(&mut raw, cells);
        raw.names = ["sku", "barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.set(Field::Image, picture(cells));
        raw.set(Field::ListPrice, cells.get("strikethroughprice"));
        match cells.get("fieldtype").to_ascii_lowercase().as_str() {
            "variant" if handle == self.handle => {
                self.variant(cells, raw, &options);
                if self.group.is_full() {
                    self.flush_group(rows);
                }
            }
            "media" if handle == self.handle => {
                if self.group.product[Field::Image].is_empty() {
                    self.group.product.set(Field::Image, picture(cells));
                }
            }
            _ => {
                self.flush_group(rows);
                handle.clone_into(&mut self.handle);
                self.product(cells, raw, &options);
            }
        }
    }

    fn finish(&mut self, rows: &mut RowQueue) {
        self.flush_group(rows);
    }
}

fn amount(text: &str) -> f64 {
    parse_price(text, "").map_or(0.0, |price| price.amount)
}

fn read_stock(raw: &mut RawRow, cells: &RecordReader) {
    let inventory = cells.get("inventory");
    if inventory.bytes().any(|byte| byte.is_ascii_digit()) {
        let preorder = cells.get("preorderenabled").eq_ignore_ascii_case("true");
        set_stock(raw, inventory, true, preorder);
    } else {
        raw.set(Field::Availability, inventory);
    }
}

/// Lists option values: `#ff0000:Red;#0000ff:Blue` -> `Red, Blue`.
fn list_choices(values: &str) -> String {
    let name = |value: &str| match value.split_once(':') {
        Some((colour, name)) if colour.trim_start().starts_with('#') => name.trim().to_owned(),
        _ => value.trim().to_owned(),
    };
    values.split(';').map(name).filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", ")
}

fn picture(cells: &RecordReader) -> String {
    let images = [cells.get("productimageurl"), cells.get("media")].into_iter().find(|images| !images.is_empty());
    let image = first_image(images.unwrap_or_default());
    let image = image.split(';').next().unwrap_or_default().trim();
    match image {
        "" => String::new(),
        address if address.contains("//") => address.to_owned(),
        name => format!("{MEDIA}{name}"),
    }
}
