//! A phone on a mobile network: a slow link, files compressed as a host compresses them, and a slow processor.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Signal, kill_process};
use xtask::{
    http::{Link, Response},
    size::brotli,
};

use crate::{Browser, site::Interceptor};

/// A network, and how many times slower than this machine's the processor is.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    pub name: &'static str,
    pub latency: Duration,
    pub bits_per_second: f64,
    pub slowdown: u32,
}

/// The networks as Lighthouse and WebPageTest define them; the processor of Lighthouse's mobile profile.
pub const PROFILES: [Profile; 3] = [
    Profile { name: "slow 4G", latency: Duration::from_millis(150), bits_per_second: 1.6e6, slowdown: 4 },
    Profile { name: "4G", latency: Duration::from_millis(170), bits_per_second: 9e6, slowdown: 4 },
    Profile { name: "cable", latency: Duration::from_millis(28), bits_per_second: 5e6, slowdown: 1 },
];

/// Compresses files with brotli, and sends them over one link. Keeps what it has compressed.
pub fn host(profile: Profile, compressed: Arc<Compressed>) -> Interceptor {
    let link = Link::new(profile.latency, profile.bits_per_second);
    Box::new(move |_, reply| {
        compressed.compress(reply);
        reply.link = Some(link.clone());
    })
}

/// Files with their compressed bytes.
#[derive(Default)]
pub struct Compressed(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl Compressed {
    /// Compresses a whole file. A part of a file is requested without compression.
    fn compress(&self, reply: &mut Response) {
        if reply.status != 200 || reply.body.is_empty() {
            return;
        }
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = std::mem::take(&mut reply.body);
        if !files.contains_key(&bytes) {
            let file = brotli(&bytes).expect("writing to memory cannot fail");
            files.insert(bytes.clone(), file);
        }
        reply.body.clone_from(&files[&bytes]);
        reply.headers.push(("content-encoding", "br".to_owned()));
    }
}

/// Slows all pages and workers of a browser down while it exists: their processes are stopped most of the time. Unlike
/// Chromium's own throttling, this includes workers.
pub struct Slowdown {
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Time for which a process runs or is stopped once. Short beside what is measured, long beside a wake-up.
const PERIOD: Duration = Duration::from_millis(8);
/// New processes are looked for after this time.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Slowdown {
    /// Lets the processes run one `factor`th of the time.
    pub fn start(browser: &Browser, factor: u32) -> Self {
        let has_ended = Arc::<AtomicBool>::default();
        if factor <= 1 {
            return Self { has_ended, thread: None };
        }
        let (profile, ended) = (browser.profile_path(), has_ended.clone());
        let running = PERIOD / factor;
        let thread = thread::spawn(move || {
            let (mut renderers, mut looked_at) = (crate::browser::renderers(&profile), Instant::now());
            while !ended.load(Ordering::Relaxed) {
                if looked_at.elapsed() > LOOK_AGAIN {
                    (renderers, looked_at) = (crate::browser::renderers(&profile), Instant::now());
                }
                for (signal, duration) in [(Signal::STOP, PERIOD - running), (Signal::CONT, running)] {
                    for &renderer in &renderers {
                        kill_process(renderer, signal).ok(); // it may have ended
                    }
                    thread::sleep(duration);
                }
            }
        });
        Self { has_ended, thread: Some(thread) }
    }
}

impl Drop for Slowdown {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
