//! Drops events that come faster than a person acts. The visitor's log and a shop's interactions are limited alike.
//! Must not know what the events are.

use std::collections::BTreeMap;

use super::weights::MAX_EVENTS_PER_MINUTE;

/// Counts the events of one visitor by minute.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateLimiter {
    minutes: BTreeMap<i64, u32>,
}

impl RateLimiter {
    /// Counts an event. False if its minute already had [`MAX_EVENTS_PER_MINUTE`] events.
    pub fn admit(&mut self, time_ms: f64) -> bool {
        let minute = self.minutes.entry((time_ms / 60e3) as i64).or_default();
        *minute = minute.saturating_add(1);
        *minute <= MAX_EVENTS_PER_MINUTE
    }
}
