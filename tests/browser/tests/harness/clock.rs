//! The page's clock is wrong, or changes.

use crate::strike::Strike;

const CLOCKS: [(&str, &str); 7] = [
    ("runs backwards", "1.8e12 - 1000 * calls++"),
    ("stands still", "1.8e12"),
    ("is before 1970", "-1e12 + calls++"),
    ("is in the far future", "8.6e15"),
    ("is no number", "NaN"),
    ("is infinite", "Infinity"),
    ("jumps by years", "1.8e12 + (calls++ % 2) * 3e11"),
];

pub fn faults() -> Vec<Strike> {
    let clock = |(way, now): (&str, &str)| Strike {
        family: "clock",
        name: format!("it {way}"),
        page: format!("{{ let calls = 0; Date.now = () => {now}; }}"),
        ..Strike::default()
    };
    CLOCKS.into_iter().map(clock).collect()
}
