//! Events that come faster than a person acts: one rule for the visitor's log on the page and for a shop's
//! interactions. Must not know what the events are.

use std::collections::BTreeMap;

use super::weights::MAX_EVENTS_PER_MINUTE;

/// One visitor's events, counted by minute.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateLimiter {
    minutes: BTreeMap<i64, u32>,
}

impl RateLimiter {
    /// Counts an event; false if its minute had [`MAX_EVENTS_PER_MINUTE`] already.
    pub fn admit(&mut self, time_ms: f64) -> bool {
        let minute = self.minutes.entry((time_ms / 60e3) as i64).or_default();
        *minute = minute.saturating_add(1);
        *minute <= MAX_EVENTS_PER_MINUTE
    }
}
