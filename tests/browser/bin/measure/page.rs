//! `cargo xtask bench page`: measures a first visit in headless Chromium, with the site on the same machine.
//!
//! Prints medians of several visits, each with a fresh profile: times since navigation, bytes by kind of file, and the
//! renderer's peak memory; then the web vitals of two pages with and without the tag, measured in turn.

use super::median;
use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Memory, Shop, Site, visit,
    vitals::{Tag, measure_vitals},
};

const VISITS: usize = 7;

#[derive(Default)]
struct Costs {
    first_cards_ms: Vec<f64>,
    model_ready_ms: Vec<f64>,
    renderer_mb: Vec<f64>,
    second_visit_ms: Vec<f64>,
}

pub async fn measure() -> Result<()> {
    let mut costs = Costs::default();
    let mut bytes = Vec::new();
    for number in 1..=VISITS {
        visit(Site::new(), Gpu::None, &[], async |shop| {
            costs.first_cards_ms.push(measure_first_cards(shop).await?);
            shop.wait_for_model().await?;
            costs.model_ready_ms.push(shop.records("model").await?.as_f64().context("no time of the model")?);
            shop.use_every_feature().await?;
            shop.wait_until_idle().await?;
            costs.renderer_mb.push(shop.browser.renderer_mb(Memory::Peak)?);
            bytes = bytes_by_kind(&shop.site);
            costs.second_visit_ms.push(measure_first_cards(shop).await?);
            Ok(())
        })
        .await
        .with_context(|| format!("visit {number} of {VISITS}"))?;
    }
    println!("a first visit, medians of {VISITS}");
    println!("  navigation to first recommendations  {:>7.0} ms", median(&mut costs.first_cards_ms));
    println!("  navigation to the model being ready  {:>7.0} ms", median(&mut costs.model_ready_ms));
    println!("  the renderer's peak memory           {:>7.0} MB", median(&mut costs.renderer_mb));
    println!("  the same page again, to first cards  {:>7.0} ms", median(&mut costs.second_visit_ms));
    println!("bytes of the first visit, uncompressed");
    for (kind, bytes) in bytes {
        println!("  {kind:<36} {:>8.2} MB", bytes as f64 / 1e6);
    }
    println!("web vitals of {VISITS} first visits each: LCP (median), CLS (maximum), tasks above 50 ms");
    for page in ["index.html", "examples/plain.html"] {
        let mut without_and_with = [Vec::new(), Vec::new()];
        for number in 1..=VISITS {
            for (tag, measured) in [Tag::Absent, Tag::Present].into_iter().zip(&mut without_and_with) {
                measured.push(
                    measure_vitals(page, tag)
                        .await
                        .with_context(|| format!("{page}, {tag:?}, visit {number} of {VISITS}"))?,
                );
            }
        }
        for (tag, measured) in ["without the tag", "with the tag"].into_iter().zip(without_and_with) {
            let mut lcp_ms: Vec<f64> = measured.iter().map(|vitals| vitals.lcp_ms).collect();
            let cls = measured.iter().map(|vitals| vitals.cls).fold(0.0, f64::max);
            let mut tasks: Vec<f64> = measured.into_iter().flat_map(|vitals| vitals.long_tasks_ms).collect();
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

async fn measure_first_cards(shop: &Shop) -> Result<f64> {
    shop.open("index.html").await?;
    shop.records("ready").await?.as_f64().context("no time of the first cards")
}

/// Kinds of files by parts of their URLs; the first match counts.
const KINDS: [(&str, &[&str]); 5] = [
    ("model and tokenizer", &["/models/"]),
    ("catalogue", &["/catalog/"]),
    ("recommender: wasm and its scripts", &["/wasm/", "/worker.js"]),
    ("the shop's pictures and products", &["/shop/"]),
    ("page, element, styles", &["/"]),
];

fn bytes_by_kind(site: &Site) -> Vec<(&'static str, usize)> {
    let mut sums = KINDS.map(|(kind, _)| (kind, 0));
    for (line, bytes) in site.response_sizes() {
        let matches = |(_, parts): &(&str, &[&str])| parts.iter().any(|part| line.contains(part));
        if let Some(kind) = KINDS.iter().position(matches) {
            sums[kind].1 += bytes;
        }
    }
    sums.to_vec()
}
