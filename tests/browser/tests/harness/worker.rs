//! The worker ends, or does not end what it does, at each of its first messages.

use crate::strike::Strike;

/// Messages of a visit, about as many.
const MESSAGES: usize = 8;

const WAYS: [(&str, &str); 4] = [
    ("traps", "setTimeout(() => { throw new WebAssembly.RuntimeError('unreachable'); }); return;"),
    ("is out of memory", "setTimeout(() => { throw new RangeError('out of memory'); }); return;"),
    ("is closed", "self.close(); return;"),
    ("never ends", "for (;;);"),
];

fn script(at: usize, harm: &str) -> String {
    format!(
        r#"{{ let messages = 0, own = null;
        Object.defineProperty(self, "onmessage", {{ set: (given) => {{ own = given; }} }});
        self.addEventListener("message", (event) => {{
          if (!event.data.ping && ++messages === {at}) {{ struck(); {harm} }}
          own?.call(self, event);
        }}); }}"#
    )
}

pub fn faults() -> Vec<Strike> {
    let at = |(way, harm): (&'static str, &'static str)| {
        (1..=MESSAGES).flat_map(move |message| {
            [true, false].map(|once| Strike {
                family: "worker",
                name: format!("message {message}, it {way}{}", if once { "" } else { ", and so does every other" }),
                worker: script(message, harm),
                once,
                ..Strike::default()
            })
        })
    };
    WAYS.into_iter().flat_map(at).collect()
}
