//! The demo shop: model, catalogue, wasm and pages, assembled by Trunk in dist/.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    fresh::up_to_date,
    models,
    program::{cargo, command, root, run, target},
    step::{skipped, step},
    tools, wasm,
};

/// The shop's products, and what the catalogue is made from besides: the model, and the code that bakes.
const FEED: &str = "www/demo/shop/items.jsonl";
const MODEL: &str = "models/minilm";

/// Everything that dist/ needs, in order; what is up to date is skipped.
pub fn build() -> Result<()> {
    tools::ensure()?;
    models::ensure()?;
    step("command line", || run(cargo().args(["build", "--quiet", "--package", "nearmind", "--bin", "nearmind"])))?;
    catalog()?;
    wasm::build_modules()?;
    assemble()
}

/// Trunk puts everything together. The page comes last into dist/, so it is as old as the site.
fn assemble() -> Result<()> {
    let sources = ["index.html", "Trunk.toml", "www", "models", "crates", "xtask/src", "Cargo.lock"];
    let sources = sources.iter().map(|source| root().join(source)).chain([catalog_folder(), wasm::folder()]);
    if up_to_date(&root().join("dist/index.html"), &sources.collect::<Vec<_>>()) {
        skipped("site");
        return Ok(());
    }
    step("site", || run(wasm::remap_paths(command("trunk").args(["build", "--release"]))))
}

/// Where the demo shop's catalogue is made.
pub fn catalog_folder() -> PathBuf {
    target().join("site/catalog")
}

/// The catalogue, made by the command line that was built before.
fn catalog() -> Result<()> {
    let (feed, model, baker) = (root().join(FEED), root().join(MODEL), target().join("debug/nearmind"));
    let sources = [feed.clone(), root().join("www/demo/shop/pictures"), model.join("manifest.json"), baker.clone()];
    if up_to_date(&catalog_folder().join("manifest.json"), &sources) {
        skipped("catalogue");
        return Ok(());
    }
    step("catalogue", || {
        let mut bake = command(&baker);
        bake.arg("bake").arg(&feed).arg("--model").arg(&model).arg("--pictures").arg(root().join("www/demo"));
        run(bake.arg("--out").arg(catalog_folder()))
    })
}
