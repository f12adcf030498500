//! Checks the types, lints and formatting of the scripts, with programs that do not need Node; runs their unit tests and
//! validates the Custom Elements Manifest, with Node. Must not know what a script does.

use std::{
    env::consts,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    packages,
    program::{command, root, run, target},
    step::step,
    tarball::Tarball,
};

/// The TypeScript compiler as a native program, with the declarations of the web's types, by platform.
const TYPESCRIPT: [(&str, Tarball); 3] = [
    (
        "linux x86_64",
        Tarball {
            package: "@typescript/typescript-linux-x64",
            version: "7.0.2",
            sha512: "EYdf2cNg7rgCWJnxCdJ+F3V39O8ihb37eHAu1LK8oAFizgTQbPOK7zHHXbPt8rX24COqODXeI3sIf0fCXG7H/A==",
        },
    ),
    (
        "linux aarch64",
        Tarball {
            package: "@typescript/typescript-linux-arm64",
            version: "7.0.2",
            sha512: "Qh4eU4/y3yDjnfjjyPYihMj5/ODIlmt+Bzu17OI+fiSRDW57QmU5SiN63exPRNJPKUzcc1INa1NXdrJ+MqHjUQ==",
        },
    ),
    (
        "macos aarch64",
        Tarball {
            package: "@typescript/typescript-darwin-arm64",
            version: "7.0.2",
            sha512: "gowzar9MwS/aRWp6f3a4KUqzRjAZjOsmGNCM6LcTgXum+dBfgsBVMN+AgvOCCbguXyick6LJhpBszxMebJ8syA==",
        },
    ),
];

/// Biome, a linter and formatter, by platform.
const BIOME: [(&str, Tarball); 3] = [
    (
        "linux x86_64",
        Tarball {
            package: "@biomejs/cli-linux-x64",
            version: "2.6.8",
            sha512: "XIk3pLQT56I6Tti+u0DF8FtSNXjCMTPbxVTzfJ9cS2t1ImVKvrqV5b52GuEaJg6/wuiXvz0sjfb5saB4TPRjzA==",
        },
    ),
    (
        "linux aarch64",
        Tarball {
            package: "@biomejs/cli-linux-arm64",
            version: "2.6.8",
            sha512: "0Bjim8lKwnrvXUHoI4k3Tb51BjoiLEwDnovCI8nSzkk6wj3dShiuAjrx6+X0Hjf4ejR1sRZgTQiSDHlpy9vB7w==",
        },
    ),
    (
        "macos aarch64",
        Tarball {
            package: "@biomejs/cli-darwin-arm64",
            version: "2.6.8",
            sha512: "DHyj+JnRHcn4YdvpiqgTFZMYKSPELMCfFpNNlEuu1L8DKTGXhzW7raIwdsbo2Ie9nCljQLAQkVWQk/mwM0ueiA==",
        },
    ),
];

/// The validator of the Custom Elements Manifest.
const VALIDATOR: Tarball = Tarball {
    package: "@wc-toolkit/cem-validator",
    version: "1.3.0",
    sha512: "+dsNqtG4GI5sxyv/mJl3BwsmVeItFTZHUjobiKJbDEeJSwtg6pFzud7VforCSW85VjMD+sGyQkvck/FH6cXM0Q==",
};

/// The types of Node and of the library that the command line under Node uses. tsconfig.node.json names their folders.
const NODE_TYPES: [Tarball; 3] = [
    Tarball {
        package: "@types/node",
        version: "20.19.43",
        sha512: "6oYBAi5ikg4Pl+kGsoYtawUMBT2zZMCvPNF7pVLnHZfd1zf38DRiWn/gT01RYCdUqkv7Fhr+C9ot4/tb+2sVvA==",
    },
    Tarball {
        package: "undici-types",
        version: "6.21.0",
        sha512: "iwDZqg0QAGrg9Rav5H4n0M64c3mkR59cJ6wQp+7C4nI0gsmExaedaYLNO44eT4AtBBwjbTiGPMlt2Md0T9H9JQ==",
    },
    Tarball {
        package: "sirv",
        version: "3.0.2",
        sha512: "2wcC/oGxHis/BoHkkPwldgiPSYcpZK3JU28WoMVv55yHJgcZ8rlXvuG9iZggz+sU1d4bRgIGASwyWqjxu3FM0g==",
    },
];

/// The scripts of pages, of workers and of Node, which have different globals.
const TSCONFIGS: [&str; 3] = ["tsconfig.json", "tsconfig.workers.json", "tsconfig.node.json"];

/// Checks the types, lints and formatting of all scripts, and runs their unit tests.
pub fn check() -> Result<()> {
    if let Some(compiler) = build_for_this_machine(&TYPESCRIPT) {
        let compiler = compiler.obtain()?.join("lib/tsc");
        NODE_TYPES.iter().try_for_each(|package| package.obtain().map(drop))?;
        step("types of the scripts", || {
            TSCONFIGS.iter().try_for_each(|project| run(command(&compiler).args(["--project", project])))
        })?;
    }
    if let Some(biome) = build_for_this_machine(&BIOME) {
        let biome = biome.obtain()?.join("biome");
        let check = || run(command(biome).args(["ci", "--error-on-warnings", "--colors=off"]));
        step("lint and format: scripts", || check().context("`cargo xtask format` corrects the formatting"))?;
    }
    packages::node()?;
    step("tests: scripts", || run(command("node").arg("--test").args(test_scripts()?)))
}

/// The unit tests of scripts that need no browser.
fn test_scripts() -> Result<Vec<PathBuf>> {
    let files = root().join("tests/scripts").read_dir()?.map(|entry| Ok(entry?.path()));
    files.filter(|path| path.as_ref().map_or(true, |path| path.extension().is_some_and(|end| end == "js"))).collect()
}

/// Formats the scripts.
pub fn format() -> Result<()> {
    match build_for_this_machine(&BIOME) {
        Some(biome) => run(command(biome.obtain()?.join("biome")).args(["format", "--write"])),
        None => Ok(()),
    }
}

/// The build for this platform. Prints a message if there is none.
fn build_for_this_machine(builds: &'static [(&str, Tarball)]) -> Option<&'static Tarball> {
    let machine = format!("{} {}", consts::OS, consts::ARCH);
    let build = builds.iter().find(|(name, _)| *name == machine).map(|(_, build)| build);
    if build.is_none() {
        eprintln!("SKIPPED: xtask/src/scripts.rs has no build like {} for {machine}", builds[0].1.package);
    }
    build
}

/// Validates the Custom Elements Manifest of the built package.
pub fn check_manifest() -> Result<()> {
    packages::node()?;
    let validator = VALIDATOR.obtain()?.join("dist/index.js");
    let script = target().join("npm/validate.mjs");
    fs::write(&script, validation_script(&validator))?;
    step("manifest of the elements", || run(command("node").arg(&script).current_dir(root().join("dist/npm"))))
}

/// A script for Node that throws if the manifest in the current folder is not valid.
fn validation_script(validator: &Path) -> String {
    format!(
        r#"import {{ readFileSync }} from "node:fs";
const {{ validateCem }} = await import({:?});
const all = (names) => Object.fromEntries(names.map((name) => [name, "error"]));
await validateCem(JSON.parse(readFileSync("custom-elements.json", "utf8")), {{
  rules: {{
    packageJson: all(["packageType", "main", "types", "exports", "customElementsProperty", "publishedCem"]),
    manifest: all(["schemaVersion", "modulePath", "definitionPath", "typeDefinitionPath", "exportTypes", "tagName"]),
  }},
}});
"#,
        validator.to_string_lossy()
    )
}
