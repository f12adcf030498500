//! Faults of IndexedDB: each call in the worker fails in each of several ways.

use anyhow::Result;
use browser_tests::Shop;

use super::fault::{Fault, FaultInjector};

/// Ways in which a call fails, with the code that runs instead of the call. `original()` makes the call.
const EFFECTS: [(&str, &str); 6] = [
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

/// A script that runs `code` instead of the call with this number, and instead of all calls from the number `first` on,
/// if the code sets it.
fn script(at: usize, code: &str) -> String {
    format!(
        r#"{{ let calls = 0, first = Infinity;
        const silent = (request) => new Proxy(request, {{
          get: (_, name) => (typeof request[name] === "function" ? request[name].bind(request) : request[name]), set: () => true }});
        const targets = [[IDBFactory, ["open"]], [IDBDatabase, ["transaction"]], [IDBTransaction, ["commit"]],
          [IDBObjectStore, ["add", "getAll", "getAllKeys", "count", "clear", "delete"]]];
        for (const [{{ prototype }}, names] of targets) for (const name of names) {{
          const method = prototype[name];
          prototype[name] = function (...args) {{
            const original = () => method.apply(this, args), nth = ++calls;
            if (nth !== {at} && nth < first) return original();
            if (nth === {at}) injected();
            {code}
          }};
        }} }}"#
    )
}

/// Counts the calls that a visit makes.
pub async fn count_calls(shop: &Shop, injector: &FaultInjector) -> Result<usize> {
    injector
        .count_calls(
            shop,
            script(usize::MAX, "")
                .replace(&format!("if (nth !== {} && nth < first)", usize::MAX), "injected(); if (true)"),
        )
        .await
}

pub fn faults(calls: usize) -> Vec<Fault> {
    let faults = |(description, code): (&str, &str)| {
        let description = description.to_owned();
        let code = code.to_owned();
        (1..=calls).map(move |call| Fault {
            family: "storage",
            name: format!("call {call} {description}"),
            worker_script: script(call, &code),
            ..Fault::default()
        })
    };
    EFFECTS.into_iter().flat_map(faults).collect()
}
