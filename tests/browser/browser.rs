//! A fresh headless Chromium or Firefox with a profile of its own, ended with the test.

use std::{
    env, fs,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::{
    Capabilities, CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver,
    common::capabilities::firefox::FirefoxPreferences,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::shop::PATIENT_TRIES;

/// Scripts that wait for the model may wait this long; SwiftShader on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(240);

/// Which WebGPU the browser has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gpu {
    None,
    /// SwiftShader: right, and slow.
    Software,
}

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Chromium,
    /// Debian's extended support release, or another.
    Firefox,
}

/// Of the renderer's memory, as Linux counts it: what it holds now, or the most that it ever held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Now,
    Peak,
}

pub struct Browser {
    pub driver: WebDriver,
    pub program: Program,
    /// A folder of its own: Chromium's profile, and what the browser downloads.
    profile: PathBuf,
    /// Killed when it is dropped.
    _service: Child,
}

impl Browser {
    /// Chromium; `watch` runs in every page before the page's own scripts.
    pub async fn start(gpu: Gpu, flags: &[&str], watch: &str) -> Result<Self> {
        Self::chromium(gpu, flags, watch, &json!({ "browser": "ALL" })).await
    }

    /// Chromium that writes down what its threads do, for [`crate::tasks`].
    pub async fn traced(watch: &str) -> Result<Self> {
        Self::chromium(Gpu::None, &[], watch, &json!({ "browser": "ALL", "performance": "ALL" })).await
    }

    async fn chromium(gpu: Gpu, flags: &[&str], watch: &str, logs: &Value) -> Result<Self> {
        let profile = folder();
        let mut wishes = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox", // CI runs as root
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--enable-precise-memory-info",
        ] {
            wishes.add_arg(flag)?;
        }
        // Chromium's own questions to its maker are not the page's.
        let mut without = "AutofillServerCommunication,OptimizationHints,MediaRouter,Translate".to_owned();
        match gpu {
            Gpu::None => without += ",WebGPU,WebGPUService",
            Gpu::Software => {
                wishes.add_arg("--enable-unsafe-webgpu")?;
                wishes.add_arg("--use-webgpu-adapter=swiftshader")?;
            }
        }
        wishes.add_arg(&format!("--disable-features={without}"))?;
        flags.iter().try_for_each(|flag| wishes.add_arg(flag))?;
        wishes.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        wishes.set("goog:loggingPrefs", logs)?;
        if logs["performance"].is_string() {
            let trace = json!({ "enableNetwork": false, "enablePage": false, "traceCategories": TRACED });
            wishes.add_experimental_option("perfLoggingPrefs", trace)?;
        }
        let downloads =
            json!({ "download.default_directory": profile.join(DOWNLOADS), "download.prompt_for_download": false });
        wishes.add_experimental_option("prefs", downloads)?;
        let browser = Self::of(Program::Chromium, profile, wishes).await?;
        let script = json!({ "source": watch });
        browser.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        Ok(browser)
    }

    /// Firefox; its driver has no script that runs before the page's own: the site must put it there.
    /// `settings` are those of its preferences that are turned on.
    pub async fn firefox(settings: &[&str]) -> Result<Self> {
        let binary = ["firefox-esr", "firefox"].iter().find_map(|name| find(name));
        let binary = binary.context("Firefox is on the PATH: `cargo xtask test` installs it")?;
        let mut wishes = DesiredCapabilities::firefox();
        wishes.set_headless()?;
        wishes.set_firefox_binary(&binary.to_string_lossy())?;
        let mut preferences = FirefoxPreferences::new();
        // A test may be in a tab that is not in front.
        preferences.set("dom.min_background_timeout_value", 4)?;
        for setting in settings {
            preferences.set(setting, true)?;
        }
        let profile = folder();
        fs::create_dir_all(profile.join(DOWNLOADS))?;
        preferences.set("browser.download.folderList", 2)?; // the one that is named
        preferences.set("browser.download.dir", profile.join(DOWNLOADS))?;
        wishes.set_preferences(preferences)?;
        Self::of(Program::Firefox, profile, wishes).await
    }

    async fn of(program: Program, profile: PathBuf, wishes: impl Into<Capabilities>) -> Result<Self> {
        let (service, port) = service(program).await?;
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(address, wishes).await.with_context(|| format!("{program:?} starts"))?;
        driver.set_script_timeout(PATIENCE).await?;
        Ok(Self { driver, program, profile, _service: service })
    }

    /// Of the renderer that holds most: the page and its workers are in one process.
    pub fn renderer_mb(&self, which: Memory) -> Result<f64> {
        let profile = self.profile.display().to_string();
        let field = if which == Memory::Peak { "VmHWM:" } else { "VmRSS:" };
        let held_kb = |process: fs::DirEntry| {
            let command = fs::read_to_string(process.path().join("cmdline")).ok()?;
            if !command.contains("--type=renderer") || !command.contains(&profile) {
                return None;
            }
            let status = fs::read_to_string(process.path().join("status")).ok()?;
            let held = status.lines().find_map(|line| line.strip_prefix(field))?;
            held.trim().trim_end_matches(" kB").parse::<f64>().ok()
        };
        let held = fs::read_dir("/proc").context("processes are read from /proc")?.flatten().filter_map(held_kb);
        Ok(held.fold(0.0, f64::max) / 1024.0)
    }

    /// Runs the body of an async function in the page and gives back what it returns.
    pub async fn ask(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const given = [...arguments].slice(0, -1);
             (async (...given) => {{ {body} }})(...given).then(value => done({{ value }}), error => done({{ error: `${{error?.message ?? error}}` }}));"
        );
        let answer = self.driver.execute_async(&script, arguments.to_vec()).await?;
        let mut answer = answer.json().clone();
        if let Some(error) = answer["error"].as_str() {
            anyhow::bail!("the page says: {error}\nin {body}");
        }
        Ok(answer["value"].take())
    }

    /// Waits for a file that the page lets the visitor save.
    pub async fn downloaded(&self, name: &str) -> Result<PathBuf> {
        let file = self.profile.join(DOWNLOADS).join(name);
        for _ in 0..PATIENT_TRIES {
            if fs::metadata(&file).is_ok_and(|about| about.len() > 0) {
                return Ok(file);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{name} was not downloaded")
    }

    /// What was written to the console.
    pub async fn console(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap_or_default();
        log.into_iter().map(|entry| format!("{entry:?}")).collect()
    }

    /// Must be called: a driver that is dropped blocks the thread until its browser answers.
    pub async fn end(&self) -> Result<()> {
        self.driver.clone().quit().await?;
        fs::remove_dir_all(&self.profile).ok();
        Ok(())
    }
}

/// Tasks, and the marks that a page makes among them.
const TRACED: &str = "disabled-by-default-devtools.timeline,blink.user_timing";
const DOWNLOADS: &str = "downloads";

/// One that no other browser has.
fn folder() -> PathBuf {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let number = STARTED.fetch_add(1, Ordering::Relaxed);
    env::temp_dir().join(format!("nearmind-browser-{}-{number}", std::process::id()))
}

/// The browser's driver on a port that it chooses.
async fn service(program: Program) -> Result<(Child, u16)> {
    let (name, says) = match program {
        Program::Chromium => ("chromedriver", "started successfully on port "),
        Program::Firefox => ("geckodriver", "Listening on 127.0.0.1:"),
    };
    let mut service = Command::new(name)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{name} starts: `cargo xtask test` installs it"))?;
    let said = service.stdout.take().context("the driver's output")?;
    let mut lines = BufReader::new(said).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.split_once(says) {
            let port = port.trim_end_matches('.').parse()?;
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((service, port));
        }
    }
    anyhow::bail!("{name} ended before it named its port")
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
