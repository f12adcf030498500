//! Downloads axe-core, which finds accessibility problems, for the browser tests: target/axe/axe.min.js.

use anyhow::Result;

use crate::{
    program::target,
    step::{skipped, step},
    wheel::{Wheel, unpack},
};

/// A package that contains axe 4.12.1 (MPL-2.0).
const AXE_WHEEL: Wheel = Wheel {
    package: "axe-playwright-python",
    version: "0.1.8",
    file: "axe_playwright_python-0.1.8-py3-none-any.whl",
    sha256: "fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8",
};

/// Downloads axe-core if it is missing.
pub fn ensure() -> Result<()> {
    let folder = target().join("axe");
    if folder.join("axe.min.js").is_file() && folder.join(AXE_WHEEL.file).is_file() {
        skipped("axe-core");
        return Ok(());
    }
    step("axe-core", || unpack(&AXE_WHEEL.obtain(&folder)?, "axe_playwright_python/", &folder))
}
