//! Injects faults of storage, network, worker and clock into real visits. After each one either recommendations or the
//! shop's own markup must be shown, and every acknowledged event must be stored once.
//!
//! Each run tries a sample of them, or all with `NEARMIND_FAULTS=all`. docs/results/faults.md has the table that is
//! printed.

mod clock; //     wrong times
mod device; //    the GPU is lost
mod fault; //     injects one fault into one visit
mod flips; //     random bit flips and cuts in files
mod kills; //     the browser is killed
mod large_log; // a log of several years
mod network; //   bad responses for each file
mod storage; //   each call of IndexedDB fails
mod tabs; //      several tabs at the same time
mod worker; //    the worker ends or hangs

use std::{collections::BTreeMap, env};

use anyhow::{Result, ensure};
use browser_tests::{Gpu, visit};

use fault::{Fault, FaultInjector, Outcome};

/// Faults of a family that a run tries, unless it tries all.
const SAMPLE: usize = 14;

/// The outcomes of a family of faults.
#[derive(Default)]
struct Tally {
    injected: usize,
    recommended: usize,
    own_markup: usize,
    acknowledged: usize,
    lost: usize,
    twice: usize,
    problems: Vec<String>,
}

/// The browser may crash this often: Chromium 148's renderer follows a null pointer now and then, mostly during faults of
/// the network.
const MOST_CRASHES: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_leaves_a_list_or_markup_and_loses_nothing() -> Result<()> {
    let injector = FaultInjector::default();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut calls, mut done, mut crashes) = (None, 0, 0);
    loop {
        let visited = visit(injector.site(), Gpu::None, &[], async |shop| {
            if calls.is_none() {
                calls = Some(storage::count_calls(shop, &injector).await?);
            }
            for fault in choose(calls.unwrap_or_default()).into_iter().skip(done) {
                let (family, name) = (fault.family, fault.name.clone());
                let outcome = injector.run(shop, fault).await?;
                println!("{family}, {name}: {outcome:?}");
                tallies.entry(family).or_default().add(&name, outcome);
                done += 1;
            }
            Ok(())
        })
        .await;
        match visited {
            Err(error) if crashes < MOST_CRASHES && format!("{error:#}").contains("tab crashed") => crashes += 1,
            visited => break visited?,
        }
        println!("the browser crashed at fault {done}, which is tried again in a new one");
    }
    println!(
        "| Fault | Injected | Recommendations shown | The shop's markup shown | Events acknowledged | Lost | Twice |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut problems = Vec::new();
    for (family, tally) in tallies {
        let Tally { injected, recommended, own_markup, acknowledged, lost, twice, problems: found } = tally;
        println!("| {family} | {injected} | {recommended} | {own_markup} | {acknowledged} | {lost} | {twice} |");
        problems.extend(found);
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// All faults of a run, for a visit that calls the storage so often.
fn choose(calls: usize) -> Vec<Fault> {
    let families = [storage::faults(calls), network::faults(), worker::faults(), clock::faults()];
    let tries_all = env::var("NEARMIND_FAULTS").is_ok_and(|value| value == "all");
    let chosen = families.into_iter().flat_map(|family| if tries_all { family } else { sample(family) });
    let only = env::var("NEARMIND_FAULT").unwrap_or_default();
    chosen.filter(|fault| fault.name.contains(&only)).collect()
}

/// Chooses faults that are spread evenly over the list, with its first and its last.
fn sample(family: Vec<Fault>) -> Vec<Fault> {
    let last = family.len().saturating_sub(1).max(1);
    let chosen: Vec<usize> = (0..SAMPLE).map(|nth| nth * last / (SAMPLE - 1)).collect();
    family.into_iter().enumerate().filter(|(nth, _)| chosen.contains(nth)).map(|(_, fault)| fault).collect()
}

impl Tally {
    fn add(&mut self, name: &str, outcome: Outcome) {
        if !outcome.injected {
            return;
        }
        self.injected += 1;
        self.acknowledged += outcome.acknowledged;
        self.lost += outcome.lost;
        self.twice += outcome.twice;
        match outcome.state.as_str() {
            "ready" => self.recommended += 1,
            _ if outcome.own_markup => self.own_markup += 1,
            _ => self.problems.push(format!("{name}: neither a list nor the shop's own markup is shown: {outcome:?}")),
        }
        if outcome.lost + outcome.twice + outcome.unsettled > 0 {
            self.problems.push(format!("{name}: {outcome:?}"));
        }
    }
}
