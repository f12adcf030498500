//! A bar chart of the report: NDCG@10 of each scorer with its confidence interval. Must not know how it was measured.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::{
    metrics::{NAMES, NDCG},
    report::Report,
    scorers::SHIPPED,
};

/// Height of one bar, width of the names, and width of the chart, in pixels.
const ROW_HEIGHT: u32 = 28;
const NAME_WIDTH: u32 = 230;
const WIDTH: u32 = 900;

/// Draws the chart into an SVG file.
pub fn plot(report: &Report, path: &Path) -> Result<()> {
    draw(report, path).map_err(|error| anyhow!("drawing {}: {error}", path.display()))
}

fn draw(report: &Report, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let metric = NAMES[NDCG];
    let most = report.intervals.values().map(|intervals| intervals[metric][1]).fold(0.01, f64::max) * 1.1;
    let count = report.order.len();
    let root = SVGBackend::new(path, (WIDTH, ROW_HEIGHT * (count as u32 + 3))).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(metric, ("sans-serif", 16))
        .margin(8)
        .x_label_area_size(24)
        .y_label_area_size(NAME_WIDTH)
        .build_cartesian_2d(0.0..most, (0..count).into_segmented())?;
    let name = |at: &SegmentValue<usize>| match at {
        SegmentValue::CenterOf(at) | SegmentValue::Exact(at) => report.order.get(*at).cloned().unwrap_or_default(),
        SegmentValue::Last => String::new(),
    };
    chart.configure_mesh().disable_y_mesh().y_labels(count).y_label_formatter(&name).draw()?;
    for (at, name) in report.order.iter().enumerate() {
        let colour = if name == SHIPPED { RGBColor(0x1F, 0x6F, 0xB2) } else { RGBColor(0xA9, 0xB8, 0xC6) };
        let (from, to) = (SegmentValue::Exact(at), SegmentValue::Exact(at + 1));
        let mut bar = Rectangle::new([(0.0, from), (report.scorers[name][metric], to)], colour.filled());
        bar.set_margin(4, 4, 0, 0);
        let [low, high] = report.intervals[name][metric];
        let middle = SegmentValue::CenterOf(at);
        let interval = PathElement::new(vec![(low, middle.clone()), (high, middle)], BLACK.stroke_width(2));
        chart.draw_series([bar])?;
        chart.draw_series([interval])?;
    }
    root.present()?;
    Ok(())
}
