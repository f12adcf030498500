//! Kills the browser while a page tracks events, several times with the same profile: every acknowledged event must be
//! stored once. `NEARMIND_KILLS` is the number of kills.

use std::{
    env, fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use browser_tests::{Site, site::add_file};

const KILLS: usize = 8;
/// Limit for a browser to start and acknowledge its first event.
const TIMEOUT: Duration = Duration::from_secs(60);

const PAGE: &str = r#"<!doctype html><title>Kills</title><script type="module" src="kills.js"></script>"#;

/// Reports the stored events of the previous round, then tracks one event after the other and reports each.
const SCRIPT: &str = r#"
    import { Nearmind } from "./nearmind.js";
    const client = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
    const round = Number(new URLSearchParams(location.search).get("round"));
    const { events } = await client.profile();
    const before = events.map(({ event }) => event.item).filter((item) => item.startsWith(`${round - 1}-`));
    await fetch(`/stored?${before.length}&${new Set(before).size}`);
    for (let nth = 1; ; nth++) {
      await client.track("like", { item: `${round}-${nth}` });
      fetch(`/acknowledged?${round}&${nth}`);
    }"#;

fn start_browser(profile: &str, url: &str) -> Result<Child> {
    let mut chromium = Command::new("chromium");
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ]);
    chromium.args(["--disable-features=WebGPU,WebGPUService", &format!("--user-data-dir={profile}"), url]);
    chromium.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("cannot start chromium")
}

/// The two numbers in the last report of this kind, such as `GET /acknowledged?3&57`; except for the first `from`
/// requests.
fn last_report(site: &Site, kind: &str, from: usize) -> Option<[usize; 2]> {
    let requests = site.requests();
    let line = requests[from..].iter().rev().find_map(|line| line.strip_prefix(&format!("GET /{kind}?")))?;
    let (a, b) = line.split_once('&')?;
    Some([a.parse().ok()?, b.parse().ok()?])
}

/// Waits until `find` returns something.
fn wait<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = find() {
            return Ok(found);
        }
        ensure!(start.elapsed() < TIMEOUT, "no {what} within {TIMEOUT:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn killing_the_browser_loses_no_acknowledged_event() -> Result<()> {
    let kills = env::var("NEARMIND_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let (add_page, add_script) = (add_file("/kills.html", PAGE.into()), add_file("/kills.js", SCRIPT.into()));
    let site = Site::with_interceptor(Box::new(move |path, reply| {
        add_page(path, reply);
        add_script(path, reply);
        if ["/stored", "/acknowledged"].contains(&path) {
            reply.status = 204;
        }
    }));
    let profile = env::temp_dir().join(format!("nearmind-kills-{}", std::process::id()));
    let folder = profile.to_str().context("the path is not UTF-8")?;
    let (mut acknowledged, mut in_last_round) = (0, 0);
    for round in 0..=kills {
        let from = site.requests().len();
        let mut browser = start_browser(folder, &site.url(&format!("kills.html?round={round}")))?;
        let [stored, distinct] = wait("report of stored events", || last_report(&site, "stored", from))?;
        ensure!(stored >= in_last_round, "kill {round}: {in_last_round} events acknowledged, {stored} stored");
        ensure!(stored == distinct, "kill {round}: {stored} events stored, of which {distinct} are distinct");
        wait("acknowledged event", || last_report(&site, "acknowledged", from))?;
        // At another time within a second in each round.
        thread::sleep(Duration::from_millis((round as u64 * 397) % 1000));
        Command::new("pkill").args(["-9", "-f", folder]).status()?;
        browser.wait()?;
        [_, in_last_round] = last_report(&site, "acknowledged", from).context("no acknowledged event")?;
        acknowledged += in_last_round;
    }
    println!("{kills} kills, {acknowledged} events acknowledged, 0 lost, 0 twice");
    Ok(fs::remove_dir_all(profile)?)
}
