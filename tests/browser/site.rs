//! The built site on a port of its own: logs every request, and cuts or alters what it is told to.

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

/// Changes an answer on its way; the path is that of the request, without its query.
pub type Fault = Box<dyn Fn(&str, &mut Response) + Send + Sync>;

pub struct Site {
    pub port: u16,
    /// In order of arrival.
    log: Log,
    /// See [`Site::watch`].
    watch: Arc<OnceLock<String>>,
}

type Log = Arc<Mutex<Vec<Arrival>>>;

/// A request as the server saw it, and the size of its answer.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// `METHOD URL`
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub at: Instant,
    /// Of the answer's body.
    pub bytes: usize,
}

/// Where a site has the script that watches its pages.
const WATCH: &str = "/~watch.js";

impl Site {
    pub fn new() -> Self {
        Self::with(Box::new(|_, _| {}))
    }

    pub fn with(fault: Fault) -> Self {
        Self::under("", fault)
    }

    /// The site below a path of its origin: `/deep/shop`.
    pub fn under(path: &'static str, fault: Fault) -> Self {
        Self::start(root().join("dist"), path, fault)
    }

    /// A site of another folder.
    pub fn of(folder: PathBuf) -> Self {
        Self::start(folder, "", Box::new(|_, _| {}))
    }

    fn start(folder: PathBuf, path: &'static str, fault: Fault) -> Self {
        assert!(
            folder.join("wasm/nearmind-worker_bg.wasm").is_file(),
            "the site is not built: run `cargo xtask build`"
        );
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a port").port();
        let log = Log::default();
        let watch = Arc::<OnceLock<String>>::default();
        let (origin, arrived, watching) = (format!("http://127.0.0.1:{port}"), log.clone(), watch.clone());
        // Ends with the process: a test's browser may ask until then.
        thread::spawn(move || {
            listen(&listener, move |request| {
                let at = Instant::now();
                // A browser that takes this server for its proxy sends whole addresses.
                let mut asked = request.clone();
                asked.url = request.url.strip_prefix(&origin).unwrap_or(&request.url).to_owned();
                if let Some(script) = watching.get().filter(|_| asked.url == WATCH) {
                    let headers = vec![("content-type", "text/javascript".into())];
                    return Response { status: 200, headers, body: script.clone().into(), ..Response::default() };
                }
                asked.url = asked.url.strip_prefix(path).unwrap_or("/outside").to_owned();
                let mut reply = respond(&folder, &asked);
                // Whatever a policy blocks, in the page or in the worker, is told to this server. Tests may make workers, too.
                for (name, value) in &mut reply.headers {
                    if *name == "content-security-policy" {
                        *value = value.replace("nearmind halfmoon", "nearmind halfmoon test");
                        value.push_str("; report-uri /csp-report");
                    }
                }
                let path = asked.url.split('?').next().unwrap_or_default();
                fault(path, &mut reply);
                if watching.get().is_some() {
                    watched(&mut reply);
                }
                let line = format!("{} {}", request.method, request.url);
                let bytes = reply.fault.cut_after_bytes.map_or(reply.body.len(), |end| end.min(reply.body.len()));
                let arrival = Arrival { line, headers: request.headers.clone(), at, bytes };
                arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
                reply
            });
        });
        Self { port, log, watch }
    }

    /// From now on all pages begin with this script, for a browser that cannot put it there itself.
    pub fn watch(&self, script: &str) {
        self.watch.set(script.to_owned()).ok();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The requests so far but for the first `from`.
    pub fn arrivals(&self, from: usize) -> Vec<Arrival> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)[from..].to_vec()
    }

    /// The requests so far, and the bytes that answered them.
    pub fn sent(&self) -> Vec<(String, usize)> {
        self.arrivals(0).into_iter().map(|arrival| (arrival.line, arrival.bytes)).collect()
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.sent().into_iter().map(|(line, _)| line).collect()
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// A page with the watching script before everything else.
fn watched(reply: &mut Response) {
    let page = String::from_utf8_lossy(&reply.body);
    let begins = "<!doctype html>";
    if let Some(rest) = page.strip_prefix(begins) {
        reply.body = format!("{begins}<script src=\"{WATCH}\"></script>{rest}").into_bytes();
    }
}

/// Replaces a piece of the worker's script, as `www/` has it: the built one is minified.
pub fn altered_worker(from: &'static str, to: &'static str) -> Fault {
    Box::new(move |path, reply| {
        if path == "/worker.js" && reply.status == 200 {
            let script = std::fs::read_to_string(root().join("www/package/worker.js")).expect("the worker's script");
            assert!(script.contains(from), "www/package/worker.js no longer has {from:?}");
            reply.body = script.replace(from, to).into_bytes();
        }
    })
}

/// A file that the site does not have; its kind by its name's end.
pub fn page(path: &'static str, text: String) -> Fault {
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        _ => "text/javascript",
    };
    Box::new(move |asked, reply| {
        if asked == path {
            reply.status = 200;
            reply.headers =
                vec![("content-type", kind.into()), ("content-security-policy", CONTENT_SECURITY_POLICY.into())];
            reply.body = text.clone().into_bytes();
        }
    })
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
