//! The wasm modules: builds those that Trunk does not build, strips all of them, installs them into the site, and prints
//! their sizes.

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

/// The folder of the site with the modules, also with Trunk's (by index.html).
pub const SITE_FOLDER: &str = "wasm";

/// The files of a module: its script and its wasm.
fn files(module: &str) -> [String; 2] {
    [format!("{module}.js"), format!("{module}_bg.wasm")]
}

const MODULES: [&str; 6] = [
    TRUNK_MODULE,
    "nearmind-encoder",
    "nearmind-encoder-relaxed",
    "nearmind-gpu",
    "nearmind-feeds",
    "nearmind-measure",
];
/// The module that Trunk builds.
const TRUNK_MODULE: &str = "nearmind-worker";
/// The crates that are modules.
pub const CRATES: [&str; 5] =
    ["nearmind-web-worker", "nearmind-web-encoder", "nearmind-web-gpu", "nearmind-web-feeds", "nearmind-web-measure"];

/// Builds the modules that Trunk does not build.
pub fn build_modules() -> Result<()> {
    let [_, encoder, gpu, feeds, measure] = CRATES;
    build_module("nearmind-encoder", encoder, &[])?;
    build_module("nearmind-encoder-relaxed", encoder, &["--features", "relaxed-simd"])?;
    build_module("nearmind-gpu", gpu, &[])?;
    build_module("nearmind-feeds", feeds, &[])?;
    build_module("nearmind-measure", measure, &[])
}

/// The folder of the modules that Trunk does not build.
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

/// Sets flags for rustc that replace the paths of this machine in wasm modules, so that they have the same bytes wherever
/// they are built. The flags of .cargo/config.toml are kept.
pub fn remap_paths(command: &mut Command) -> &mut Command {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME").or(env::var_os("USERPROFILE"))?).join(".cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = home.iter().map(|home| remap(home, "/cargo")).chain([remap(root(), "/nearmind")]);
    // Flags are separated by spaces, so a path with a space cannot be replaced.
    let flags: Vec<String> = flags.filter(|flag| !flag.contains(' ')).collect();
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
    command.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", flags.join(" "))
}

/// Copies the modules into a staged site, where Trunk's module is already, and strips all of them. The digest of each module
/// is added to its script, so that browsers refuse any other module.
pub fn install(site: &Path) -> Result<()> {
    let installed = site.join(SITE_FOLDER);
    fs::create_dir_all(&installed)?;
    for name in MODULES {
        let [script, wasm] = files(name);
        if name != TRUNK_MODULE {
            fs::copy(folder().join(&script), installed.join(&script))?;
            fs::copy(folder().join(&wasm), installed.join(&wasm))?;
        }
        let (script, wasm) = (installed.join(&script), installed.join(&wasm));
        let module = strip_custom_sections(&fs::read(&wasm)?)?;
        fs::write(&script, add_integrity(&fs::read_to_string(&script)?, &module)?)?;
        fs::write(&wasm, module)?;
    }
    Ok(())
}

/// Adds the digest of a module to the `fetch` in its script by wasm-bindgen (Subresource Integrity).
fn add_integrity(script: &str, module: &[u8]) -> Result<String> {
    const FETCH: &str = "fetch(module_or_path)";
    ensure!(
        script.matches(FETCH).count() == 1,
        "the script of wasm-bindgen does not have {FETCH} once: adapt xtask/src/wasm.rs"
    );
    let digest = BASE64_STANDARD.encode(Sha256::digest(module));
    Ok(script.replace(FETCH, &format!("fetch(module_or_path, {{ integrity: \"sha256-{digest}\" }})")))
}

/// Removes the custom sections of a wasm module, such as names, producers and features, which browsers do not need.
///
/// ```text
/// "\0asm" version: u32, then sections: id: u8, size: LEB128, size bytes. Custom sections have id 0.
/// ```
pub fn strip_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    let (header, mut rest) =
        wasm.split_at_checked(8).context("the wasm module is shorter than its header of 8 bytes")?;
    ensure!(header.starts_with(b"\0asm"), "the file is not a wasm module");
    let mut out = header.to_vec();
    while let Some(&id) = rest.first() {
        let (mut size, mut at) = (0usize, 1);
        loop {
            let byte = *rest.get(at).context("the wasm module ends within a section")?;
            ensure!(at <= 5, "the wasm module has a section with a malformed size");
            size |= usize::from(byte & 0x7f) << (7 * (at - 1));
            at += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (section, tail) = rest.split_at_checked(at + size).context("the wasm module ends within a section")?;
        if id != 0 {
            out.extend_from_slice(section);
        }
        rest = tail;
    }
    Ok(out)
}

/// Prints the sizes of the modules in dist/, plain and compressed by brotli.
pub fn print_sizes() -> Result<()> {
    let site = root().join("dist").join(SITE_FOLDER);
    for name in MODULES {
        let mut sizes = (0, 0);
        for file in files(name) {
            let bytes = fs::read(site.join(&file)).with_context(|| {
                format!("{} cannot be read: `cargo xtask build` makes it", site.join(&file).display())
            })?;
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
    fn only_custom_sections_are_removed() {
        let module = [b"\0asm\x01\0\0\0" as &[u8], &[1, 2, 9, 9], &[0, 0x83, 0x00, 1, b'x', 5], &[3, 1, 7]].concat();
        let kept = [b"\0asm\x01\0\0\0" as &[u8], &[1, 2, 9, 9], &[3, 1, 7]].concat();
        assert_eq!(strip_custom_sections(&module).unwrap(), kept);
        assert!(strip_custom_sections(&module[..14]).is_err());
        assert!(strip_custom_sections(b"<!doctype html>").is_err());
    }
}
