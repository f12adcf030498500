//! Builds the demo shop: Trunk assembles its model, catalogue, wasm modules and pages in dist/.

use std::{panic::resume_unwind, path::PathBuf, thread};

use anyhow::Result;

use crate::{
    fresh::up_to_date,
    models,
    program::{cargo, command, root, run, target},
    step::{skipped, step},
    tools, wasm,
};

/// The feed and the model of the demo shop's catalogue.
const FEED: &str = "www/demo/shop/items.jsonl";
const MODEL: &str = "models/minilm";

/// Builds everything that dist/ needs, in order. Skips what is up to date.
pub fn build() -> Result<()> {
    tools::ensure()?;
    thread::scope(|scope| {
        // Linking a module takes a minute on one core, so the command line is compiled meanwhile.
        let modules = scope.spawn(wasm::build_modules);
        let catalog = build_catalog();
        let modules = modules.join().unwrap_or_else(|panic| resume_unwind(panic));
        catalog.and(modules)
    })?;
    assemble()
}

/// Builds the command line, converts the model and bakes the catalogue with them.
fn build_catalog() -> Result<()> {
    models::ensure()?;
    step("command line", || run(cargo().args(["build", "--quiet", "--package", "nearmind", "--bin", "nearmind"])))?;
    catalog()
}

/// Runs Trunk. It writes index.html last, so the modification time of that file is that of the site.
fn assemble() -> Result<()> {
    let sources = ["index.html", "Trunk.toml", "www", "models", "crates", "xtask/src", "Cargo.lock"];
    let sources = sources.iter().map(|source| root().join(source)).chain([catalog_folder(), wasm::folder()]);
    if up_to_date(&root().join("dist/index.html"), &sources.collect::<Vec<_>>()) {
        skipped("site");
        return Ok(());
    }
    step("site", || run(wasm::remap_paths(command("trunk").args(["build", "--release"]))))
}

/// The folder of the demo shop's catalogue.
pub fn catalog_folder() -> PathBuf {
    target().join("site/catalog")
}

/// Bakes the catalogue with the program `nearmind`, which was built before.
fn catalog() -> Result<()> {
    let (feed, model, nearmind) = (root().join(FEED), root().join(MODEL), target().join("debug/nearmind"));
    let sources = [feed.clone(), root().join("www/demo/shop/pictures"), model.join("manifest.json"), nearmind.clone()];
    if up_to_date(&catalog_folder().join("manifest.json"), &sources) {
        skipped("catalogue");
        return Ok(());
    }
    step("catalogue", || {
        let mut bake = command(&nearmind);
        bake.arg("bake").arg(&feed).arg("--model").arg(&model).arg("--pictures").arg(root().join("www/demo"));
        run(bake.arg("--out").arg(catalog_folder()))
    })
}
