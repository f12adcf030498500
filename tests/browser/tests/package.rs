//! The npm package: npm can pack its folder, and Node.js finds its modules by their names.

use browser_tests::report_skipped;
use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::site::root;
use serde_json::Value;

fn run(program: &str, arguments: &[&str], folder: &Path) -> Result<String> {
    let output =
        Command::new(program).args(arguments).current_dir(folder).output().with_context(|| program.to_owned())?;
    ensure!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn npm_packs_it_and_node_finds_its_modules() -> Result<()> {
    if Command::new("npm").arg("--version").output().is_err() {
        report_skipped("npm is not installed, so the package is not packed");
        return Ok(());
    }
    let folder = env::temp_dir().join(format!("nearmind-npm-pack-{}", std::process::id()));
    let installed = folder.join("node_modules/nearmind");
    fs::create_dir_all(&installed)?;
    let destination = folder.to_string_lossy();
    let arguments = ["pack", "--json", "--offline", "--pack-destination", &*destination];
    let report: Value = serde_json::from_str(&run("npm", &arguments, &root().join("dist/npm"))?)?;
    let report = if report.is_array() { &report[0] } else { &report["nearmind"] };
    let files: Vec<_> =
        report["files"].as_array().context("no files")?.iter().filter_map(|file| file["path"].as_str()).collect();
    for file in [
        "package.json",
        "README.md",
        "LICENSE-MIT",
        "shelf.js",
        "shelf.d.ts",
        "worker.js",
        "isolated.js",
        "custom-elements.json",
        "wasm/nearmind-worker_bg.wasm",
        "element/card.js",
    ] {
        assert!(files.contains(&file), "the package lacks {file}: {files:?}");
    }
    assert!(
        !files.iter().any(|file| file.starts_with("demo/") || file.contains("parts")),
        "the package has files of the demo: {files:?}"
    );
    let archive = folder.join(report["filename"].as_str().context("no file name")?);
    run(
        "tar",
        &["-xzf", &archive.to_string_lossy(), "--strip-components=1", "-C", &installed.to_string_lossy()],
        &folder,
    )?;

    let import = "const found = await Promise.all(['nearmind', 'nearmind/shelf', 'nearmind/profile', 'nearmind/pool.js'].map((name) => import(name)));
        const manifest = (await import('nearmind/custom-elements.json', { with: { type: 'json' } })).default;
        console.log(found.map((module) => Object.keys(module).sort().join()).join(' '), manifest.modules.length);";
    let names = run("node", &["--input-type=module", "--eval", import], &folder)?;
    assert_eq!(names.trim(), "Nearmind NearmindShelf NearmindProfile EmbedPool,suitable 2");
    Ok(fs::remove_dir_all(folder)?)
}
