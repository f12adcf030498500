//! `cargo xtask bench page`: what a first visit costs, in headless Chromium on this machine, the site on loopback.
//!
//! Prints the median of some visits, each with a fresh profile: times from navigation, bytes by kind, and the most
//! memory that the renderer held; then the web's vitals of two pages, with the tag and without it, in turn.

use std::process::ExitCode;

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Memory, Shop, Site, visit,
    vitals::{Tag, vitals},
};

const VISITS: usize = 7;

#[derive(Default)]
struct Costs {
    first_cards_ms: Vec<f64>,
    model_ready_ms: Vec<f64>,
    renderer_mb: Vec<f64>,
    again_ms: Vec<f64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("measuring ended: {why:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<()> {
    let mut costs = Costs::default();
    let mut bytes = Vec::new();
    for number in 1..=VISITS {
        visit(Site::new(), Gpu::None, &[], async |shop| {
            costs.first_cards_ms.push(first_cards(shop).await?);
            shop.device().await?;
            costs.model_ready_ms.push(shop.seen("model").await?.as_f64().context("the model's time")?);
            shop.use_all().await?;
            shop.idle().await?;
            costs.renderer_mb.push(shop.browser.renderer_mb(Memory::Peak)?);
            bytes = by_kind(&shop.site);
            costs.again_ms.push(first_cards(shop).await?);
            Ok(())
        })
        .await
        .with_context(|| format!("visit {number} of {VISITS}"))?;
    }
    println!("a first visit, medians of {VISITS}");
    println!("  navigation to first recommendations  {:>7.0} ms", median(&mut costs.first_cards_ms));
    println!("  navigation to the model's answers    {:>7.0} ms", median(&mut costs.model_ready_ms));
    println!("  the renderer's peak memory           {:>7.0} MB", median(&mut costs.renderer_mb));
    println!("  the same page again, to first cards  {:>7.0} ms", median(&mut costs.again_ms));
    println!("bytes of the first visit, uncompressed");
    for (kind, bytes) in bytes {
        println!("  {kind:<36} {:>8.2} MB", bytes as f64 / 1e6);
    }
    println!("vitals of {VISITS} first visits each: the largest paint (median), shifts (most), tasks above 50 ms");
    for page in ["index.html", "examples/plain.html"] {
        let mut with_and_without = [Vec::new(), Vec::new()];
        for number in 1..=VISITS {
            for (tag, seen) in [Tag::Absent, Tag::Present].into_iter().zip(&mut with_and_without) {
                seen.push(
                    vitals(page, tag).await.with_context(|| format!("{page}, {tag:?}, visit {number} of {VISITS}"))?,
                );
            }
        }
        for (tag, seen) in ["without the tag", "with the tag"].into_iter().zip(with_and_without) {
            let mut lcp_ms: Vec<f64> = seen.iter().map(|vitals| vitals.lcp_ms).collect();
            let cls = seen.iter().map(|vitals| vitals.cls).fold(0.0, f64::max);
            let mut tasks: Vec<f64> = seen.into_iter().flat_map(|vitals| vitals.long_tasks_ms).collect();
            tasks.sort_by(f64::total_cmp);
            println!(
                "  {:<36} {:>4.0} ms, {cls:.4}, {} of {tasks:.0?} ms",
                format!("{page}, {tag}"),
                median(&mut lcp_ms),
                tasks.len()
            );
        }
    }
    Ok(())
}

async fn first_cards(shop: &Shop) -> Result<f64> {
    shop.open("index.html").await?;
    shop.seen("ready").await?.as_f64().context("the time of the first cards")
}

/// What of an address tells its kind; the first that fits counts.
const KINDS: [(&str, &[&str]); 5] = [
    ("model and tokenizer", &["/models/"]),
    ("catalogue", &["/catalog/"]),
    ("recommender: wasm and its scripts", &["/wasm/", "/worker.js"]),
    ("the shop's pictures and products", &["/shop/"]),
    ("page, element, styles", &["/"]),
];

fn by_kind(site: &Site) -> Vec<(&'static str, usize)> {
    let mut sums = KINDS.map(|(kind, _)| (kind, 0));
    for (line, bytes) in site.sent() {
        let fits = |(_, marks): &(&str, &[&str])| marks.iter().any(|mark| line.contains(mark));
        if let Some(kind) = KINDS.iter().position(fits) {
            sums[kind].1 += bytes;
        }
    }
    sums.to_vec()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
