//! The arguments that name feeds. Reads the feeds with a progress bar. Must not know what the items are for.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::site;
use nearmind_feeds::{
    Bytes, ColumnMap, EncodingLabel, Format, IdSource, Import, Items, LinkPattern, Options, Progress, Report, Variants,
};

/// Pages that are read at a time.
const ROWS_PER_STEP: usize = 100;

/// The feeds of a command line, and how to read them.
#[derive(Debug, Args)]
pub struct FeedArgs {
    /// Product feeds, plain or gzipped; `-` reads standard input. Formats: Google Merchant (TSV, RSS, Atom), Shopify
    /// (products.json, CSV), the CSV of WooCommerce, Magento, PrestaShop, Wix, Squarespace, Etsy, Spree, Vendure, idealo
    /// and Facebook, WordPress exports, the XML of Yandex, Heureka and idealo, the JSON of Magento, Spree, Vendure and
    /// BigCommerce, pages with JSON-LD, microdata or Open Graph, and any other CSV, JSON or JSON Lines
    #[arg(required_unless_present = "site", value_name = "FEED")]
    feeds: Vec<PathBuf>,
    /// Folder of a built site, such as public: each page with text becomes an item, or its product if it has one. Pages
    /// with noindex, redirects and lists of pages are left out. May be repeated
    #[arg(long, value_name = "DIR")]
    site: Vec<PathBuf>,
    /// Path below which the site is served, such as /docs/
    #[arg(long, value_name = "PATH", default_value = "/", requires = "site")]
    base: String,
    /// Format of all feeds: csv, tsv, xml, rss, atom, json, jsonl, html, shopify-csv, shopify-json, woocommerce and
    /// others. By default it is recognised from the content
    #[arg(long)]
    format: Option<Format>,
    /// Character encoding of all feeds, as a WHATWG label: windows-1252, windows-1251, shift_jis, gbk, big5, euc-kr,
    /// utf-16le and others. By default it is detected
    #[arg(long, value_name = "LABEL")]
    encoding: Option<EncodingLabel>,
    /// Maps fields to columns whose names are not recognised: title=Name,price=Preis,attr.color=Farbe. A column may be
    /// mapped to several fields: id=Name,title=Name
    #[arg(long, value_name = "FIELD=COLUMN,...", value_parser = ColumnMap::parse)]
    columns: Option<ColumnMap>,
    /// Columns to publish as attributes under their own names, such as Farbe,Größe. Other columns that no feed format
    /// defines as part of a product's description are left out of the catalogue, and the report lists them
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    keep_columns: Vec<String>,
    /// What to do with the variants of a product: `fold` merges them into one item, `keep` makes an item of each
    #[arg(long, value_name = "fold|keep", default_value = "fold")]
    variants: Variants,
    /// Currency of prices that name none, as an ISO 4217 code such as EUR
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Language of texts that are too short to detect it, as a primary subtag such as en
    #[arg(long)]
    lang: Option<String>,
    /// Pattern for the links of products where the feed has none, such as `https://shop.example/?p={id}`: {id} is the
    /// item's id, and another name in curly brackets, such as {slug}, the value of that column
    #[arg(long, value_name = "PATTERN")]
    link: Option<LinkPattern>,
    /// Derives an id for rows without one from their `link` or their `title`. It stays the same as long as that does
    #[arg(long, value_name = "link|title")]
    make_ids: Option<IdSource>,
    /// File for the report of everything that is wrong with the feeds, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl FeedArgs {
    /// Reads and cleans all feeds. The items are kept in a temporary file, so that memory does not grow with their
    /// number. Prints the report to standard error, and writes it to the file of `--report`.
    ///
    /// # Errors
    /// If a feed cannot be opened or read, or no row of any feed becomes an item.
    pub fn read(&self) -> Result<(Items<File>, Report)> {
        let mut columns = self.columns.clone().unwrap_or_default();
        self.keep_columns.iter().for_each(|column| columns.keep(column));
        let options = Options {
            format: self.format,
            encoding: self.encoding,
            columns,
            variants: self.variants,
            currency: self.currency.clone(),
            lang: self.lang.clone(),
            link: self.link.clone(),
            make_ids: self.make_ids,
        };
        let spool = tempfile::tempfile().context("making a temporary file for the items")?;
        let mut import = Import::new(options, spool);
        let sizes: Vec<u64> = self.feeds.iter().map(|path| fs::metadata(path).map_or(0, |file| file.len())).collect();
        let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes}, {msg}, {eta} left")?;
        let bar = ProgressBar::new(sizes.iter().sum()).with_style(style);
        let mut bytes_before = 0;
        for (path, size) in self.feeds.iter().zip(&sizes) {
            let name = path.display().to_string();
            let reader: Bytes<'static> = if name == "-" {
                Box::new(io::stdin())
            } else {
                Box::new(File::open(path).with_context(|| format!("opening the feed {name}"))?)
            };
            import.read_feed(&name, reader, &mut |Progress { bytes, rows }| {
                bar.set_position(bytes_before + bytes);
                bar.set_message(format!("{rows} rows, {:.0}/s", rows as f64 / bar.elapsed().as_secs_f64()));
            })?;
            bytes_before += size;
        }
        bar.finish_and_clear();
        for folder in &self.site {
            let files = site::html_files(folder)?;
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pages, {eta} left")?;
            let bar = ProgressBar::new(files.len() as u64).with_style(style);
            let (root, base, counted) = (folder.clone(), self.base.clone(), bar.clone());
            let pages = files.into_iter().map(move |file| {
                counted.inc(1);
                site::read_page(&root, &base, &file)
            });
            import.open_site(&folder.display().to_string(), pages);
            while import.step(ROWS_PER_STEP)?.is_some() {}
            bar.finish_and_clear();
        }
        let (items, report) = import.finish()?;
        eprint!("{report}");
        if let Some(path) = &self.report {
            let json = serde_json::to_vec_pretty(&report)?;
            fs::write(path, json).with_context(|| format!("writing the report {}", path.display()))?;
        }
        ensure!(!items.is_empty(), "no row of the feeds can be used: the report above says why");
        Ok((items, report))
    }
}
