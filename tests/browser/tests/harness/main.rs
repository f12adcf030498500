//! Every fault that is listed here is injected into a real visit: into storage, network, worker and clock. After each one
//! either recommendations stand or the shop's own markup does, and every event that was acknowledged is stored once.
//!
//! A part of them in each test run, all with `NEARMIND_FAULTS=all`; docs/results/faults.md has the table that it prints.

mod clock; //   of the page
mod device; //  the GPU is lost
mod flips; //   of bits, and cuts, at random
mod kills; //   of the whole browser
mod large; //   log of a visitor of years
mod network; // answers for each file
mod storage; // each call of IndexedDB
mod strike; //  one fault, and what is seen of it
mod tabs; //    that track at the same time
mod worker; //  what becomes of it

use std::{collections::BTreeMap, env};

use anyhow::{Result, ensure};
use browser_tests::{Gpu, visit};

use strike::{Outcome, Scene, Strike};

/// Of the faults of a family, where not all are tried.
const SAMPLE: usize = 14;

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

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_a_list_stands_and_nothing_is_lost() -> Result<()> {
    let scene = Scene::default();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    visit(scene.site(), Gpu::None, &[], async |shop| {
        let calls = storage::calls(shop, &scene).await?;
        let families = [storage::faults(calls), network::faults(), worker::faults(), clock::faults()];
        for family in families {
            let chosen: Vec<Strike> = match env::var("NEARMIND_FAULTS").is_ok_and(|which| which == "all") {
                true => family,
                false => sample(family),
            };
            let only = env::var("NEARMIND_FAULT").unwrap_or_default();
            for strike in chosen.into_iter().filter(|strike| strike.name.contains(&only)) {
                let (name, what) = (strike.family, strike.name.clone());
                let outcome = scene.run(shop, strike).await?;
                println!("{name}, {what}: {outcome:?}");
                tally(tallies.entry(name).or_default(), &what, outcome);
            }
        }
        Ok(())
    })
    .await?;
    println!(
        "| fault | injected | recommendations stand | the shop's markup stands | events acknowledged | lost | twice |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut problems = Vec::new();
    for (name, tally) in tallies {
        let Tally { injected, recommended, own_markup, acknowledged, lost, twice, problems: wrong } = tally;
        println!("| {name} | {injected} | {recommended} | {own_markup} | {acknowledged} | {lost} | {twice} |");
        problems.extend(wrong);
    }
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// Spread over the whole list, its first and its last among them.
fn sample(family: Vec<Strike>) -> Vec<Strike> {
    let last = family.len().saturating_sub(1).max(1);
    let chosen: Vec<usize> = (0..SAMPLE).map(|nth| nth * last / (SAMPLE - 1)).collect();
    family.into_iter().enumerate().filter(|(nth, _)| chosen.contains(nth)).map(|(_, strike)| strike).collect()
}

fn tally(tally: &mut Tally, what: &str, outcome: Outcome) {
    if !outcome.struck {
        return;
    }
    tally.injected += 1;
    tally.acknowledged += outcome.acknowledged;
    tally.lost += outcome.lost;
    tally.twice += outcome.twice;
    match outcome.state.as_str() {
        "ready" => tally.recommended += 1,
        _ if outcome.own_markup => tally.own_markup += 1,
        _ => tally.problems.push(format!("{what}: neither a list nor the shop's own markup stands: {outcome:?}")),
    }
    if outcome.lost + outcome.twice + outcome.hanging > 0 {
        tally.problems.push(format!("{what}: {outcome:?}"));
    }
}
