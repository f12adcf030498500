//! The wasm modules: built beside Trunk's own, put into the site without what no browser reads, and weighed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

use xtask::size::brotli_len;

use crate::{
    fresh::up_to_date,
    program::{cargo, command, root, run, target},
    step::{skipped, step},
};

/// Where in the site the modules lie, Trunk's too (by index.html): their names are their own, and the root is for what pages name.
pub const SITE_FOLDER: &str = "wasm";

fn files(module: &str) -> [String; 2] {
    [format!("{module}.js"), format!("{module}_bg.wasm")]
}

const MODULES: [&str; 5] =
    [TRUNK_MODULE, "nearmind-worker-relaxed", "nearmind-gpu", "nearmind-feeds", "nearmind-measure"];
/// The module that Trunk builds.
const TRUNK_MODULE: &str = "nearmind-worker";
/// The crates that are modules.
pub const CRATES: [&str; 4] = ["nearmind-web-worker", "nearmind-web-gpu", "nearmind-web-feeds", "nearmind-web-measure"];

/// The modules beside Trunk's own.
pub fn build_modules() -> Result<()> {
    let [worker, gpu, feeds, measure] = CRATES;
    build_module("nearmind-worker-relaxed", worker, &["--features", "relaxed-simd"])?;
    build_module("nearmind-gpu", gpu, &[])?;
    build_module("nearmind-feeds", feeds, &[])?;
    build_module("nearmind-measure", measure, &[])
}

/// Where the modules are kept that Trunk does not build.
pub fn folder() -> PathBuf {
    target().join("site/wasm")
}

fn build_module(name: &str, package: &str, features: &[&str]) -> Result<()> {
    let sources = ["crates", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml"];
    let product = folder().join(format!("{name}_bg.wasm"));
    if up_to_date(&product, &sources.map(|source| root().join(source))) {
        skipped(&format!("wasm: {name}"));
        return Ok(());
    }
    step(&format!("wasm: {name}"), || {
        let mut build = cargo();
        build.args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown"]);
        run(remap_paths(build.args(["--package", package]).args(features)))?;
        let file = format!("{}.wasm", package.replace('-', "_"));
        let built = target().join("wasm32-unknown-unknown/release").join(file);
        let mut bind = command("wasm-bindgen");
        bind.args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"]).arg(folder()).arg(built);
        run(&mut bind)
    })
}

/// Makes cargo write no folder of this machine into wasm modules: they are the same, byte by byte, wherever they are built.
/// The flags of .cargo/config.toml stay.
pub fn remap_paths(command: &mut Command) -> &mut Command {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME").or(env::var_os("USERPROFILE"))?).join(".cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = home.iter().map(|home| remap(home, "/cargo")).chain([remap(root(), "/nearmind")]);
    // Flags are told apart by spaces: a folder that has one stays in the modules.
    let flags: Vec<String> = flags.filter(|flag| !flag.contains(' ')).collect();
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "))
}

/// Puts all modules into a staged site; Trunk's own lies there. Each script knows its module's digest, and browsers
/// refuse another one.
pub fn install(site: &Path) -> Result<()> {
    let place = site.join(SITE_FOLDER);
    fs::create_dir_all(&place)?;
    for name in MODULES {
        let [script, wasm] = files(name);
        if name != TRUNK_MODULE {
            fs::copy(folder().join(&script), place.join(&script))?;
            fs::copy(folder().join(&wasm), place.join(&wasm))?;
        }
        let (script, wasm) = (place.join(&script), place.join(&wasm));
        let module = strip_custom_sections(&fs::read(&wasm)?)?;
        fs::write(&script, add_integrity(&fs::read_to_string(&script)?, &module)?)?;
        fs::write(&wasm, module)?;
    }
    Ok(())
}

/// wasm-bindgen's script, which fetches this module and no other (Subresource Integrity).
fn add_integrity(script: &str, module: &[u8]) -> Result<String> {
    const FETCH: &str = "fetch(module_or_path)";
    ensure!(script.matches(FETCH).count() == 1, "wasm-bindgen no longer fetches a module by {FETCH}");
    let digest = BASE64_STANDARD.encode(Sha256::digest(module));
    Ok(script.replace(FETCH, &format!("fetch(module_or_path, {{ integrity: \"sha256-{digest}\" }})")))
}

/// A wasm module without names, producers and feature lists: nobody reads them in a browser.
///
/// ```text
/// "\0asm" version: u32, then sections: id: u8, size: LEB128, size bytes. Custom sections have id 0.
/// ```
fn strip_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    let (header, mut rest) = wasm.split_at_checked(8).context("a wasm module has a header of eight bytes")?;
    ensure!(header.starts_with(b"\0asm"), "this is no wasm module");
    let mut out = header.to_vec();
    while let Some(&id) = rest.first() {
        let (mut size, mut at) = (0usize, 1);
        loop {
            let byte = *rest.get(at).context("a section is cut short")?;
            ensure!(at <= 5, "a section's size is malformed");
            size |= usize::from(byte & 0x7f) << (7 * (at - 1));
            at += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (section, tail) = rest.split_at_checked(at + size).context("a section is cut short")?;
        if id != 0 {
            out.extend_from_slice(section);
        }
        rest = tail;
    }
    Ok(out)
}

/// What a visitor downloads, by module. Brotli at its best, as a static host stores it.
pub fn print_sizes() -> Result<()> {
    let site = root().join("dist").join(SITE_FOLDER);
    for name in MODULES {
        let mut sizes = (0, 0);
        for file in files(name) {
            let bytes = fs::read(site.join(&file)).with_context(|| format!("the build has no {file}"))?;
            sizes.0 += bytes.len();
            sizes.1 += brotli_len(&bytes)?;
        }
        println!("{name:>23}: js + wasm {:>9} bytes, brotli {:>8}", sizes.0, sizes.1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::strip_custom_sections;

    #[test]
    fn only_custom_sections_go() {
        let module = [b"\0asm\x01\0\0\0" as &[u8], &[1, 2, 9, 9], &[0, 0x83, 0x00, 1, b'x', 5], &[3, 1, 7]].concat();
        let kept = [b"\0asm\x01\0\0\0" as &[u8], &[1, 2, 9, 9], &[3, 1, 7]].concat();
        assert_eq!(strip_custom_sections(&module).unwrap(), kept);
        assert!(strip_custom_sections(&module[..14]).is_err());
        assert!(strip_custom_sections(b"<!doctype html>").is_err());
    }
}
