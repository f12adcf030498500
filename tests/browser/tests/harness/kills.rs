//! The browser is killed while a page tracks events, again and again with the same profile: what was acknowledged before
//! is stored, each event once. `NEARMIND_KILLS=500` for many.

use std::{
    env, fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use browser_tests::{Site, site::page};

const KILLS: usize = 8;
/// A browser that has not acknowledged one event by then does not start.
const PATIENCE: Duration = Duration::from_secs(60);

const PAGE: &str = r#"<!doctype html><title>Kills</title><script type="module" src="kills.js"></script>"#;

/// Says what is stored of the round before, then tracks one event after the other.
const SCRIPT: &str = r#"
    import { Nearmind } from "./nearmind.js";
    const client = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
    const round = Number(new URLSearchParams(location.search).get("round"));
    const { events } = await client.profile();
    const before = events.map(({ event }) => event.item).filter((item) => item.startsWith(`${round - 1}-`));
    await fetch(`/stored?${before.length}&${new Set(before).size}`);
    for (let nth = 1; ; nth++) {
      await client.track("like", { item: `${round}-${nth}` });
      fetch(`/kept?${round}&${nth}`);
    }"#;

fn start(profile: &str, url: &str) -> Result<Child> {
    let mut chromium = Command::new("chromium");
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ]);
    chromium.args(["--disable-features=WebGPU,WebGPUService", &format!("--user-data-dir={profile}"), url]);
    chromium.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("chromium starts")
}

/// The numbers in the last request of this kind: `GET /kept?3&57`.
fn last(site: &Site, kind: &str, since: usize) -> Option<[usize; 2]> {
    let requests = site.requests();
    let line = requests[since..].iter().rev().find_map(|line| line.strip_prefix(&format!("GET /{kind}?")))?;
    let (a, b) = line.split_once('&')?;
    Some([a.parse().ok()?, b.parse().ok()?])
}

fn wait<T>(what: &str, mut come: impl FnMut() -> Option<T>) -> Result<T> {
    let from = Instant::now();
    loop {
        if let Some(it) = come() {
            return Ok(it);
        }
        ensure!(from.elapsed() < PATIENCE, "{what} did not come within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_browser_that_is_killed_loses_no_acknowledged_event() -> Result<()> {
    let kills = env::var("NEARMIND_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let (html, script) = (page("/kills.html", PAGE.into()), page("/kills.js", SCRIPT.into()));
    let site = Site::with(Box::new(move |path, reply| {
        html(path, reply);
        script(path, reply);
        if ["/stored", "/kept"].contains(&path) {
            reply.status = 204;
        }
    }));
    let profile = env::temp_dir().join(format!("nearmind-kills-{}", std::process::id()));
    let folder = profile.to_str().context("a folder's name")?;
    let (mut acknowledged, mut kept_before) = (0, 0);
    for round in 0..=kills {
        let since = site.requests().len();
        let mut browser = start(folder, &site.url(&format!("kills.html?round={round}")))?;
        let [stored, distinct] = wait("the stored events", || last(&site, "stored", since))?;
        ensure!(stored >= kept_before, "kill {round}: {kept_before} were acknowledged, {stored} are stored");
        ensure!(stored == distinct, "kill {round}: {stored} are stored, {distinct} of them are different");
        wait("an event", || last(&site, "kept", since))?;
        // Somewhere in the first second, another place each time.
        thread::sleep(Duration::from_millis((round as u64 * 397) % 1000));
        Command::new("pkill").args(["-9", "-f", folder]).status()?;
        browser.wait()?;
        [_, kept_before] = last(&site, "kept", since).context("an acknowledged event")?;
        acknowledged += kept_before;
    }
    println!("killed {kills} times, {acknowledged} events acknowledged, 0 lost, 0 twice");
    Ok(fs::remove_dir_all(profile)?)
}
