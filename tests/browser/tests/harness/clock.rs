//! Faults of the page's clock: it is wrong or jumps.

use super::fault::Fault;

const CLOCKS: [(&str, &str); 7] = [
    ("runs backwards", "1.8e12 - 1000 * calls++"),
    ("stands still", "1.8e12"),
    ("is before 1970", "-1e12 + calls++"),
    ("is in the far future", "8.6e15"),
    ("is no number", "NaN"),
    ("is infinite", "Infinity"),
    ("jumps by years", "1.8e12 + (calls++ % 2) * 3e11"),
];

pub fn faults() -> Vec<Fault> {
    let fault = |(description, now): (&str, &str)| Fault {
        family: "clock",
        name: format!("it {description}"),
        page_script: format!("{{ let calls = 0; Date.now = () => {now}; }}"),
        ..Fault::default()
    };
    CLOCKS.into_iter().map(fault).collect()
}
