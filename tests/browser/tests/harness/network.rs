//! Faults of the network: the response for each file is cut, altered, replaced, delayed or missing.

use std::{thread, time::Duration};

use xtask::http::Response;

use super::fault::Fault;

/// Ends of the paths of files that a visit requests.
const FILES: [&str; 11] = [
    "/worker.js",
    "_bg.wasm",
    "catalog/manifest.json",
    ".bin", // of the catalogue
    "minilm/manifest.json",
    "tokenizer.json",
    "model.safetensors",
    "probes.json",
    "nearmind-worker.js",
    "nearmind-encoder-relaxed.js",
    "supervisor.js",
];

/// Longer than the page waits for a response.
const DELAY: Duration = Duration::from_secs(12);

/// A description, and how the response is changed.
type Effect = (&'static str, fn(&mut Response));

const EFFECTS: [Effect; 12] = [
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
    ("redirects to itself", |reply| {
        *reply = Response { status: 302, headers: vec![("location", String::new())], ..Response::default() }
    }),
    ("comes too late", |_| thread::sleep(DELAY)),
];

pub fn faults() -> Vec<Fault> {
    let faults = |file: &'static str| {
        EFFECTS.into_iter().map(move |(description, change)| Fault {
            family: "network",
            name: format!("{file} {description}"),
            responses: Some((file, Box::new(change))),
            ..Fault::default()
        })
    };
    FILES.into_iter().flat_map(faults).collect()
}
