//! Wix's product export, of its older catalogue (`handleId`) and its newer one (`handle`): rows of variants and pictures
//! below the row of their product. Must not know how variants are folded.

use super::{Family, Layout, Queue, Use, make_variant};
use crate::{
    parse::{assign::first_image, records::Records, stock::set_stock},
    raw::{Field, Raw},
    value::price::price,
};

const COLUMNS: &[(&str, Use)] = &[
    ("name", Use::Field(Field::Title)),
    ("description", Use::Field(Field::Description)),
    ("plaindescription", Use::Field(Field::Description)),
    ("visible", Use::Field(Field::Published)),
    ("brand", Use::Field(Field::Brand)),
    ("price", Use::Own),
    ("strikethroughprice", Use::Own),
    ("surcharge", Use::Own),
    ("discountmode", Use::Own),
    ("discountvalue", Use::Own),
    ("handleid", Use::Own),
    ("handle", Use::Own),
    ("fieldtype", Use::Own),
    ("productimageurl", Use::Own),
    ("media", Use::Own),
    ("collection", Use::Own),
    ("inventory", Use::Own),
    ("preorderenabled", Use::Own),
    ("sku", Use::Own),
    ("barcode", Use::Own),
    ("productoptionname#", Use::Own),
    ("productoptiondescription#", Use::Own),
    ("productoptionchoices#", Use::Own),
];
/// Where the pictures lie that an export names without an address.
const MEDIA: &str = "https://static.wixstatic.com/media/";

pub fn open(records: &Records) -> Option<Box<dyn Layout>> {
    let wix = records.has("fieldtype") && (records.has("handleid") || records.has("handle"));
    wix.then(|| Box::new(Wix::default()) as _)
}

#[derive(Default)]
struct Wix {
    family: Family,
    handle: String,
    names: Vec<String>,
    price: String,
    /// Of the price: so many per cent, or so much.
    discount: Option<(bool, f64)>,
}

impl Wix {
    fn finish(&mut self, rows: &mut Queue) {
        let mut product = std::mem::take(&mut self.family.product);
        let variants = std::mem::take(&mut self.family.variants);
        if !variants.is_empty() {
            // What can be bought is a variant.
            for field in [Field::Availability, Field::Stock, Field::Price, Field::SalePrice, Field::ListPrice] {
                product.set(field, "");
            }
            product.set(Field::Group, self.handle.as_str());
        }
        // Without a row it is none, or was given out when its variants were too many to hold.
        if product.row > 0 {
            rows.push_back(Ok(product.clone()));
        }
        for mut raw in variants {
            raw.inherit(&product);
            raw.group_image = product[Field::Image].to_owned();
            rows.push_back(Ok(raw));
        }
        product.row = 0;
        self.family.product = product;
    }

    fn product(&mut self, cells: &Records, mut raw: Raw, options: &[(&str, String)]) {
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
        options.iter().for_each(|(name, values)| raw.attribute(name, values));
        raw.set(Field::Id, self.handle.as_str());
        self.family.product = raw;
    }

    fn variant(&mut self, cells: &Records, mut raw: Raw, options: &[(&str, String)]) {
        let own = cells.get("price");
        let text = if own.is_empty() { self.price.as_str() } else { own };
        let (base, more) = (amount(text), amount(cells.get("surcharge")));
        let text = if more > 0.0 { (base + more).to_string() } else { text.to_owned() };
        self.set_price(&mut raw, &text, base + more);
        // The names stand in the product's row alone.
        let options = self.names.iter().zip(options).map(|(name, (_, value))| (name.as_str(), value.as_str()));
        let options: Vec<_> = options.filter(|(_, value)| !value.is_empty()).collect();
        make_variant(&mut raw, &self.handle, cells.get("sku"), &options);
        self.family.variants.push_back(raw);
    }

    /// The price, and what is left of it after the product's discount.
    fn set_price(&self, raw: &mut Raw, text: &str, amount: f64) {
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
    fn maker(&self) -> &'static str {
        "Wix"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let handle = [cells.get("handleid"), cells.get("handle")].into_iter().find(|handle| !handle.is_empty());
        let handle = handle.unwrap_or_default();
        let values =
            if cells.has("productoptionchoices1") { "productoptionchoices#" } else { "productoptiondescription#" };
        let options: Vec<(&str, String)> = cells
            .numbered("productoptionname#", values)
            .into_iter()
            .map(|(name, value)| (name, choices(value)))
            .collect();
        stock(&mut raw, cells);
        raw.names = ["sku", "barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.set(Field::Image, picture(cells));
        raw.set(Field::ListPrice, cells.get("strikethroughprice"));
        match cells.get("fieldtype").to_ascii_lowercase().as_str() {
            "variant" if handle == self.handle => {
                self.variant(cells, raw, &options);
                if self.family.is_full() {
                    self.finish(rows);
                }
            }
            "media" if handle == self.handle => {
                if self.family.product[Field::Image].is_empty() {
                    self.family.product.set(Field::Image, picture(cells));
                }
            }
            _ => {
                self.finish(rows);
                handle.clone_into(&mut self.handle);
                self.product(cells, raw, &options);
            }
        }
    }

    fn end(&mut self, rows: &mut Queue) {
        self.finish(rows);
    }
}

fn amount(text: &str) -> f64 {
    price(text, "").map_or(0.0, |price| price.amount)
}

fn stock(raw: &mut Raw, cells: &Records) {
    let inventory = cells.get("inventory");
    if inventory.bytes().any(|byte| byte.is_ascii_digit()) {
        let preorder = cells.get("preorderenabled").eq_ignore_ascii_case("true");
        set_stock(raw, inventory, true, preorder);
    } else {
        raw.set(Field::Availability, inventory);
    }
}

/// `#ff0000:Red;#0000ff:Blue` -> `Red, Blue`.
fn choices(values: &str) -> String {
    let name = |value: &str| match value.split_once(':') {
        Some((colour, name)) if colour.trim_start().starts_with('#') => name.trim().to_owned(),
        _ => value.trim().to_owned(),
    };
    values.split(';').map(name).filter(|value| !value.is_empty()).collect::<Vec<_>>().join(", ")
}

fn picture(cells: &Records) -> String {
    let images = [cells.get("productimageurl"), cells.get("media")].into_iter().find(|images| !images.is_empty());
    let image = first_image(images.unwrap_or_default());
    let image = image.split(';').next().unwrap_or_default().trim();
    match image {
        "" => String::new(),
        address if address.contains("//") => address.to_owned(),
        name => format!("{MEDIA}{name}"),
    }
}
