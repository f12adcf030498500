//! The built site on a port of its own: logs every request, and cuts or alters what it is told to.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use tiny_http::{Request, Server};
use xtask::server::{Reply, reply, send};

/// Changes an answer on its way; the path is that of the request, without its query.
pub type Fault = Box<dyn Fn(&str, &mut Reply) + Send + Sync>;

pub struct Site {
    pub port: u16,
    server: Arc<Server>,
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    fault: Fault,
    /// `METHOD URL`, in order of arrival.
    log: Mutex<Vec<String>>,
}

impl Site {
    pub fn new() -> Self {
        Self::with(Box::new(|_, _| {}))
    }

    pub fn with(fault: Fault) -> Self {
        let folder = root().join("dist");
        assert!(folder.join("nearmind_bg.wasm").is_file(), "the site is not built: run `cargo xtask build`");
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a free port"));
        let port = server.server_addr().to_ip().expect("an IP address").port();
        let shared = Arc::new(Shared { folder, fault, log: Mutex::default() });
        for _ in 0..4 {
            let (server, shared) = (server.clone(), shared.clone());
            thread::spawn(move || server.incoming_requests().for_each(|request| shared.answer(request)));
        }
        Self { port, server, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        (0..4).for_each(|_| self.server.unblock());
    }
}

impl Shared {
    fn answer(&self, request: Request) {
        let line = format!("{} {}", request.method(), request.url());
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        let mut reply = reply(&self.folder, &request);
        // Whatever a policy blocks, in the page or in the worker, is told to this server.
        for (name, value) in &mut reply.headers {
            if *name == "content-security-policy" {
                value.push_str("; report-uri /csp-report");
            }
        }
        let path = request.url().split('?').next().unwrap_or_default().to_owned();
        (self.fault)(&path, &mut reply);
        // A visitor who has gone is no error.
        send(request, reply).ok();
    }
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
