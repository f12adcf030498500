//! Starts a headless Chromium or Firefox with a fresh profile, and runs scripts in its pages.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use rustix::process::Pid;
use serde_json::{Value, json};
use thirtyfour::{
    Capabilities, CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver,
    common::capabilities::firefox::FirefoxPreferences,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::shop::MAX_TRIES;

/// Limit for a script that waits for the model: SwiftShader is slow on a busy machine.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(240);

/// The WebGPU implementation of the browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Gpu {
    None,
    /// SwiftShader: correct but slow.
    Software,
}

/// The browser that a test runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserKind {
    Chromium,
    /// The extended support release if it is installed, as on Debian, or any other.
    Firefox,
}

/// Resident memory of the renderer: now, or at its peak.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Now,
    Peak,
}

pub struct Browser {
    pub driver: WebDriver,
    pub kind: BrowserKind,
    /// Folder of the downloads and, for Chromium, of the profile.
    profile: PathBuf,
    /// The WebDriver server, which is killed when this is dropped.
    _server: Child,
}

impl Browser {
    /// Starts Chromium. `init_script` runs in every page before the page's own scripts.
    pub async fn start_chromium(gpu: Gpu, flags: &[&str], init_script: &str) -> Result<Self> {
        Self::launch_chromium(gpu, flags, init_script, &json!({ "browser": "ALL" })).await
    }

    /// Starts Chromium with a trace of what its threads do, for [`crate::tasks`].
    pub async fn start_traced_chromium(init_script: &str) -> Result<Self> {
        Self::launch_chromium(Gpu::None, &[], init_script, &json!({ "browser": "ALL", "performance": "ALL" })).await
    }

    async fn launch_chromium(gpu: Gpu, flags: &[&str], init_script: &str, logs: &Value) -> Result<Self> {
        let profile = new_profile_path();
        let mut capabilities = DesiredCapabilities::chrome();
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
            capabilities.add_arg(flag)?;
        }
        // Chromium's own requests to Google would be mistaken for requests of the page.
        let mut disabled = "AutofillServerCommunication,OptimizationHints,MediaRouter,Translate".to_owned();
        match gpu {
            Gpu::None => disabled += ",WebGPU,WebGPUService",
            Gpu::Software => {
                capabilities.add_arg("--enable-unsafe-webgpu")?;
                capabilities.add_arg("--use-webgpu-adapter=swiftshader")?;
            }
        }
        capabilities.add_arg(&format!("--disable-features={disabled}"))?;
        flags.iter().try_for_each(|flag| capabilities.add_arg(flag))?;
        capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        capabilities.set("goog:loggingPrefs", logs)?;
        if logs["performance"].is_string() {
            let trace = json!({ "enableNetwork": false, "enablePage": false, "traceCategories": TRACE_CATEGORIES });
            capabilities.add_experimental_option("perfLoggingPrefs", trace)?;
        }
        let downloads =
            json!({ "download.default_directory": profile.join(DOWNLOADS), "download.prompt_for_download": false });
        capabilities.add_experimental_option("prefs", downloads)?;
        let browser = Self::connect(BrowserKind::Chromium, profile, capabilities).await?;
        let script = json!({ "source": init_script });
        browser.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
        Ok(browser)
    }

    /// Starts Firefox with these boolean preferences turned on. Its driver cannot run a script before the page's own
    /// scripts; see [`Site::add_script_to_pages`](crate::Site::add_script_to_pages).
    pub async fn start_firefox(enabled_preferences: &[&str]) -> Result<Self> {
        let binary = ["firefox-esr", "firefox"].iter().find_map(|name| find_on_path(name));
        let binary = binary.context("Firefox is not on the PATH; `cargo xtask test` installs it")?;
        let mut capabilities = DesiredCapabilities::firefox();
        capabilities.set_headless()?;
        capabilities.set_firefox_binary(&binary.to_string_lossy())?;
        let mut preferences = FirefoxPreferences::new();
        // Without this, timers of background tabs would be slowed down, and some tests use such tabs.
        preferences.set("dom.min_background_timeout_value", 4)?;
        // With AVX, Firefox's vector code runs 200 times slower on some virtual machines (1,200 ms a text instead of 6; neither
        // Chromium's code nor a native program does), which made tests wait for minutes.
        preferences.set("javascript.options.wasm_simd_avx", false)?;
        // Without the extensions that come with it, Firefox starts in less than half the time.
        preferences.set("extensions.enabledScopes", 0)?;
        for preference in enabled_preferences {
            preferences.set(preference, true)?;
        }
        let profile = new_profile_path();
        fs::create_dir_all(profile.join(DOWNLOADS))?;
        preferences.set("browser.download.folderList", 2)?; // 2: use browser.download.dir
        preferences.set("browser.download.dir", profile.join(DOWNLOADS))?;
        capabilities.set_preferences(preferences)?;
        Self::connect(BrowserKind::Firefox, profile, capabilities).await
    }

    /// Starts a WebDriver server, and a browser by it.
    async fn connect(kind: BrowserKind, profile: PathBuf, capabilities: impl Into<Capabilities>) -> Result<Self> {
        // Now and then a driver chooses a port that another program takes at the same moment, and ends.
        let (server, port) = match start_webdriver(kind).await {
            Ok(started) => started,
            Err(_) => start_webdriver(kind).await?,
        };
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(address, capabilities).await.with_context(|| format!("cannot start {kind:?}"))?;
        driver.set_script_timeout(SCRIPT_TIMEOUT).await?;
        Ok(Self { driver, kind, profile, _server: server })
    }

    /// Memory in MB of the largest renderer process; a page and its workers share one process.
    pub fn renderer_mb(&self, memory: Memory) -> Result<f64> {
        let field = if memory == Memory::Peak { "VmHWM:" } else { "VmRSS:" };
        let memory_kb = |pid: Pid| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let value = status.lines().find_map(|line| line.strip_prefix(field))?;
            value.trim().trim_end_matches(" kB").parse::<f64>().ok()
        };
        let renderers = renderers(&self.profile);
        anyhow::ensure!(!renderers.is_empty(), "no renderer in /proc");
        Ok(renderers.into_iter().filter_map(memory_kb).fold(0.0, f64::max) / 1024.0)
    }

    /// The folder of the profile, which its processes have in their command lines.
    pub fn profile_path(&self) -> PathBuf {
        self.profile.clone()
    }

    /// Runs the body of an async function in the page and returns its result. The body has the arguments as `args`.
    pub async fn evaluate(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const args = [...arguments].slice(0, -1);
             (async (...args) => {{ {body} }})(...args).then(value => done({{ value }}), error => done({{ error: `${{error?.message ?? error}}` }}));"
        );
        let answer = self.driver.execute_async(&script, arguments.to_vec()).await?;
        let mut answer = answer.json().clone();
        if let Some(error) = answer["error"].as_str() {
            anyhow::bail!("the script failed: {error}\nin {body}");
        }
        Ok(answer["value"].take())
    }

    /// Waits until the browser has downloaded a file of this name.
    pub async fn wait_for_download(&self, name: &str) -> Result<PathBuf> {
        let file = self.profile.join(DOWNLOADS).join(name);
        for _ in 0..MAX_TRIES {
            if fs::metadata(&file).is_ok_and(|metadata| metadata.len() > 0) {
                return Ok(file);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{name} was not downloaded")
    }

    /// The messages in the console.
    pub async fn console(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap_or_default();
        log.into_iter().map(|entry| format!("{entry:?}")).collect()
    }

    /// Closes the browser. Must be called: a driver that is dropped blocks the thread until its browser answers.
    pub async fn quit(&self) -> Result<()> {
        self.driver.clone().quit().await?;
        fs::remove_dir_all(&self.profile).ok();
        Ok(())
    }
}

/// Tasks, and the marks that a page sets by `performance.mark`.
const TRACE_CATEGORIES: &str = "disabled-by-default-devtools.timeline,blink.user_timing";
const DOWNLOADS: &str = "downloads";

/// The renderer processes of the browser with this profile. Empty where there is no /proc.
pub fn renderers(profile: &Path) -> Vec<Pid> {
    let profile = profile.display().to_string();
    let pid = |process: fs::DirEntry| {
        let pid = Pid::from_raw(process.file_name().to_str()?.parse().ok()?)?;
        let command = fs::read_to_string(process.path().join("cmdline")).ok()?;
        (command.contains("--type=renderer") && command.contains(&profile)).then_some(pid)
    };
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(pid).collect()
}

/// A path that no other browser uses.
fn new_profile_path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    env::temp_dir().join(format!("nearmind-browser-{}-{number}", std::process::id()))
}

/// Starts the browser's WebDriver server, which chooses its port.
async fn start_webdriver(kind: BrowserKind) -> Result<(Child, u16)> {
    let (name, before_port) = match kind {
        BrowserKind::Chromium => ("chromedriver", "started successfully on port "),
        BrowserKind::Firefox => ("geckodriver", "Listening on 127.0.0.1:"),
    };
    let mut server = Command::new(name)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {name}; `cargo xtask test` installs it"))?;
    let output = server.stdout.take().context("no output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.split_once(before_port) {
            let port = port.trim_end_matches('.').parse()?;
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((server, port));
        }
    }
    anyhow::bail!("{name} ended without printing its port")
}

fn find_on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
