//! Each call of IndexedDB in the worker fails, from the first to the last, in each of these ways.

use anyhow::Result;
use browser_tests::Shop;

use crate::strike::{Scene, Strike};

/// What becomes of a call; `original` does it.
const WAYS: [(&str, &str); 6] = [
    ("fails", "throw new DOMException('injected', 'UnknownError');"),
    ("is out of quota", "throw new DOMException('injected', 'QuotaExceededError');"),
    ("is the first of many that fail", "first = nth; throw new DOMException('injected', 'UnknownError');"),
    (
        "aborts its transaction",
        "const done = original(); (this.transaction?.abort ? this.transaction : this).abort?.(); return done;",
    ),
    (
        "finds its connection closed",
        "const done = original(); (this.transaction?.db ?? this.db)?.close(); return done;",
    ),
    ("is never answered", "return silent(original());"),
];

/// Runs `harm` at the call whose number is `at`, and from `first` on.
fn script(at: usize, harm: &str) -> String {
    format!(
        r#"{{ let calls = 0, first = Infinity;
        const silent = (request) => new Proxy(request, {{
          get: (_, name) => (typeof request[name] === "function" ? request[name].bind(request) : request[name]), set: () => true }});
        const targets = [[IDBFactory, ["open"]], [IDBDatabase, ["transaction"]], [IDBTransaction, ["commit"]],
          [IDBObjectStore, ["add", "getAll", "getAllKeys", "count", "clear", "delete"]]];
        for (const [{{ prototype }}, names] of targets) for (const name of names) {{
          const own = prototype[name];
          prototype[name] = function (...given) {{
            const original = () => own.apply(this, given), nth = ++calls;
            if (nth !== {at} && nth < first) return original();
            if (nth === {at}) struck();
            {harm}
          }};
        }} }}"#
    )
}

/// How many calls a visit makes.
pub async fn calls(shop: &Shop, scene: &Scene) -> Result<usize> {
    scene
        .count(
            shop,
            script(usize::MAX, "")
                .replace(&format!("if (nth !== {} && nth < first)", usize::MAX), "struck(); if (true)"),
        )
        .await
}

pub fn faults(calls: usize) -> Vec<Strike> {
    let at = |(way, harm): (&str, &str)| {
        let way = way.to_owned();
        let harm = harm.to_owned();
        (1..=calls).map(move |call| Strike {
            family: "storage",
            name: format!("call {call} {way}"),
            worker: script(call, &harm),
            ..Strike::default()
        })
    };
    WAYS.into_iter().flat_map(at).collect()
}
