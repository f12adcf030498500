//! Serves the built site on a free port, logs every request, and lets a test change each response.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
    time::Instant,
};

use xtask::{
    http::{Response, listen},
    server::{CONTENT_SECURITY_POLICY, respond},
};

/// Changes a response before it is sent. Has the request's path, without its query.
pub type Interceptor = Box<dyn Fn(&str, &mut Response) + Send + Sync>;

pub struct Site {
    pub port: u16,
    /// In order of arrival.
    log: RequestLog,
    /// See [`Site::add_script_to_pages`].
    page_script: Arc<OnceLock<String>>,
}

type RequestLog = Arc<Mutex<Vec<LoggedRequest>>>;

/// A request, and the size of its response.
#[derive(Debug, Clone)]
pub struct LoggedRequest {
    /// `METHOD URL`
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub arrived_at: Instant,
    /// Bytes of the response's body.
    pub bytes: usize,
}

/// Path of the script that is added to all pages.
const PAGE_SCRIPT_PATH: &str = "/~watch.js";

impl Site {
    pub fn new() -> Self {
        Self::with_interceptor(Box::new(|_, _| {}))
    }

    pub fn with_interceptor(interceptor: Interceptor) -> Self {
        Self::at_path("", interceptor)
    }

    /// The site below a path of its origin, such as `/deep/shop`. A request for anything else has the path `/outside`.
    pub fn at_path(path: &'static str, interceptor: Interceptor) -> Self {
        let dist = root().join("dist");
        let is_built = dist.join("wasm/nearmind-worker_bg.wasm").is_file();
        assert!(is_built, "the site is not built: run `cargo xtask build`");
        Self::start(dist, path, interceptor)
    }

    /// A site with the files of another folder.
    pub fn from_folder(folder: PathBuf, interceptor: Interceptor) -> Self {
        Self::start(folder, "", interceptor)
    }

    fn start(folder: PathBuf, path: &'static str, interceptor: Interceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("no free port");
        let port = listener.local_addr().expect("no port").port();
        let log = RequestLog::default();
        let page_script = Arc::<OnceLock<String>>::default();
        let (origin, requests, added_script) = (format!("http://127.0.0.1:{port}"), log.clone(), page_script.clone());
        // The thread ends with the process: a browser may send requests until then.
        thread::spawn(move || {
            listen(&listener, move |request| {
                let arrived_at = Instant::now();
                // A browser that uses this server as its proxy sends absolute URLs.
                let mut local = request.clone();
                local.url = request.url.strip_prefix(&origin).unwrap_or(&request.url).to_owned();
                if let Some(script) = added_script.get().filter(|_| local.url == PAGE_SCRIPT_PATH) {
                    let headers = vec![("content-type", "text/javascript".into())];
                    return Response { status: 200, headers, body: script.clone().into(), ..Response::default() };
                }
                local.url = local.url.strip_prefix(path).unwrap_or("/outside").to_owned();
                let mut reply = respond(&folder, &local);
                // What the policy blocks in a page or worker is reported to this server. `test` is the Trusted Types
                // policy of tests that start workers.
                for (name, value) in &mut reply.headers {
                    if *name == "content-security-policy" {
                        *value = value.replace("nearmind halfmoon", "nearmind halfmoon test");
                        value.push_str("; report-uri /csp-report");
                    }
                }
                let path = local.url.split('?').next().unwrap_or_default();
                interceptor(path, &mut reply);
                if added_script.get().is_some() {
                    add_script_tag(&mut reply);
                }
                let line = format!("{} {}", request.method, request.url);
                let bytes = reply.fault.cut_after_bytes.map_or(reply.body.len(), |end| end.min(reply.body.len()));
                let logged = LoggedRequest { line, headers: request.headers.clone(), arrived_at, bytes };
                requests.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
                reply
            });
        });
        Self { port, log, page_script }
    }

    /// Puts this script before everything else in all pages from now on. For browsers that cannot do this themselves.
    pub fn add_script_to_pages(&self, script: &str) {
        self.page_script.set(script.to_owned()).ok();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// All requests so far, except for the first `from`.
    pub fn request_log(&self, from: usize) -> Vec<LoggedRequest> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)[from..].to_vec()
    }

    /// Each request so far, as `METHOD URL`, with the bytes of its response.
    pub fn response_sizes(&self) -> Vec<(String, usize)> {
        self.request_log(0).into_iter().map(|request| (request.line, request.bytes)).collect()
    }

    /// Each request so far, as `METHOD URL`.
    pub fn requests(&self) -> Vec<String> {
        self.response_sizes().into_iter().map(|(line, _)| line).collect()
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// Adds the tag of the script for all pages, if the response is a page.
fn add_script_tag(reply: &mut Response) {
    let page = String::from_utf8_lossy(&reply.body);
    let doctype = "<!doctype html>";
    if let Some(rest) = page.strip_prefix(doctype) {
        reply.body = format!("{doctype}<script src=\"{PAGE_SCRIPT_PATH}\"></script>{rest}").into_bytes();
    }
}

/// Replaces a part of the worker's script. Serves the script from `www/`, because the built one is minified.
pub fn replace_in_worker(from: &'static str, to: &'static str) -> Interceptor {
    Box::new(move |path, reply| {
        if path == "/worker.js" && reply.status == 200 {
            let script =
                std::fs::read_to_string(root().join("www/package/worker.js")).expect("cannot read the worker's script");
            assert!(script.contains(from), "www/package/worker.js no longer has {from:?}");
            reply.body = script.replace(from, to).into_bytes();
        }
    })
}

/// Adds a file to the site; the extension says its content type.
pub fn add_file(path: &'static str, text: String) -> Interceptor {
    let content_type = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        _ => "text/javascript",
    };
    Box::new(move |requested, reply| {
        if requested == path {
            reply.status = 200;
            reply.headers = vec![
                ("content-type", content_type.into()),
                ("content-security-policy", CONTENT_SECURITY_POLICY.into()),
            ];
            reply.body = text.clone().into_bytes();
        }
    })
}

/// Adds the page `shop.html`, which has nothing but a shelf with these attributes.
pub fn add_shop_page(attributes: &str) -> Interceptor {
    let page = format!(
        r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
        <script type="module" src="shelf.js"></script><nearmind-shelf {attributes}></nearmind-shelf>"#
    );
    add_file("/shop.html", page)
}

/// The root folder of the project.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
