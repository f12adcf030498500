//! Faults of the worker: it ends or hangs at each of its first messages.

use super::fault::Fault;

/// Messages of a visit, approximately.
const MESSAGES: usize = 8;

const EFFECTS: [(&str, &str); 4] = [
    ("traps", "setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }); return;"),
    ("is out of memory", "setTimeout(() => { throw new RangeError('out of memory'); }); return;"),
    ("is closed", "self.close(); return;"),
    ("never ends", "for (;;);"),
];

/// A script that runs `code` at the message with this number.
fn script(at: usize, code: &str) -> String {
    format!(
        r#"{{ let messages = 0, handler = null;
        Object.defineProperty(self, "onmessage", {{ set: (value) => {{ handler = value; }} }});
        self.addEventListener("message", (event) => {{
          if (!event.data.ping && ++messages === {at}) {{ injected(); {code} }}
          handler?.call(self, event);
        }}); }}"#
    )
}

pub fn faults() -> Vec<Fault> {
    let faults = |(description, code): (&'static str, &'static str)| {
        (1..=MESSAGES).flat_map(move |message| {
            [true, false].map(|first_worker_only| Fault {
                family: "worker",
                name: format!(
                    "message {message}, it {description}{}",
                    if first_worker_only { "" } else { ", as does every later worker" }
                ),
                worker_script: script(message, code),
                first_worker_only,
                ..Fault::default()
            })
        })
    };
    EFFECTS.into_iter().flat_map(faults).collect()
}
