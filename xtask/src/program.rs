//! Finds other programs, runs them in the project's root, and names them in errors.
//!
//! The crate xshell is not used: it would replace only `run` and `output`, and std's `Command` lets several functions add
//! arguments and variables to one command, as `wasm::remap_paths` does.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

/// The folder of the workspace's Cargo.toml.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A command that runs in the project's root, with the tools of target/tools/bin first on the PATH.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    let path = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(target().join("tools/bin")).chain(env::split_paths(&path));
    command.current_dir(root()).env("PATH", env::join_paths(paths).unwrap_or(path.clone()));
    command
}

/// Runs a command to its end. It inherits standard output and standard error.
///
/// # Errors
/// If the program cannot be started, or fails.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{name} cannot be started: is it installed?"))?;
    ensure!(status.success(), "{name} failed ({status}): see its output above");
    Ok(())
}

/// The standard output of a command; `None` if it cannot be started, fails, or prints no UTF-8.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// The path of a program on the PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}
