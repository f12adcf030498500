//! Downloads packages from the npm registry without npm, checks their digests, and unpacks them. Must not know what they
//! contain.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha512};

use crate::{
    packages,
    program::{command, run, target},
    step::{skipped, step},
};

/// A version of a package in the npm registry.
pub struct Tarball {
    pub package: &'static str,
    pub version: &'static str,
    /// SHA-512 in base64: the output of `npm view PACKAGE@VERSION dist.integrity` without `sha512-`.
    pub sha512: &'static str,
}

/// Downloads a URL to a file. Python is installed anyway, for the models.
const DOWNLOAD: &str = "import sys, urllib.request; urllib.request.urlretrieve(sys.argv[1], sys.argv[2])";

impl Tarball {
    /// Downloads and unpacks the package if that has not been done. Returns its folder in target/npm.
    pub fn obtain(&self) -> Result<PathBuf> {
        let name = self.package.rsplit('/').next().unwrap_or(self.package);
        let folder = target().join("npm").join(format!("{name}-{}", self.version));
        if folder.is_dir() {
            skipped(&format!("{} {}", self.package, self.version));
            return Ok(folder);
        }
        step(&format!("{} {}", self.package, self.version), || self.unpack(name, &folder))?;
        Ok(folder)
    }

    fn unpack(&self, name: &str, folder: &Path) -> Result<()> {
        let file = format!("{name}-{}.tgz", self.version);
        let (archive, unpacked) = (target().join("npm").join(&file), target().join("npm/new"));
        fs::create_dir_all(&unpacked)?;
        packages::pip()?;
        let url = format!("https://registry.npmjs.org/{}/-/{file}", self.package);
        run(command("python3").args(["-c", DOWNLOAD, &url]).arg(&archive))?;
        let found = BASE64_STANDARD.encode(Sha512::digest(fs::read(&archive)?));
        ensure!(
            found == self.sha512,
            "{url} has the SHA-512 {found} instead of {}: it is not the file that this project was tested with, and was not \
             unpacked",
            self.sha512
        );
        run(command("tar").args(["--strip-components=1", "-xzf"]).arg(&archive).arg("-C").arg(&unpacked))?;
        fs::remove_file(archive)?;
        // Renamed last, so that a folder of this name is complete.
        Ok(fs::rename(unpacked, folder)?)
    }
}
