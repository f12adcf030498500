//! Serves the site over HTTP on this machine, with the headers that its host should send.
//!
//! The server (`http.rs`) is our own, because the browser tests alter, cut off and slow down responses. tiny_http had
//! its last release in 2022, and hyper would add tokio and about 25 crates to the first build of `cargo xtask`.

use std::{
    fs,
    net::TcpListener,
    path::{Component, Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};

use crate::http::{Request, Response, listen};

/// The Content Security Policy of the site: only this origin, no inline scripts or styles, no `eval`; wasm may be compiled.
/// Trusted Types: Nearmind starts its workers with the policy `nearmind`, the demo its service worker with `halfmoon`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
    connect-src 'self'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types nearmind halfmoon";

/// Serves a folder on 127.0.0.1 until the process ends. Port 0 takes any free port.
///
/// # Errors
/// If the port cannot be used, for example because another program does.
pub fn serve(folder: &Path, port: u16) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} of 127.0.0.1 cannot be used: choose another one with --port"))?;
    println!("Serving the demo shop at http://{}/ (press Ctrl-C to stop)", listener.local_addr()?);
    let folder = folder.to_owned();
    listen(&listener, move |request| respond(&folder, request));
    Ok(())
}

/// The response to a request for a file of `folder`: with an ETag, and for a range `bytes=N-` only the rest of the file.
pub fn respond(folder: &Path, request: &Request) -> Response {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return text(405, "Only the methods GET and HEAD are supported.");
    }
    let Some(path) = find_file(folder, &request.url) else { return text(404, "There is no such file.") };
    let etag = etag(&path);
    let mut headers = vec![
        ("content-type", content_type(&path).to_owned()),
        ("content-security-policy", CONTENT_SECURITY_POLICY.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        // File names have no hashes, so the browser must ask each time. The answer is mostly 304, by the ETag.
        ("cache-control", "no-cache".to_owned()),
        ("accept-ranges", "bytes".to_owned()),
    ];
    headers.extend(etag.clone().map(|etag| ("etag", etag)));
    if etag.is_some() && request.if_none_match == etag {
        return Response { status: 304, headers, ..Response::default() };
    }
    let Ok(mut body) = fs::read(&path) else { return text(500, "The file cannot be read.") };
    let Some(start) = request.range_start else {
        return Response { status: 200, headers, body, ..Response::default() };
    };
    let length = body.len();
    if start >= length {
        headers.push(("content-range", format!("bytes */{length}")));
        return Response { status: 416, headers, ..Response::default() };
    }
    headers.push(("content-range", format!("bytes {start}-{}/{length}", length - 1)));
    Response { status: 206, headers, body: body.split_off(start), ..Response::default() }
}

/// A response with a message.
fn text(status: u16, message: &str) -> Response {
    let headers = vec![("content-type", "text/plain; charset=utf-8".into())];
    Response { status, headers, body: message.into(), ..Response::default() }
}

/// Returns the file in `folder` that a URL names, or the index.html of a folder. `None` if there is no such file, or if
/// the path leads outside of `folder`.
fn find_file(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = percent_decoded(url.split(['?', '#']).next()?)?;
    let relative = Path::new(path.strip_prefix('/')?);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let path = folder.join(relative);
    let path = if path.is_dir() { path.join("index.html") } else { path };
    path.is_file().then_some(path)
}

/// Decodes percent-encoded UTF-8. `None` if a percent sign has no two hexadecimal digits, or the result is not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

/// An ETag of the file's size and the time of its last change. `None` if these cannot be read.
fn etag(path: &Path) -> Option<String> {
    let metadata = path.metadata().ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("\"{:x}-{:x}\"", metadata.len(), modified.as_nanos()))
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm", // required for streaming compilation
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "txt" | "md" | "jsonl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_in_the_folder_are_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(find_file(folder, "/src/server.rs?x=1"), Some(folder.join("src/server.rs")));
        assert_eq!(find_file(folder, "/sr%63/server.rs"), Some(folder.join("src/server.rs")));
        for url in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/src/../../Cargo.toml", "//etc/passwd", "/src/%", "/src"] {
            assert_eq!(find_file(folder, url), None, "{url}");
        }
    }
}
