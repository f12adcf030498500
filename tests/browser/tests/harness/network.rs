//! Each file's answer is cut, altered, replaced, delayed or missing.

use std::{thread, time::Duration};

use xtask::http::Response;

use crate::strike::Strike;

/// Ends of the paths of what a visit fetches.
const FILES: [&str; 10] = [
    "/worker.js",
    "_bg.wasm",
    "catalog/manifest.json",
    ".bin", // of the catalogue
    "minilm/manifest.json",
    "tokenizer.json",
    "model.safetensors",
    "probes.json",
    "nearmind-worker-relaxed.js",
    "supervisor.js",
];

/// Longer than the page waits.
const SILENCE: Duration = Duration::from_secs(12);

type Way = (&'static str, fn(&mut Response));

const WAYS: [Way; 12] = [
    ("is missing", |reply| *reply = Response { status: 404, ..Response::default() }),
    ("fails at the server", |reply| *reply = Response { status: 500, ..Response::default() }),
    ("is a page", |reply| reply.body = b"<!doctype html><title>Not found</title>".to_vec()),
    ("is empty", |reply| reply.body.clear()),
    ("breaks off at the first byte", |reply| reply.fault.cut_after_bytes = Some(1)),
    ("breaks off in the middle", |reply| reply.fault.cut_after_bytes = Some(reply.body.len() / 2)),
    ("breaks off before the last byte", |reply| reply.fault.cut_after_bytes = Some(reply.body.len().saturating_sub(1))),
    ("is cut in the middle", |reply| reply.body.truncate(reply.body.len() / 2)),
    ("has a wrong byte", |reply| {
        let middle = reply.body.len() / 2;
        if let Some(byte) = reply.body.get_mut(middle) {
            *byte ^= 1;
        }
    }),
    ("is longer", |reply| reply.body.extend([b' '; 9])),
    ("leads to itself", |reply| {
        *reply = Response { status: 302, headers: vec![("location", String::new())], ..Response::default() }
    }),
    ("does not come", |_| thread::sleep(SILENCE)),
];

pub fn faults() -> Vec<Strike> {
    let of = |file: &'static str| {
        WAYS.into_iter().map(move |(way, change)| Strike {
            family: "network",
            name: format!("{file} {way}"),
            answers: Some((file, Box::new(change))),
            ..Strike::default()
        })
    };
    FILES.into_iter().flat_map(of).collect()
}
