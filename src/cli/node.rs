//! What the command does under Node alone: `copy` and `serve`, and the surroundings that WASI does not have.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;

// A function of `www/node/command.js`.
#[link(wasm_import_module = "nearmind")]
unsafe extern "C" {
    /// Serves the folder `path` on 127.0.0.1 from the time when the command has ended.
    fn serve(path: *const u8, path_bytes: usize, port: u32);
}

/// What the npm package has for the command alone.
const COMMAND_FILES: [&str; 4] = ["node", "models", "nearmind-command.wasm", "jieba.txt"];

/// Makes relative paths relative to the folder in which the command was started, and temporary files possible.
pub fn set_up() -> Result<()> {
    let folder = |name: &str| env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"));
    env::set_current_dir(folder("PWD")?)?;
    tempfile::env::override_temp_dir(&folder("TMPDIR")?).ok();
    Ok(())
}

/// The folder of the npm package.
fn package() -> Result<PathBuf> {
    env::var_os("NEARMIND_PACKAGE").map(PathBuf::from).context("NEARMIND_PACKAGE is not set")
}

/// The model that comes with the npm package.
pub fn default_model() -> Option<PathBuf> {
    Some(package().ok()?.join("models/minilm"))
}

#[derive(Debug, Args)]
pub struct Copy {
    /// Folder of the site for the files, such as public/nearmind, created if it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Copy {
    pub fn run(&self) -> Result<()> {
        let bytes = copy(&package()?, &self.out, &COMMAND_FILES)?;
        let model = default_model().context("the package has no model")?;
        let model_bytes = copy(&model, &self.out.join("models/minilm"), &[])?;
        println!(
            "copied to {}: the elements and their WebAssembly ({:.1} MB), and the model ({:.1} MB)",
            self.out.display(),
            bytes as f64 / 1e6,
            model_bytes as f64 / 1e6
        );
        Ok(())
    }
}

/// Copies a folder with its subfolders, but for the names in `except`. Returns the number of bytes.
fn copy(from: &Path, to: &Path, except: &[&str]) -> Result<u64> {
    fs::create_dir_all(to).with_context(|| format!("creating the folder {}", to.display()))?;
    let mut bytes = 0;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if except.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            bytes += copy(&from, &to, except)?;
        } else {
            bytes += fs::copy(&from, &to).with_context(|| format!("writing {}", to.display()))?;
        }
    }
    Ok(bytes)
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Folder of the site
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// Port on 127.0.0.1; 0 takes any free port
    #[arg(long, default_value_t = 8000)]
    port: u16,
}

impl Serve {
    pub fn run(&self) -> Result<()> {
        ensure!(self.folder.is_dir(), "{} is not a folder", self.folder.display());
        let path = self.folder.to_string_lossy();
        // SAFETY: `path` is valid for reads of its length during the call.
        unsafe { serve(path.as_ptr(), path.len(), self.port.into()) };
        Ok(())
    }
}
