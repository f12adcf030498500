//! The arguments that name feeds, and the reading of them, with progress. Must not know what the items are for.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use nearmind_feeds::{
    Bytes, ColumnMap, EncodingLabel, Format, IdSource, Import, Items, LinkPattern, Options, Progress, Report, Variants,
};

/// The feeds of a command line, and how they are to be read.
#[derive(Debug, Args)]
pub struct FeedArgs {
    /// Feeds, gzipped or not: Google Merchant (TSV, RSS, Atom), Shopify (products.json, CSV), the CSV of WooCommerce,
    /// Magento, PrestaShop, Wix, Squarespace, Etsy, Spree, Vendure, idealo and Facebook, WordPress exports, the XML of
    /// Yandex, Heureka and idealo, the JSON of Magento, Spree, Vendure and BigCommerce, pages with JSON-LD, microdata or
    /// Open Graph, JSON, JSON Lines, any CSV; `-` is standard input
    #[arg(required = true)]
    feeds: Vec<PathBuf>,
    /// Instead of recognising it: csv, tsv, xml, rss, atom, json, jsonl, html, shopify-csv, shopify-json, woocommerce, ...
    #[arg(long)]
    format: Option<Format>,
    /// Instead of finding it out: windows-1252, windows-1251, shift_jis, gbk, big5, euc-kr, utf-16le, ...
    #[arg(long, value_name = "LABEL")]
    encoding: Option<EncodingLabel>,
    /// Which column is what, where the names do not say it: title=Name,price=Preis,attr.color=Farbe. A column may serve
    /// several fields: id=Name,title=Name
    #[arg(long, value_parser = ColumnMap::parse)]
    columns: Option<ColumnMap>,
    /// ColumnMap to publish as attributes under their own names: Farbe,Größe. All others that no feed format defines as
    /// describing a product stay out of the catalogue, and the report names them
    #[arg(long, value_delimiter = ',')]
    keep_columns: Vec<String>,
    /// `fold` makes one item of a product's variants, `keep` one of each
    #[arg(long, default_value = "fold")]
    variants: Variants,
    /// Of prices that name none, as in EUR
    #[arg(long)]
    currency: Option<String>,
    /// Of texts that are too short to tell, as in `en`
    #[arg(long)]
    lang: Option<String>,
    /// How addresses of products are made, where the feed has none: `https://shop.example/?p={id}`, with {id} or the name
    /// of a column in curly brackets, as in {slug}
    #[arg(long)]
    link: Option<LinkPattern>,
    /// `link` or `title`: rows without an id get one that is made of it, and stays the same as long as that does
    #[arg(long)]
    make_ids: Option<IdSource>,
    /// Where to write what was wrong with the feeds, as JSON
    #[arg(long)]
    report: Option<PathBuf>,
}

impl FeedArgs {
    /// Reads and cleans all feeds. Items wait in a temporary file, so memory does not grow with them. The summary is
    /// printed, the report written where it is asked for.
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
        let mut before = 0;
        for (path, size) in self.feeds.iter().zip(&sizes) {
            let name = path.display().to_string();
            let reader: Bytes<'static> = if name == "-" {
                Box::new(io::stdin())
            } else {
                Box::new(File::open(path).with_context(|| format!("opening the feed {name}"))?)
            };
            import.read_feed(&name, reader, &mut |Progress { bytes, rows }| {
                bar.set_position(before + bytes);
                bar.set_message(format!("{rows} rows, {:.0}/s", rows as f64 / bar.elapsed().as_secs_f64()));
            })?;
            before += size;
        }
        let (items, report) = import.finish()?;
        bar.finish_and_clear();
        eprint!("{report}");
        if let Some(path) = &self.report {
            let json = serde_json::to_vec_pretty(&report)?;
            fs::write(path, json).with_context(|| format!("writing the report {}", path.display()))?;
        }
        ensure!(!items.is_empty(), "no row of the feeds can be used: the report above says why");
        Ok((items, report))
    }
}
