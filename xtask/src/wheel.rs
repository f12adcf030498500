//! Downloads wheels, the packages of the Python registry, by `pip download`, checks their digests, and unpacks them. Must
//! not know what they contain.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::{
    packages,
    program::{command, run},
};

/// A wheel on PyPI.
pub struct Wheel<'a> {
    pub package: &'a str,
    pub version: &'a str,
    /// The name of its file.
    pub file: &'a str,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: &'a str,
}

impl Wheel<'_> {
    /// Downloads the wheel into `folder` if it is not there, and checks its digest. Returns the path of the file.
    pub fn obtain(&self, folder: &Path) -> Result<PathBuf> {
        let wheel = folder.join(self.file);
        if wheel.exists() && digest(&wheel)? == self.sha256 {
            return Ok(wheel);
        }
        fs::create_dir_all(folder)?;
        packages::pip()?;
        let package = format!("{}=={}", self.package, self.version);
        let flags =
            ["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest"];
        run(command("python3").args(flags).arg(folder).arg(package))?;
        let found = digest(&wheel)?;
        ensure!(
            found == self.sha256,
            "{} has the SHA-256 {found} instead of {}: it is not the file that this project was tested with, and was not \
             unpacked",
            wheel.display(),
            self.sha256
        );
        Ok(wheel)
    }
}

/// Unpacks a folder of a wheel (`inside` then ends with a slash), or one of its files, into `folder`.
pub fn unpack(wheel: &Path, inside: &str, folder: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?)
        .with_context(|| format!("{} is not a zip file: delete it to download it again", wheel.display()))?;
    let (is_file, inside) = (!inside.ends_with('/'), Path::new(inside));
    let base = if is_file { inside.parent().unwrap_or(inside) } else { inside };
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let Some(name) = entry.enclosed_name() else { continue };
        let Some(path) = name.strip_prefix(base).ok().filter(|_| !is_file || name == inside) else { continue };
        let path = folder.join(path);
        if entry.is_dir() {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        io::copy(&mut entry, &mut File::create(&path)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn digest(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
